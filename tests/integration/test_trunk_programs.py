"""What a program takes of another relay's participants crosses as long as it does."""

import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from PIL import Image

from support.frames import BLUE, CLOSE, RED, comes_to_its_end, plain, sees, sending
from support.live import Live, live
from support.waiting import until
from trunkline import VideoSettings

pytestmark = pytest.mark.timeout(90)

WITHIN = 20.0


@asynccontextmanager
async def two(folder: Path) -> AsyncIterator[tuple[Live, Live]]:
    """Relays joined by a trunk that is up, each with a folder of its own."""
    (folder / "far").mkdir()
    (folder / "near").mkdir()
    async with (
        live(folder / "far") as far,
        live(folder / "near", trunks=[{"url": far.relay.url}]) as near,
    ):
        yield far, near


async def participants(it: Live) -> list[str]:
    return [one.id for room in it.relay.rooms for one in room.participants]


async def received(it: Live) -> int:
    """How many tracks a relay asks its neighbour for."""
    async with it.http.get("/api/v1/trunks") as response:
        (trunk,) = (await response.json())["trunks"]
        return int(trunk["tracksReceived"])


async def test_pictures_of_another_relay_are_tapped_and_taken_as_files(tmp_path: Path) -> None:
    async with two(tmp_path) as (far, near):
        video = VideoSettings(codec="VP8")
        async with (
            far.relay.produce("studio", "cam", video=video) as producer,
            sending(producer.video, picture=lambda: plain(BLUE)),
        ):
            (who,) = await until(lambda: participants(near), bool, within=WITHIN, what="the camera")
            assert await received(near) == 0
            path = f"/api/v1/rooms/studio/participants/{who}/snapshot.png"
            async with near.http.get(path) as response:
                body = await response.read()
                assert response.status == 200, body
            with Image.open(io.BytesIO(body)) as picture:
                seen = picture.convert("RGB").getpixel((5, 5))
            assert isinstance(seen, tuple)
            assert max(abs(a - b) for a, b in zip(seen, BLUE, strict=True)) <= CLOSE
            await until(lambda: received(near), lambda n: n == 0, within=WITHIN, what="left")
            async with near.relay.tap("studio", "cam") as tapped:
                await sees(tapped.video, BLUE)
                assert await received(near) == 1
            await until(lambda: received(near), lambda n: n == 0, within=WITHIN, what="left")


async def test_a_tap_goes_on_by_another_way_and_ends_when_there_is_none(tmp_path: Path) -> None:
    async with two(tmp_path) as (far, near):
        colour = BLUE
        (tmp_path / "last").mkdir()
        video = VideoSettings(codec="VP8")
        async with (
            live(tmp_path / "last") as last,
            far.relay.produce("studio", "cam", video=video) as producer,
            sending(producer.video, picture=lambda: plain(colour)),
        ):
            direct = await dial(last, far)
            await until(lambda: participants(last), bool, within=WITHIN, what="the camera")
            async with last.relay.tap("studio", "cam") as tapped:
                await sees(tapped.video, BLUE)
                around = await dial(last, near)
                await hang_up(last, direct)
                colour = RED
                await sees(tapped.video, RED)
                reading = tapped.video.frames()
                await hang_up(last, around)
                await comes_to_its_end(reading)


async def dial(it: Live, other: Live) -> str:
    """Add a trunk, and wait until it is up; its id."""
    async with it.http.post("/api/v1/trunks", json={"url": other.relay.url}) as response:
        number = str((await response.json())["id"])

    async def state() -> str:
        async with it.http.get("/api/v1/trunks") as response:
            every = (await response.json())["trunks"]
            return str(next(one["state"] for one in every if one["id"] == number))

    await until(state, lambda seen: seen == "up", within=WITHIN, what="the trunk")
    return number


async def hang_up(it: Live, trunk: str) -> None:
    async with it.http.delete(f"/api/v1/trunks/{trunk}") as response:
        assert response.status < 300, await response.text()
