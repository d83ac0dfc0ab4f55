"""Cameras behind GStreamer's RTSP server, seen and heard through the relay."""

import asyncio
import datetime
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from dataclasses import replace
from pathlib import Path
from statistics import median

import pytest

from support.cameras import served
from support.frames import HERE, RED, hears, sees
from support.live import Live, live
from support.rtmp import rtmp_server
from support.rtsp import need_server, rtsp_server
from support.streams import record
from support.sync import apart
from support.waiting import until
from trunkline import Peer
from trunkline.client.network import Network
from trunkline.client.whip_session import Viewer
from trunkline.frames.transcoder import THREAD
from trunkline.media.endpoint import Endpoint, NativeEndpoint, Setup
from trunkline.net.certificate import own_certificate
from trunkline.state import Store

pytestmark = [pytest.mark.peer, pytest.mark.timeout(90)]

WITHIN = 30.0


@pytest.fixture(scope="module")
def mounts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    need_server()
    return served(tmp_path_factory.mktemp("streams"))


@pytest.fixture
async def host(mounts: dict[str, str]) -> AsyncIterator[str]:
    async with rtsp_server(mounts) as there:
        yield there


def camera(host: str, path: str, **more: object) -> dict[str, object]:
    return {"url": f"rtsp://{host}/{path}", "room": "studio", "name": path, **more}


def watching(it: Live, name: str, network: Network = HERE) -> AbstractAsyncContextManager[Viewer]:
    return Peer.watch(f"{it.relay.url}/whep/studio/{name}", network=network)


def transcoders() -> int:
    return sum(thread.name == THREAD for thread in threading.enumerate())


def codecs(it: Live, name: str) -> dict[str, str | None]:
    """What a camera's tracks are, by kind."""
    people = [one for room in it.relay.rooms for one in room.participants if one.name == name]
    return {track.kind: track.codec for one in people for track in one.tracks}


def narrow(setup: Setup) -> Endpoint:
    """The connection of a viewer that does not know every codec."""
    return NativeEndpoint(replace(setup, codecs=("opus", "H264", "VP8")))


NARROW = Network(addresses=["127.0.0.1"], endpoint=narrow)


@pytest.mark.parametrize(
    ("name", "picture", "sound"),
    [
        ("h264-aac", "H264", "opus"),
        ("h264-alaw", "H264", "PCMA"),
        ("h264-mulaw", "H264", "PCMU"),
        ("b-frames", "H264", "opus"),
        ("h264-l16", "H264", "opus"),
        ("vp8-opus", "VP8", "opus"),
        ("vp9", "VP9", None),
        ("h265", "H265", None),
        ("mjpeg", "H264", None),
        ("mpeg4", "H264", None),
        ("video-only", "H264", None),
        ("audio-only", None, "opus"),
    ],
)
async def test_a_camera_is_seen_and_heard(
    name: str, picture: str | None, sound: str | None, host: str, tmp_path: Path
) -> None:
    async with (
        live(tmp_path, cameras=[camera(host, name)]) as it,
        watching(it, name) as viewer,
    ):
        if picture:
            await sees(viewer.video, RED)
        if sound:
            await hears(viewer.audio, 48_000 if sound == "opus" else 8_000)
        wanted = {"video": picture, "audio": sound}
        assert codecs(it, name) == {kind: codec for kind, codec in wanted.items() if codec}


async def test_one_transcoder_serves_all_and_none_runs_for_nobody(
    host: str, tmp_path: Path
) -> None:
    async with live(tmp_path, cameras=[camera(host, "b-frames", mode="always")]) as it:
        await until(looked_at(it, "b-frames"), bool, within=WITHIN, what="the camera is known")
        assert transcoders() == 0
        async with AsyncExitStack() as stack:
            for _ in range(3):
                viewer = await stack.enter_async_context(watching(it, "b-frames"))
                await sees(viewer.video, RED)
            assert transcoders() == 1
        await until(count_transcoders, lambda seen: seen == 0, within=WITHIN, what="none is left")


async def test_h265_is_transcoded_for_who_cannot_play_it_alone(host: str, tmp_path: Path) -> None:
    async with (
        live(tmp_path, cameras=[camera(host, "h265")]) as it,
        watching(it, "h265") as able,
    ):
        await sees(able.video, RED)
        assert able.video.codec == "H265"
        assert transcoders() == 0
        async with watching(it, "h265", network=NARROW) as other:
            await sees(other.video, RED)
            assert other.video.codec == "H264"
            assert transcoders() == 1
        await until(count_transcoders, lambda seen: seen == 0, within=WITHIN, what="none is left")
        await sees(able.video, RED)


async def test_the_second_stream_is_taken_in_place_of_a_transcoder(
    host: str, tmp_path: Path
) -> None:
    both = [camera(host, "h265", sub=f"rtsp://{host}/video-only")]
    both += [camera(host, "b-frames", sub=f"rtsp://{host}/video-only")]
    async with live(tmp_path, cameras=both) as it:
        for name in ("h265", "b-frames"):
            async with watching(it, name, network=NARROW) as viewer:
                await sees(viewer.video, RED)
                assert viewer.video.codec == "H264"
                assert transcoders() == 0


