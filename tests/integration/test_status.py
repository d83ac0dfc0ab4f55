"""/status and what of the relay is shown to whom."""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from support.live import Live, live
from support.offer import offer
from support.site import running
from support.waiting import until
from trunkline.client.room import enter
from trunkline.model import signal
from trunkline.model.command import Count
from trunkline.model.id import ParticipantName, RoomName, TrackId
from trunkline.model.media import Wish
from trunkline.protocol import sfu_pb2 as pb

TOKEN = "only-for-the-operator"
RULES = {"vault": {"passphrase": "sesame"}, "attic": {"listed": False}}
PROTOBUF = "application/x-protobuf"
OPERATOR = {"Authorization": f"Bearer {TOKEN}"}
STRANGER: dict[str, str] = {}


async def _read(relay: Live, path: str, headers: Mapping[str, str], status: int = 200) -> Any:
    async with relay.http.get(path, headers=headers) as response:
        assert response.status == status, await response.text()
        return await response.json()


async def _publish_everywhere(relay: Live) -> None:
    for room in ("open", "vault", "attic"):
        opened = await relay.post(
            f"/whip/{room}?name=cam", offer("sendonly"), Authorization="Bearer sesame"
        )
        assert opened.status == 201


@pytest.mark.parametrize(
    ("headers", "seen"),
    [(STRANGER, ["open"]), (OPERATOR, ["open", "vault", "attic"])],
    ids=["stranger", "operator"],
)
async def test_lists_show_listed_rooms_and_the_operator_all(
    tmp_path: Path, headers: dict[str, str], seen: list[str]
) -> None:
    async with live(tmp_path, rooms=RULES, operator_token=TOKEN) as relay:
        await _publish_everywhere(relay)
        listing = await _read(relay, "/api/v1/rooms", headers)
        assert [room["name"] for room in listing["rooms"]] == seen
        statistics = await _read(relay, "/api/v1/statistics", headers)
        assert [one["room"] for one in statistics["transports"]] == seen
        status = await _read(relay, "/api/v1/status", headers)
        assert [room["name"] for room in status["rooms"]] == seen
        assert [one["room"] for one in status["statistics"]["transports"]] == seen
        asked = {**headers, "Content-Type": PROTOBUF}
        async with relay.http.get("/status", headers=asked) as response:
            told = pb.SFUStatus.FromString(await response.read())
        assert len(told.clients) == len(seen)


@pytest.mark.parametrize("path", ["/api/v1/rooms", "/api/v1/statistics", "/api/v1/status"])
@pytest.mark.parametrize("settings", [{}, {"operator_token": TOKEN}], ids=["none", "another"])
async def test_a_wrong_token_is_told(tmp_path: Path, path: str, settings: dict[str, Any]) -> None:
    async with live(tmp_path, **settings) as relay:
        problem = await _read(relay, path, {"Authorization": "Bearer wrong"}, 401)
        assert "operator_token" in problem["detail"]


async def test_a_room_is_found_by_its_name_or_its_passphrase(tmp_path: Path) -> None:
    async with live(tmp_path, rooms=RULES, operator_token=TOKEN) as relay:
        await _publish_everywhere(relay)
        assert (await _read(relay, "/api/v1/rooms/attic", STRANGER))["name"] == "attic"
        path = "/api/v1/rooms/vault"
        assert "passphrase" in (await _read(relay, path, STRANGER, 401))["detail"]
        for token in ("sesame", TOKEN):
            headers = {"Authorization": f"Bearer {token}"}
            assert (await _read(relay, path, headers))["name"] == "vault"


async def test_whether_somebody_is_in_a_room_with_a_passphrase_is_not_told(
    tmp_path: Path,
) -> None:
    async with live(tmp_path, rooms=RULES) as relay:
        empty = await _read(relay, "/api/v1/rooms/vault/tracks", STRANGER, 401)
        await _publish_everywhere(relay)
        assert await _read(relay, "/api/v1/rooms/vault/tracks", STRANGER, 401) == empty


async def test_who_receives_what_of_whom_is_told(tmp_path: Path) -> None:
    async with live(tmp_path) as relay:
        assert (await relay.publish("cam")).status == 201
        assert (await relay.watch()).status == 201
        status = await _read(relay, "/api/v1/status", STRANGER)
        (room,) = status["rooms"]
        sent = [track["id"] for track in room["participants"][0]["tracks"]]
        publisher, viewer = status["statistics"]["transports"]
        assert [one["track"] for one in publisher["producers"]] == sent
        assert [one["track"] for one in viewer["consumers"]] == sent
        assert [one["paused"] for one in viewer["consumers"]] == [False, False]
        assert publisher["producers"][0]["bitrate"] is None

        async def rate() -> object:
            seen = await _read(relay, "/api/v1/status", STRANGER)
            return seen["statistics"]["transports"][0]["producers"][0]["bitrate"]

        # Nothing comes; that this is known takes a second.
        await until(rate, lambda seen: seen == 0, within=10, what="the bit rate")


