"""The present picture of a participant, as a file."""

import asyncio
import io
from pathlib import Path

import pytest
from PIL import Image

from support.frames import BLUE, CLOSE, HERE, RED, Colour, plain, sees, sending
from support.live import Live, live
from support.rude import rude_camera
from support.waiting import until
from trunkline import Peer, VideoSettings, snapshot

pytestmark = pytest.mark.timeout(60)

WITHIN = 20.0


async def take(it: Live, form: str, **headers: str) -> tuple[int, str, bytes]:
    """A snapshot of the first participant of the room: status, type, body."""
    who = it.relay.rooms[0].participants[0].id
    path = f"/api/v1/rooms/studio/participants/{who}/snapshot.{form}"
    async with it.http.get(path, headers=headers) as response:
        return response.status, response.content_type, await response.read()


def shows(body: bytes, colour: Colour, size: tuple[int, int], form: str) -> None:
    with Image.open(io.BytesIO(body)) as picture:
        assert (picture.format, picture.size) == (form, size)
        pixel = picture.convert("RGB").getpixel((size[0] // 2, size[1] // 2))
    assert isinstance(pixel, tuple)
    assert max(abs(seen - wanted) for seen, wanted in zip(pixel, colour, strict=True)) <= CLOSE


@pytest.mark.parametrize("codec", ["H264", "VP8"])
async def test_a_snapshot_shows_the_present_moment(tmp_path: Path, codec: str) -> None:
    colour = RED
    async with live(tmp_path) as it:
        url = f"{it.relay.url}/whip/studio?name=cam"
        settings = VideoSettings(codec=codec)
        async with (
            Peer.publish(url, video=settings, audio=None, network=HERE) as peer,
            sending(peer.video, picture=lambda: plain(colour)),
            it.relay.tap("studio", "cam") as tapped,
        ):
            await sees(tapped.video, RED)
            status, kind, body = await take(it, "jpg")
            assert (status, kind) == (200, "image/jpeg")
            shows(body, RED, (320, 240), "JPEG")
            colour = BLUE
            await sees(tapped.video, BLUE)
            status, kind, body = await take(it, "png")
            assert (status, kind) == (200, "image/png")
            shows(body, BLUE, (320, 240), "PNG")


async def test_a_camera_that_nobody_watches_is_asked_for_its_present_picture(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from trunkline.sources.camera import line

    monkeypatch.setattr(line, "LINGER", 0.2)
    async with rude_camera() as (camera, url):
        entry = {"url": url, "room": "studio", "name": "cam"}
        async with live(tmp_path, cameras=[entry]) as it:

            async def state() -> str:
                async with it.http.get("/api/v1/cameras") as response:
                    return str((await response.json())["cameras"][0]["state"])

            async def sessions() -> int:
                return camera.sessions

            await until(sessions, lambda seen: seen > 0, within=WITHIN, what="looked at")
            await until(state, lambda seen: seen == "idle", within=WITHIN, what="left")
            asked = camera.sessions
            status, _, body = await take(it, "jpg")
            assert status == 200, body
            shows(body, body_colour(body), (320, 180), "JPEG")
            assert camera.sessions == asked + 1


def body_colour(body: bytes) -> Colour:
    """White in the first moments of a second, else red."""
    with Image.open(io.BytesIO(body)) as picture:
        pixel = picture.convert("RGB").getpixel((160, 90))
    assert isinstance(pixel, tuple)
    return RED if pixel[1] < 128 else (255, 255, 255)


async def test_what_cannot_be_taken_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(snapshot, "LIMIT", 1.0)
    rooms = {"studio": {"passphrase": "open"}}
    async with live(tmp_path, rooms=rooms) as it:
        bearer = {"Authorization": "Bearer open"}
        assert (await it.ask("POST", "/whip/studio?name=cam", bearer)).status == 415
        async with it.relay.produce("studio", "cam", video=VideoSettings()) as producer:
            assert (await take(it, "jpg"))[0] == 401
            status, _, body = await take(it, "jpg", **bearer)
            assert (status, b"No picture came" in body) == (503, True)
            async with sending(producer.video):
                several = [take(it, "jpg", **bearer) for _ in range(12)]
                statuses = {status for status, _, _ in await asyncio.gather(*several)}
                assert statuses == {200, 429}
        async with it.http.get(
            "/api/v1/rooms/studio/participants/p9/snapshot.jpg", headers=bearer
        ) as response:
            assert response.status == 404
