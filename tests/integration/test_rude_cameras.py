"""Cameras that stop, stammer, jump in time or talk nonsense: the viewer goes on, or is told why."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import pytest

from support.frames import HERE, RED, hears, sees
from support.live import Live, live
from support.rude import (
    Programme,
    RudeCamera,
    Session,
    noise,
    pictures,
    rude_camera,
    temporal_units,
)
from support.waiting import until
from trunkline import Peer
from trunkline.client.whip_session import Viewer

pytestmark = pytest.mark.timeout(60)

WITHIN = 30.0


def watching(it: Live) -> AbstractAsyncContextManager[Viewer]:
    return Peer.watch(f"{it.relay.url}/whep/studio/cam", network=HERE)


def at(directory: Path, url: str, **more: object) -> AbstractAsyncContextManager[Live]:
    return live(directory, cameras=[{"url": url, "room": "studio", "name": "cam", **more}])


async def told(it: Live) -> dict[str, Any]:
    async with it.http.get("/api/v1/cameras") as response:
        (camera,) = (await response.json())["cameras"]
    return dict(camera)


def looks(it: Live) -> Callable[[], Awaitable[dict[str, Any]]]:
    return lambda: told(it)


async def comes_back(it: Live, viewer: Viewer, camera: RudeCamera) -> None:
    """The viewer sees the camera, and it did break off before."""

    async def sessions() -> int:
        return camera.sessions

    await until(sessions, lambda seen: seen > 1, within=WITHIN, what="the camera is asked again")
    await sees(viewer.video, RED)
    await hears(viewer.audio, 8_000)
    assert (await told(it))["restarts"] >= 1


async def test_a_camera_that_stops_in_the_middle_of_a_frame_is_asked_again(tmp_path: Path) -> None:
    def stops(session: Session, number: int) -> bool:
        if number == 30:
            session.send_picture(pictures()[0], 30 * 3_600, half=True)
        return number < 30

    async with rude_camera(stops) as (camera, url), at(tmp_path, url) as it, watching(it) as viewer:
        await sees(viewer.video, RED)
        await comes_back(it, viewer, camera)


async def test_a_camera_that_talks_nonsense_is_asked_again(tmp_path: Path) -> None:
    def stammers(session: Session, number: int) -> bool:
        if number >= 30:
            session.writer.write(noise(5_000))
        return True

    async with rude_camera(stammers) as (one, url), at(tmp_path, url) as it, watching(it) as viewer:
        await sees(viewer.video, RED)
        await comes_back(it, viewer, one)


async def test_a_camera_that_falls_silent_is_noticed_and_asked_again(tmp_path: Path) -> None:
    async with rude_camera() as (camera, url), at(tmp_path, url) as it, watching(it) as viewer:
        camera.mischief = lambda _, number: number < 30 or camera.sessions > 1
        camera.stays = True
        await sees(viewer.video, RED)
        await comes_back(it, viewer, camera)


@pytest.mark.parametrize("jump", [3_600.0, -3_600.0])
async def test_a_clock_that_jumps_stops_nothing(tmp_path: Path, jump: float) -> None:
    jumped = asyncio.Event()

    def jumps(session: Session, number: int) -> bool:
        if number == 40:
            session.shift += jump
        if number == 50:
            jumped.set()
        return True

    async with rude_camera(jumps) as (_, url), at(tmp_path, url) as it, watching(it) as viewer:
        await sees(viewer.video, RED)
        await asyncio.wait_for(jumped.wait(), WITHIN)
        await sees(viewer.video, RED)
        await hears(viewer.audio, 8_000)
        seen = await told(it)
        assert (seen["state"], seen["restarts"]) == ("live", 0)


async def test_a_picture_that_changes_its_size_is_seen_in_the_new_one(tmp_path: Path) -> None:
    def grows(session: Session, number: int) -> bool:
        session.size = (320, 180) if number < 50 else (480, 270)
        return True

    async with rude_camera(grows) as (_, url), at(tmp_path, url) as it, watching(it) as viewer:
        await sees(viewer.video, RED, shape=(320, 180))
        await sees(viewer.video, RED, shape=(480, 270))
        picture = (await told(it))["picture"]
        assert (picture["width"], picture["height"]) == (480, 270)


@pytest.mark.parametrize("greeting", [b"", noise(1_000)])
async def test_a_camera_that_gives_no_answer_is_told_in_words(
    tmp_path: Path, greeting: bytes
) -> None:
    async with rude_camera() as (camera, url):
        camera.greeting = greeting
        async with at(tmp_path, url) as it:
            failed = await until(
                looks(it), lambda seen: seen["error"] is not None, within=WITHIN, what="an error"
            )
            assert failed["error"] == "It gave no answer that can be understood within 6 s."


async def test_av1_and_g722_are_passed_on_as_they_are(tmp_path: Path) -> None:
    async with rude_camera() as (camera, url):
        camera.programme = Programme("AV1", temporal_units(), "g722", 9)
        async with at(tmp_path, url) as it, watching(it) as viewer:
            await sees(viewer.video, RED)
            await hears(viewer.audio, 16_000)
            assert (viewer.video.codec, viewer.audio.codec) == ("AV1", "G722")


async def test_sound_is_heard_where_nobody_knows_the_codec_of_the_picture(tmp_path: Path) -> None:
    async with rude_camera() as (camera, url):
        camera.programme = Programme("X-UNHEARD-OF")
        async with at(tmp_path, url) as it, watching(it) as viewer:
            await hears(viewer.audio, 8_000)
            seen = await told(it)
            assert (seen["state"], seen["trouble"]) == ("live", "codec")
            assert "codec that FFmpeg does not know" in seen["error"]
            async with it.http.get("/api/v1/rooms/studio/cameras") as response:
                (camera_told,) = (await response.json())["cameras"]
            assert (camera_told["name"], camera_told["trouble"]) == ("cam", "codec")
            assert "rtsp" not in str(camera_told)