@pytest.mark.parametrize("method", ["GET", "POST", "PUT"])
async def test_original_programs_are_told_by_protobuf(tmp_path: Path, method: str) -> None:
    async with live(tmp_path) as relay, relay.http.ws_connect("/wsb") as socket:
        mine = socket.get_extra_info("sockname")
        announced = pb.TrackDescriptor(
            id="camera", kind=pb.Video, streamId="stream", umbrellaId="UMB_TRACK_1"
        )
        message = pb.RemoteNodeMessage(upstreamTracks=pb.UpstreamTracks(tracks=[announced]))
        await socket.send_bytes(message.SerializeToString())
        async with asyncio.timeout(10):
            while (
                pb.RemoteNodeMessage.FromString((await socket.receive()).data).WhichOneof("message")
                != "acceptTracks"
            ):
                pass
        asked = {"Content-Type": PROTOBUF}
        async with relay.http.request(method, "/status", headers=asked) as response:
            assert response.status == 200
            assert response.headers["Content-Type"] == PROTOBUF
            status = pb.SFUStatus.FromString(await response.read())
        (client,) = status.clients
        assert client.label == f"Incoming client from {mine[0]}:{mine[1]}"
        assert client.outgoingPC.senderCount == 1
        assert client.incomingPC.connectionState == "new"
        assert not status.servers


@pytest.mark.parametrize("field", ["Content-Type", "Accept"])
async def test_an_empty_status_is_an_empty_message(tmp_path: Path, field: str) -> None:
    async with (
        live(tmp_path) as relay,
        relay.http.get("/status", headers={field: PROTOBUF}) as response,
    ):
        assert (response.status, await response.read()) == (200, b"")


async def test_people_get_a_page(tmp_path: Path) -> None:
    async with live(tmp_path) as relay:
        async with relay.http.get("/status") as response:
            assert response.content_type == "text/html"
        async with relay.http.post("/status") as response:
            assert response.status == 405


async def test_a_paused_track_is_told_as_paused(tmp_path: Path) -> None:
    async with live(tmp_path) as relay:
        assert (await relay.publish("cam")).status == 201
        hello = signal.Hello(RoomName("studio"), ParticipantName("Ann"), accept_all=True)
        async with enter(relay.relay.url, hello) as ann:

            async def paused() -> list[bool]:
                status = await _read(relay, "/api/v1/status", STRANGER)
                links = [x for x in status["statistics"]["transports"] if x["name"] == "Ann"]
                return [one["paused"] for link in links for one in link["consumers"]]

            await until(paused, lambda seen: seen == [False, False], within=10, what="media")
            tracks = (await _read(relay, "/api/v1/rooms/studio/tracks", STRANGER))["tracks"]
            wishes = tuple((TrackId(one["id"]), Wish(paused=True)) for one in tracks)
            await ann.say(signal.Accept(wishes))
            await until(paused, lambda seen: seen == [True, True], within=10, what="a pause")


async def test_a_token_of_other_bytes_is_wrong_and_no_bug(tmp_path: Path) -> None:
    rules = {"vault": {"passphrase": "sesame"}}
    async with live(tmp_path, rooms=rules, operator_token=TOKEN) as relay:
        url = urlsplit(relay.relay.url)
        for line in ("GET /api/v1/rooms", "GET /api/v1/rooms/vault", "POST /whip/vault"):
            reader, writer = await asyncio.open_connection(url.hostname, url.port)
            body = offer("sendonly").encode()
            head = (
                f"{line} HTTP/1.1\r\nHost: relay\r\nContent-Type: application/sdp\r\n"
                f"Content-Length: {len(body)}\r\nAuthorization: Bearer "
            )
            writer.write(head.encode() + b"\xff\xfe\r\n\r\n" + body)
            assert b" 401 " in await reader.readline(), line
            writer.close()


async def test_those_who_look_at_the_same_time_share_one_answer(tmp_path: Path) -> None:
    async with running(tmp_path) as site:
        for number in range(30):
            await site.publish(name=f"camera-{number}")
        asked = 50
        for _ in range(asked):
            async with site.http.get("/api/v1/status") as response:
                assert response.headers["Content-Encoding"] == "deflate"
                assert len((await response.json())["rooms"][0]["participants"]) == 30
        counted = sum(isinstance(command, Count) for command in site.core.commands)
        assert 1 <= counted < asked
        # Who has no right to it gets nothing of what was told to others.
        wrong = {"Authorization": "Bearer wrong"}
        async with site.http.get("/api/v1/status", headers=wrong) as response:
            assert response.status == 401


@pytest.mark.parametrize(
    ("open_to_all", "headers", "shown"),
    [(False, STRANGER, True), (True, STRANGER, False), (True, OPERATOR, True)],
)
async def test_addresses_are_not_for_strangers(
    tmp_path: Path, *, open_to_all: bool, headers: dict[str, str], shown: bool
) -> None:
    async with (
        running(tmp_path, open=open_to_all, operator_token=TOKEN) as site,
        enter(site.relay.url, signal.Hello(RoomName("studio"))),
    ):
        await site.publish()
        site.core.connect(2)
        await site.relay.statistics()  # reports come in order
        async with site.http.get("/api/v1/statistics", headers=headers) as response:
            told = await response.text()
        async with site.http.get(
            "/status", headers={**headers, "Content-Type": PROTOBUF}
        ) as response:
            status = pb.SFUStatus.FromString(await response.read())
        assert ("127.0.0.1:" in told) is shown
        assert all(("127.0.0.1:" in client.label) is shown for client in status.clients)
