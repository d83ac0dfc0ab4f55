"""Conversations on /wsb with a relay over real sockets: who comes, goes, and comes back."""

import asyncio
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

import aiohttp
import pytest
from yarl import URL

from support.live import Live, live
from support.offer import offer
from support.waiting import until
from trunkline.client.room import RoomClient, enter
from trunkline.domain.floor import RESUMPTION_TIME
from trunkline.errors import Refusal, RelayError
from trunkline.model import signal
from trunkline.model.id import ParticipantName, RoomName
from trunkline.protocol.room import client as wire
from trunkline.protocol.room.server import SUBPROTOCOL
from trunkline.web.conversation import HEARTBEAT

T = TypeVar("T", bound=signal.Told)
STUDIO = RoomName("studio")


def hello(name: str, resumption: str = "") -> signal.Hello:
    return signal.Hello(STUDIO, ParticipantName(name), resumption=resumption)


async def hears(guest: RoomClient, kind: type[T], within: float = 10) -> T:
    """The next thing of a kind that a guest is told."""
    async with asyncio.timeout(within):
        async for told in guest:
            if isinstance(told, kind):
                return told
    raise AssertionError(f"the relay hung up: {guest.goodbye}")


async def names(relay: Live) -> list[str]:
    return [one.name for room in relay.relay.rooms for one in room.participants]


async def test_guests_meet_talk_and_leave(tmp_path: Path) -> None:
    async with live(tmp_path) as relay, enter(relay.relay.url, hello("Ann")) as ann:
        assert ann.welcome.people == ()
        async with enter(relay.relay.url, hello("Bob")) as bob:
            assert [one.name for one in bob.welcome.people] == ["Ann"]
            came = await hears(ann, signal.People)
            assert came.present == (bob.welcome.you,)
            await bob.say(signal.Say("Hello!"))
            line = await hears(ann, signal.Line)
            assert (line.name, line.text) == ("Bob", "Hello!")
            await bob.say(signal.Ping(7))
            assert await hears(bob, signal.Pong) == signal.Pong(7)
        left = await hears(ann, signal.People)
        assert [(one.id, one.code) for one in left.gone] == [(bob.welcome.you.id, "left")]


async def test_a_conversation_that_breaks_is_resumed(tmp_path: Path) -> None:
    async with live(tmp_path) as relay, enter(relay.relay.url, hello("Ann")) as ann:
        async with aiohttp.ClientSession() as session:
            socket = await session.ws_connect(f"{relay.relay.url}/wsb", protocols=[SUBPROTOCOL])
            await socket.send_bytes(wire.write(hello("Bob")))
            welcome = wire.read(await socket.receive_bytes())
            assert isinstance(welcome, signal.Welcome)
            assert not welcome.resumed
            # Cut, without the closing handshake of WebSocket.
            assert socket._conn is not None
            assert socket._conn.transport is not None
            socket._conn.transport.abort()
            await hears(ann, signal.People)
            away = await hears(ann, signal.People)
            assert [(one.name, one.away) for one in away.present] == [("Bob", True)]
        async with enter(relay.relay.url, hello("Bob", welcome.resumption)) as bob:
            assert bob.welcome.resumed
            assert bob.welcome.you.id == welcome.you.id
            back = await hears(ann, signal.People)
            assert [(one.name, one.away) for one in back.present] == [("Bob", False)]


async def test_who_resumes_twice_is_there_once(tmp_path: Path) -> None:
    async with live(tmp_path) as relay, enter(relay.relay.url, hello("Ann")) as ann:
        again = hello("Ann", ann.welcome.resumption)
        async with enter(relay.relay.url, again) as newer:
            assert newer.welcome.you.id == ann.welcome.you.id
            assert [told async for told in ann][-1:] == [ann.goodbye]
            assert ann.goodbye is not None
            assert ann.goodbye.code == "replaced"
            await newer.say(signal.Ping(1))
            await hears(newer, signal.Pong)
            assert await names(relay) == ["Ann"]


async def test_a_relay_that_stops_says_goodbye(tmp_path: Path) -> None:
    async with live(tmp_path) as relay, enter(relay.relay.url, hello("Ann")) as ann:
        relay.relay._running.engine.stop()
        assert [told async for told in ann][-1:] == [ann.goodbye]
        assert ann.goodbye == signal.Goodbye("stopped", "The relay stops.", retry=True)


async def test_a_locked_room_says_so(tmp_path: Path) -> None:
    async with live(tmp_path) as relay, enter(relay.relay.url, hello("Ann")) as ann:
        await ann.say(signal.Lock(locked=True))
        await hears(ann, signal.RoomChanged)
        with pytest.raises(Refusal, match="ask somebody inside"):
            async with enter(relay.relay.url, hello("Bob")):
                pass


async def test_a_relay_that_is_not_there_is_named() -> None:
    with pytest.raises(RelayError, match="cannot be reached"):
        async with enter("http://127.0.0.1:9", hello("Ann")):
            pass


