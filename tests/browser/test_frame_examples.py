"""The examples that take and give frames, run as they stand, with Chromium at the other end."""

import re
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import av
import pytest
from playwright.async_api import Browser

from support.browser import ONE_LOOP
from support.client import Client, client, has_sound, shows_colour, shows_moving_picture
from support.process import Process, process
from support.relay import RunningRelay
from support.waiting import until

EXAMPLES = Path(__file__).parents[2] / "examples"

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120), ONE_LOOP]


@asynccontextmanager
async def example(name: str, *words: str) -> AsyncIterator[Process]:
    async with process([sys.executable, str(EXAMPLES / name), *words]) as program:
        yield program


async def says(program: Process, pattern: str) -> None:
    async def output() -> str:
        assert program.running, program.output
        return program.output

    await until(output, lambda text: re.search(pattern, text) is not None, within=30, what=pattern)


async def watches(viewer: Client, url: str) -> None:
    """Ask for a picture until somebody publishes it."""

    async def status() -> int:
        return int((await viewer.watch(url))["status"])

    await until(status, lambda answer: answer == 201, within=30, what=f"somebody at {url}")


async def test_pictures_come_back_inverted(relay: RunningRelay, browser: Browser) -> None:
    async with (
        client(browser, relay.url) as publisher,
        client(browser, relay.url) as viewer,
        example("invert_pictures.py", f"{relay.url}/sfu?room=studio") as program,
    ):
        # In H.264 a browser tells what its colours mean.
        colour = {"colour": "rgb(200 40 90)", "codec": "H264", "audio": False}
        assert (await publisher.publish("/whip/studio?name=cam", **colour))["status"] == 201
        await says(program, "Inverting")
        await watches(viewer, "/whep/studio/inverter")
        await shows_colour(viewer, (55, 215, 165))


async def test_what_numpy_draws_moves_and_sounds(relay: RunningRelay, browser: Browser) -> None:
    async with (
        client(browser, relay.url) as viewer,
        example("animate_arrays.py", f"{relay.url}/sfu?room=studio") as program,
    ):
        await says(program, "Drawing")
        await watches(viewer, "/whep/studio/waves")
        await shows_moving_picture(viewer)
        await has_sound(viewer)


async def test_a_room_becomes_a_film(relay: RunningRelay, browser: Browser, tmp_path: Path) -> None:
    film = tmp_path / "film.mp4"
    async with (
        client(browser, relay.url) as publisher,
        example("record_room.py", f"{relay.url}/sfu?room=studio", str(film)) as program,
    ):
        assert (await publisher.publish("/whip/studio?name=cam"))["status"] == 201
        await says(program, "Recording 320 × 240")

        async def size() -> int:
            return film.stat().st_size if film.exists() else 0

        await until(size, lambda now: now > 0, within=20, what="a film")
        assert await program.stop(within=20) == 0, program.output
    with av.open(str(film)) as saved:
        pictures = list(saved.decode(video=0))
        assert len(pictures) > 5
        assert (pictures[0].width, pictures[0].height) == (640, 360)


async def test_motion_is_told_and_its_end(relay: RunningRelay, browser: Browser) -> None:
    async with client(browser, relay.url) as still, client(browser, relay.url) as moving:
        grey = {"colour": "rgb(90 90 90)", "audio": False}
        assert (await still.publish("/whip/studio?name=still", **grey))["status"] == 201
        async with example("detect_motion.py", f"{relay.url}/whep/studio") as program:
            await says(program, "Watching")
            # Who publishes last is shown.
            assert (await moving.publish("/whip/studio?name=moving"))["status"] == 201
            await says(program, "Something moves")
            assert await moving.leave() == 200
            await says(program, "Quiet")


async def test_aiortc_sees_what_is_sent_by_hand() -> None:
    async with example("offer_by_hand.py") as program:

        async def code() -> int | None:
            return program.inner.returncode

        assert await until(code, lambda value: value is not None, within=40, what="the end") == 0
    found = re.search(r"red (\d+), green (\d+), blue (\d+)", program.output)
    assert found, program.output
    red, green, blue = map(int, found.groups())
    assert red < 15
    assert 185 < green < 215
    assert blue < 15
