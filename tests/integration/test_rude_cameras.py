"""Cameras that stop, stammer, jump in time or talk nonsense: the viewer goes on, or is told why."""

import asyncio
from contextlib import AbstractAsyncContextManager
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from support.frames import HERE, RED, hears, sees
from support.live import Live, live
from support.rude import (
    Mischief,
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
from trunkline.sources import rtsp
from trunkline.sources.camera import connection, fault

pytestmark = pytest.mark.timeout(60)

WITHIN = 30.0


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """FFmpeg gives up sooner than it does for people: what happens then is the same."""
    shorter = {"OPEN_TIME": 3.0, "READ_TIME": 2.0}
    for module in (connection, fault):
        for name, seconds in shorter.items():
            monkeypatch.setattr(module, name, seconds)
    monkeypatch.setattr(fault, "SILENT", 1.5)
    monkeypatch.setitem(rtsp._LIMITS, "timeout", "2000000")


def watching(it: Live, name: str = "cam") -> AbstractAsyncContextManager[Viewer]:
    return Peer.watch(f"{it.relay.url}/whep/studio/{name}", network=HERE)


def at(directory: Path, url: str, *urls: tuple[str, str]) -> AbstractAsyncContextManager[Live]:
    """A relay with the camera "cam", and others by name and URL."""
    named = [("cam", url), *urls]
    cameras = [{"url": where, "room": "studio", "name": name} for name, where in named]
    return live(directory, cameras=cameras)


async def told(it: Live, name: str = "cam") -> dict[str, Any]:
    async with it.http.get("/api/v1/cameras") as response:
        cameras = (await response.json())["cameras"]
    return next(dict(camera) for camera in cameras if camera["name"] == name)


async def comes_back(it: Live, name: str, camera: RudeCamera) -> None:
    """A viewer sees the camera, which breaks off, and sees it again."""

    async def sessions() -> int:
        return camera.sessions

    async with watching(it, name) as viewer:
        await sees(viewer.video, RED)
        await until(sessions, lambda seen: seen > 1, within=WITHIN, what=f"{name} is asked again")
        await sees(viewer.video, RED)
        await hears(viewer.audio, 8_000)
    assert (await told(it, name))["restarts"] >= 1


def stops(session: Session, number: int) -> bool:
    """It ends in the middle of a frame."""
    if number == 30:
        session.send_picture(pictures()[0], 30 * 3_600, half=True)
    return number < 30


def stammers(session: Session, number: int) -> bool:
    """It talks nonsense from there on."""
    if number >= 30:
        session.writer.write(noise(5_000))
    return True


async def test_cameras_that_break_off_are_asked_again(tmp_path: Path, impatient: None) -> None:
    async with (
        rude_camera(stops) as (first, cut),
        rude_camera(stammers) as (second, nonsense),
        rude_camera() as (third, silent),
    ):
        third.mischief = lambda _, number: number < 30 or third.sessions > 1
        third.stays = True
        async with (
            at(tmp_path, cut, ("nonsense", nonsense), ("silent", silent)) as it,
            asyncio.TaskGroup() as group,
        ):
            group.create_task(comes_back(it, "cam", first))
            group.create_task(comes_back(it, "nonsense", second))
            group.create_task(comes_back(it, "silent", third))


async def goes_on(it: Live, name: str, jumped: asyncio.Event) -> None:
    async with watching(it, name) as viewer:
        await sees(viewer.video, RED)
        await asyncio.wait_for(jumped.wait(), WITHIN)
        await sees(viewer.video, RED)
        await hears(viewer.audio, 8_000)
        seen = await told(it, name)
        assert (seen["state"], seen["restarts"]) == ("live", 0)


def jumping(seconds: float, jumped: asyncio.Event) -> Mischief:
    def jumps(session: Session, number: int) -> bool:
        if number == 40:
            session.shift += seconds
        if number == 50:
            jumped.set()
        return True

    return jumps


async def test_a_clock_that_jumps_stops_nothing(tmp_path: Path) -> None:
    jumped = asyncio.Event(), asyncio.Event()
    async with (
        rude_camera(jumping(3_600.0, jumped[0])) as (_, ahead),
        rude_camera(jumping(-3_600.0, jumped[1])) as (_, back),
        at(tmp_path, ahead, ("back", back)) as it,
        asyncio.TaskGroup() as group,
    ):
        group.create_task(goes_on(it, "cam", jumped[0]))
        group.create_task(goes_on(it, "back", jumped[1]))


async def test_a_picture_that_changes_its_size_is_seen_in_the_new_one(tmp_path: Path) -> None:
    def grows(session: Session, number: int) -> bool:
        session.size = (320, 180) if number < 50 else (480, 270)
        return True

    async with rude_camera(grows) as (_, url), at(tmp_path, url) as it, watching(it) as viewer:
        await sees(viewer.video, RED, shape=(320, 180))
        await sees(viewer.video, RED, shape=(480, 270))
        picture = (await told(it))["picture"]
        assert (picture["width"], picture["height"]) == (480, 270)


async def test_a_camera_that_gives_no_answer_is_told_in_words(
    tmp_path: Path, impatient: None
) -> None:
    async with rude_camera() as (mute, first), rude_camera() as (babbling, second):
        mute.greeting, babbling.greeting = b"", noise(1_000)
        async with at(tmp_path, first, ("babbling", second)) as it:
            for name in ("cam", "babbling"):
                failed = await until(
                    partial(told, it, name),
                    lambda seen: seen["error"] is not None,
                    within=WITHIN,
                    what="an error",
                )
                assert failed["error"] == "It gave no answer that can be understood within 3 s."
                assert failed["trouble"] == "silent"


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