async def test_another_subprotocol_is_refused(tmp_path: Path) -> None:
    async with live(tmp_path) as relay:
        with pytest.raises(aiohttp.WSServerHandshakeError, match="400"):
            await relay.http.ws_connect("/wsb", protocols=["trunkline.9"])


BAD: dict[str, tuple[bytes | str, str]] = {
    "no protobuf": (b"\xff" * 30, "30 bytes are no RemoteNodeMessage"),
    "a text": ("HELLO 1", "binary frame"),
    "a second hello": (wire.write(hello("Eve")), "a hello already"),
}


@pytest.mark.parametrize("bad", BAD)
async def test_who_breaks_the_protocol_is_told_why_and_goes(tmp_path: Path, bad: str) -> None:
    frame, why = BAD[bad]
    async with live(tmp_path) as relay, enter(relay.relay.url, hello("Ann")) as ann:
        async with enter(relay.relay.url, hello("Eve")) as eve:
            if isinstance(frame, bytes):
                await eve._socket.send_bytes(frame)
            else:
                await eve._socket.send_str(frame)
            assert [told async for told in eve][-1:] == [eve.goodbye]
            assert eve.goodbye is not None
            assert eve.goodbye.code == "protocol"
            assert why in eve.goodbye.reason
        await ann.say(signal.Ping(1))
        await hears(ann, signal.Pong)
        assert await names(relay) == ["Ann"]


async def test_ten_thousand_messages_are_too_many(tmp_path: Path) -> None:
    async with live(tmp_path) as relay, enter(relay.relay.url, hello("Ann")) as ann:
        async with enter(relay.relay.url, hello("Eve")) as eve:
            with suppress(ConnectionError):
                for number in range(10_000):
                    await eve.say(signal.Ping(number))
            async for _ in eve:
                pass
            assert eve._socket.closed
        await ann.say(signal.Ping(1))
        await hears(ann, signal.Pong)
        assert await names(relay) == ["Ann"]


async def test_a_message_of_twenty_megabytes_is_not_read(tmp_path: Path) -> None:
    async with live(tmp_path) as relay, enter(relay.relay.url, hello("Ann")) as ann:
        async with enter(relay.relay.url, hello("Eve")) as eve:
            # The relay hangs up before it is all said.
            with suppress(ConnectionError):
                await eve.say(signal.Say("x" * 20_000_000))
            async for _ in eve:
                pass
            assert eve._socket.closed
        await ann.say(signal.Ping(1))
        await hears(ann, signal.Pong)
        await until(lambda: names(relay), lambda now: now == ["Ann"], within=10, what="only Ann")


@pytest.mark.timeout(90)
async def test_who_never_reads_is_cut_off(tmp_path: Path) -> None:
    async with live(tmp_path) as relay, enter(relay.relay.url, hello("Ann")) as ann:
        _, writer = await asyncio.open_connection("127.0.0.1", URL(relay.relay.url).port, limit=1)
        writer.write(
            b"GET /wsb HTTP/1.1\r\nHost: relay\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
            b"Sec-WebSocket-Protocol: trunkline.1\r\n\r\n"
        )
        said = wire.write(hello("Eve"))
        assert len(said) < 126
        writer.write(bytes((0x82, 0x80 | len(said), 0, 0, 0, 0)) + said)
        await until(lambda: names(relay), lambda now: now == ["Ann", "Eve"], within=10, what="Eve")
        async with asyncio.timeout(3 * HEARTBEAT + 2 * RESUMPTION_TIME):
            gone: tuple[signal.Departure, ...] = ()
            while not gone:
                gone = (await hears(ann, signal.People, within=60)).gone
        assert [(one.id.rpartition("-")[2], one.code) for one in gone] == [("2", "lost")]
        assert await names(relay) == ["Ann"]
        writer.close()


async def test_a_passphrase_opens_a_room_to_every_kind_of_client(tmp_path: Path) -> None:
    rules = {"studio": {"passphrase": "sesame", "bitrate": 400_000}}
    async with live(tmp_path, rooms=rules) as relay:
        refused = await relay.post("/whip/studio", offer("sendonly"))
        assert refused.status == 401
        assert refused.headers["WWW-Authenticate"] == "Bearer"
        wrong = {"Authorization": "Bearer Sesame"}
        assert (await relay.post("/whip/studio", offer("sendonly"), **wrong)).status == 401
        right = {"Authorization": "Bearer sesame"}
        taken = await relay.post("/whip/studio", offer("sendonly"), **right)
        assert taken.status == 201
        assert taken.text.count("b=TIAS:400000\r\n") == 1
        assert (await relay.post("/whep/studio", offer("recvonly"))).status == 401
        assert (await relay.post("/whep/studio", offer("recvonly"), **right)).status == 201
        with pytest.raises(Refusal, match="passphrase") as refusal:
            async with enter(relay.relay.url, hello("Ann")):
                pass
        assert refusal.value.code == "passphrase"
        known = signal.Hello(STUDIO, ParticipantName("Ann"), "sesame")
        async with enter(relay.relay.url, known) as ann:
            assert [one.role for one in ann.welcome.people] == ["publisher"]