async def test_a_newcomer_sees_a_camera_with_ten_seconds_between_keyframes(
    host: str, tmp_path: Path
) -> None:
    async with live(tmp_path, cameras=[camera(host, "long", mode="always")]) as it:
        async with watching(it, "long") as viewer:
            await sees(viewer.video, RED)
            await hears(viewer.audio)
        async with watching(it, "long") as viewer, asyncio.timeout(8):

            async def came() -> int:
                return viewer.video.received

            # Who begins to read later than the picture came has it all the same.
            await until(came, bool, within=5, what="the first picture")
            await sees(viewer.video, RED)


async def test_udp_is_taken_where_it_is_asked_for(host: str, tmp_path: Path) -> None:
    async with (
        live(tmp_path, cameras=[camera(host, "h264-aac", transport="udp")]) as it,
        watching(it, "h264-aac") as viewer,
    ):
        await sees(viewer.video, RED)


def looked_at(it: Live, name: str) -> Callable[[], Awaitable[bool]]:
    async def look() -> bool:
        return codecs(it, name).get("audio") is not None or "audio" not in codecs(it, name)

    return look


async def count_transcoders() -> int:
    return transcoders()


@pytest.mark.alone
async def test_sound_and_picture_are_in_step(host: str, tmp_path: Path) -> None:
    names = ("h264-aac", "h264-alaw", "b-frames")
    async with (
        live(tmp_path, cameras=[camera(host, name) for name in names]) as it,
        asyncio.TaskGroup() as group,
    ):
        for name in names:
            group.create_task(is_in_step(it, name))


async def is_in_step(it: Live, name: str) -> None:
    """As the receiver is told by the times of capture: how busy this machine is says nothing."""
    async with watching(it, name) as viewer:
        distances = await apart(viewer.video, viewer.audio, 5)
        # Before its first report of both, a camera's clocks are a guess.
        assert abs(median(distances[-3:])) < 0.04, (name, distances)


async def error_of(it: Live) -> str | None:
    async with it.http.get("/api/v1/cameras") as response:
        (one,) = (await response.json())["cameras"]
    assert "s3cret" not in str(one)
    error: str | None = one["error"]
    return error


@pytest.mark.parametrize(
    ("login", "path", "sentence"),
    [
        ("ann:wr0ng-s3cret@", "h264-aac", "It refuses the user name or the password."),
        ("", "h264-aac", "It refuses the user name or the password."),
        ("ann:s3cret@", "nowhere", "It has no such stream: look at the path of its URL."),
    ],
)
async def test_what_a_person_has_to_mend_is_said(
    login: str, path: str, sentence: str, mounts: dict[str, str], tmp_path: Path
) -> None:
    async with rtsp_server(mounts, "ann:s3cret") as host:
        url = f"rtsp://{login}{host}/{path}"
        cameras = [{"url": url, "room": "studio", "name": "cam", "mode": "always"}]
        async with live(tmp_path, cameras=cameras) as it:
            error = await until(lambda: error_of(it), bool, within=WITHIN, what="an error")
            assert error == sentence


async def test_a_camera_with_a_password_is_seen(mounts: dict[str, str], tmp_path: Path) -> None:
    async with rtsp_server(mounts, "ann:s3cret") as host:
        one = camera(f"ann:s3cret@{host}", "h264-aac")
        async with live(tmp_path, cameras=[one]) as it, watching(it, "h264-aac") as viewer:
            await sees(viewer.video, RED)


async def test_a_camera_with_a_certificate_is_seen_and_checked_where_that_is_asked_for(
    mounts: dict[str, str], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    now = datetime.datetime.now(datetime.UTC)
    own, other = (
        own_certificate(Store.open(tmp_path / name), ["127.0.0.1"], now)
        for name in ("own", "other")
    )
    async with rtsp_server(mounts, "ann:s3cret", own) as host:
        url = f"rtsps://ann:s3cret@{host}/h264-aac"
        checks = {"unchecked": None, "checked": str(own), "wrong": str(other)}
        cameras = [
            {"url": url, "room": "studio", "name": name, "certificate": file}
            for name, file in checks.items()
        ]
        async with live(tmp_path / "relay", cameras=cameras) as it:
            for name in ("unchecked", "checked"):
                async with watching(it, name) as viewer:
                    await sees(viewer.video, RED)

            async def wrong() -> str:
                async with it.http.get("/api/v1/rooms/studio/cameras") as response:
                    told = (await response.json())["cameras"]
                return str(next(one["trouble"] for one in told if one["name"] == "wrong"))

            await until(wrong, lambda seen: seen == "certificate", within=WITHIN, what="it says so")
        warned = [line for line in caplog.messages if "anybody can pose as it" in line]
        assert len(warned) == 1
        assert "camera unchecked" in warned[0]


async def test_a_stream_by_rtmp_is_seen_and_heard(tmp_path: Path) -> None:
    film = record(tmp_path / "film.mp4", seconds=30)
    async with rtmp_server(tmp_path, film) as url:
        one = {"url": url, "room": "studio", "name": "cam"}
        async with live(tmp_path / "relay", cameras=[one]) as it, watching(it, "cam") as viewer:
            await sees(viewer.video, RED)
            await hears(viewer.audio)
            assert codecs(it, "cam") == {"video": "H264", "audio": "opus"}
