"""The relay as a peer in other programs' signalling: who is told of what, without media."""

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from support.live import Live, live
from support.offer import offer
from support.waiting import until
from trunkline.errors import StartupError

BOTH = offer("sendrecv")
WITHIN = 20.0


class Line:
    """A peer's WebSocket."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.socket = socket

    async def say(self, message: str | dict[str, Any]) -> None:
        await self.socket.send_str(message if isinstance(message, str) else json.dumps(message))

    async def hear(self) -> str:
        return str(await self.socket.receive_str(timeout=WITHIN))

    async def hear_json(self, good: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
        """The next message that is good."""
        while True:
            heard: dict[str, Any] = json.loads(await self.hear())
            if good(heard):
                return heard

    async def hear_members(self, *members: str) -> None:
        await self.hear_json(lambda heard: heard.get("members") == list(members))

    async def is_closed(self) -> int | None:
        """The code that it is closed with."""
        message = await self.socket.receive(timeout=WITHIN)
        assert message.type is aiohttp.WSMsgType.CLOSE, message
        return self.socket.close_code


@asynccontextmanager
async def bridged(folder: Path, **more: object) -> AsyncIterator[Live]:
    settings = {"relay": True, "gstreamer_rooms": ["hall"]}
    rooms = {"secret": {"passphrase": "sesame"}, "hidden": {"listed": False}}
    async with live(folder, signalling=settings, rooms=rooms, **more) as relay:
        yield relay


@asynccontextmanager
async def peer(relay: Live, path: str) -> AsyncIterator[Line]:
    async with relay.http.ws_connect(path) as socket:
        yield Line(socket)


@asynccontextmanager
async def gstreamer(relay: Live, uid: str) -> AsyncIterator[Line]:
    async with peer(relay, "/gstreamer") as line:
        await line.say(f"HELLO {uid}")
        assert await line.hear() == "HELLO"
        yield line


async def has(relay: Live, **rooms: list[str]) -> None:
    """Wait till there are these rooms with these participants."""

    async def look() -> dict[str, list[str]]:
        return {room.name: [one.name for one in room.participants] for room in relay.relay.rooms}

    await until(look, lambda seen: seen == rooms, within=WITHIN, what=str(rooms))


def description(heard: dict[str, Any], kind: str) -> str:
    assert heard["sdp"]["type"] == kind, heard
    return str(heard["sdp"]["sdp"])


SDP = json.dumps({"sdp": {"type": "offer", "sdp": BOTH}})


async def test_a_session_publishes_and_ends_with_its_peer(tmp_path: Path) -> None:
    async with bridged(tmp_path) as relay:
        async with gstreamer(relay, "ann") as ann, gstreamer(relay, "bob") as bob:
            for line in (ann, bob):
                await line.say("SESSION room:studio")
                assert await line.hear() == "SESSION_OK"
                await line.say('{"ice": {"candidate": "", "sdpMLineIndex": 0}}')
                await line.say(SDP)
                answer = description(json.loads(await line.hear()), "answer")
                assert answer.count("a=sendrecv") == BOTH.count("m=")
                assert "a=candidate:" in answer
            await has(relay, studio=["ann", "bob"])
            # Another offer changes its media.
            await bob.say(json.dumps({"sdp": {"type": "offer", "sdp": offer("recvonly")}}))
            assert "a=sendonly" in description(json.loads(await bob.hear()), "answer")
            await has(relay, studio=["ann"])
        await has(relay)


@pytest.mark.parametrize(
    "said",
    [json.dumps({"sdp": {"type": "offer", "sdp": text}}) for text in ("v=0", "v" * 70_000)],
)
async def test_a_session_whose_offer_is_none_is_closed(said: str, tmp_path: Path) -> None:
    async with bridged(tmp_path) as relay, gstreamer(relay, "ann") as ann:
        await ann.say("SESSION room:studio")
        assert await ann.hear() == "SESSION_OK"
        await ann.say(said)
        assert await ann.is_closed() == 1000
        await has(relay)


async def test_what_cannot_be_called_is_not_found(tmp_path: Path) -> None:
    async with bridged(tmp_path) as relay, gstreamer(relay, "ann") as ann:
        for name in ("room:secret", "room:", "room:a/b/c", "studio"):
            await ann.say(f"SESSION {name}")
            assert await ann.hear() == f"ERROR peer {name!r} not found"
        async with peer(relay, "/gstreamer") as line:
            await line.say("HELLO room:studio")
            assert await line.is_closed() == 1002


async def test_without_the_setting_there_is_nobody(tmp_path: Path) -> None:
    async with live(tmp_path) as relay:
        async with gstreamer(relay, "ann") as ann, gstreamer(relay, "room:x") as other:
            await ann.say("SESSION room:studio")
            assert await ann.hear() == "ERROR peer 'room:studio' not found"
            await ann.say("SESSION room:x")
            assert await ann.hear() == "SESSION_OK"
            assert not other.socket.closed
        await relay.publish()
        async with peer(relay, "/flitter") as flit:
            await flit.say({"type": "join", "id": "flit", "room": "studio"})
            await flit.hear_members("flit")


async def test_the_relay_is_a_member_of_a_room_of_gstreamer(tmp_path: Path) -> None:
    async with bridged(tmp_path) as relay, gstreamer(relay, "ann") as ann:
        await ann.say("ROOM hall")
        assert await ann.hear() == "ROOM_OK room:hall"
        await ann.say(f"ROOM_PEER_MSG room:hall {SDP}")
        sender, text = (await ann.hear()).split(maxsplit=2)[1:]
        assert sender == "room:hall"
        assert "a=sendrecv" in description(json.loads(text), "answer")
        async with gstreamer(relay, "bob") as bob:
            await bob.say("ROOM hall")
            assert await bob.hear() == "ROOM_OK room:hall ann"
            await bob.say("ROOM_PEER_MSG room:hall OFFER_REQUEST")
            text = (await bob.hear()).split(maxsplit=2)[2]
            assert "a=sendrecv" in description(json.loads(text), "offer")
            await has(relay, hall=["ann"])
        await ann.socket.close()
        await has(relay)


async def test_a_room_is_a_member_of_flitters_room_while_it_is_there(tmp_path: Path) -> None:
    async with bridged(tmp_path) as relay, peer(relay, "/flitter") as flit:
        await flit.say({"type": "join", "id": "flit", "room": "studio"})
        await flit.hear_members("flit")
        published = await relay.publish("cam")
        await flit.hear_members("flit", "room:studio/cam", "room:studio")
        async with peer(relay, "/flitter") as impostor:
            await impostor.say({"type": "join", "id": "room:attic", "room": "studio"})
            assert (await impostor.hear_json(bool))["error"] == "User ID already taken"
        async with peer(relay, "/flitter") as other:
            await other.say({"type": "join", "id": "other", "room": "attic"})
            await other.hear_members("other")
        assert (await relay.ask("DELETE", published.url)).status == 200
        await flit.hear_members("flit")


async def test_who_calls_again_as_flitter_does_takes_its_own_place(tmp_path: Path) -> None:
    async with bridged(tmp_path) as relay:
        await relay.publish("cam")
        async with peer(relay, "/flitter") as flit:
            await flit.say({"type": "join", "id": "flit", "room": "studio"})
            await flit.hear_members("flit", "room:studio/cam", "room:studio")
            for _ in range(2):
                await flit.say({"type": "call", "to": "room:studio", "offer": BOTH})
                heard = await flit.hear_json(lambda heard: heard["type"] == "answer")
                assert heard["from"] == "room:studio"
                assert heard["to"] == "flit"
                assert "a=sendrecv" in heard["answer"]
                await has(relay, studio=["cam", "flit"])
            await flit.say({"type": "call", "to": "room:studio", "offer": "v=0"})
            await has(relay, studio=["cam"])
            await flit.say({"type": "call", "to": "room:studio", "offer": BOTH})
            await has(relay, studio=["cam", "flit"])
            await flit.say({"type": "call", "to": "room:studio", "offer": "v" * 70_000})
            await flit.say({"type": "finished", "to": "room:studio"})
        # The call goes on, since peers leave Flitter's room when they are answered.
        await has(relay, studio=["cam", "flit"])


async def test_participants_are_producers_of_webrtcsink(tmp_path: Path) -> None:
    async with bridged(tmp_path) as relay, peer(relay, "/webrtcsink") as line:
        await line.hear_json(lambda heard: heard["type"] == "welcome")
        await line.say({"type": "setPeerStatus", "roles": ["listener"], "meta": None})
        hidden = await relay.post("/whip/hidden?name=cam", offer("sendonly"))
        published = await relay.publish("cam")
        assert (hidden.status, published.status) == (201, 201)
        added = await line.hear_json(lambda heard: "producer" in heard.get("roles", ()))
        assert added["meta"] == {"name": "cam", "room": "studio"}
        await line.say({"type": "list"})
        listed = await line.hear_json(lambda heard: heard["type"] == "list")
        assert [one["id"] for one in listed["producers"]] == [added["peerId"]]
        await line.say({"type": "startSession", "peerId": added["peerId"]})
        offered = await line.hear_json(lambda heard: heard["type"] == "peer")
        assert "a=sendonly" in description(offered, "offer")
        # A consumer may offer itself.
        wanted = {"type": "startSession", "peerId": added["peerId"], "offer": offer("recvonly")}
        await line.say(wanted)
        answered = await line.hear_json(lambda heard: heard["type"] == "peer")
        assert "a=sendonly" in description(answered, "answer")
        await line.say({"type": "endSession", "sessionId": answered["sessionId"]})
        bad = {"type": "answer", "sdp": "v=0"}
        await line.say({"type": "peer", "sessionId": offered["sessionId"], "sdp": bad})
        await line.hear_json(lambda heard: heard["type"] == "endSession")
        assert (await relay.ask("DELETE", published.url)).status == 200
        await line.hear_json(lambda heard: heard.get("roles") == [])


async def test_producers_of_webrtcsink_are_participants(tmp_path: Path) -> None:
    async with bridged(tmp_path) as relay, peer(relay, "/webrtcsink") as line:
        meta = {"name": "robot", "room": "studio"}
        await line.say({"type": "setPeerStatus", "roles": ["producer"], "meta": meta})
        begun = await line.hear_json(lambda heard: heard["type"] == "startSession")
        session = {"type": "peer", "sessionId": begun["sessionId"]}
        await line.say({**session, "sdp": {"type": "offer", "sdp": offer("sendonly")}})
        answered = await line.hear_json(lambda heard: heard["type"] == "peer")
        assert "a=recvonly" in description(answered, "answer")
        await has(relay, studio=["robot"])
        # It is a producer already, and not told of once more.
        await line.say({"type": "list"})
        listed = await line.hear_json(lambda heard: heard["type"] == "list")
        assert [one["meta"] for one in listed["producers"]] == [meta]
        await line.say({"type": "setPeerStatus", "roles": [], "meta": None})
        await has(relay)


async def test_other_producers_come_into_the_room_of_the_settings(tmp_path: Path) -> None:
    async with bridged(tmp_path) as relay, peer(relay, "/webrtcsink") as line:
        await line.say({"type": "setPeerStatus", "roles": ["producer"], "meta": None})
        # Who does not get through is called again.
        for sdp in ("v=0", offer("sendonly")):
            begun = await line.hear_json(lambda heard: heard["type"] == "startSession")
            session = {"type": "peer", "sessionId": begun["sessionId"]}
            await line.say({**session, "sdp": {"type": "offer", "sdp": sdp}})
        await has(relay, default=["publisher-1"])


async def test_a_room_that_cannot_be_is_refused_at_the_start(tmp_path: Path) -> None:
    settings = {"relay": True, "gstreamer_rooms": ["a/b"]}
    with pytest.raises(StartupError, match="no slash"):
        async with live(tmp_path, signalling=settings):
            pass
