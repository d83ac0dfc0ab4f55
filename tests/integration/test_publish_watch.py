"""`trunkline publish` and `trunkline watch` as people type them."""

import os
import re
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import av
import numpy
import pytest
from av.video.frame import VideoFrame

from support.frames import HERE, RED, plain, sees
from support.process import Process, process
from support.relay import RunningRelay
from support.waiting import until
from trunkline import Peer

pytestmark = pytest.mark.timeout(90)

FLOWS = r"\d\d:\d\d  [1-9][\d.]* frames/s  [1-9]\d* kbit/s"


@asynccontextmanager
async def trunkline(*words: str) -> AsyncIterator[Process]:
    async with process([sys.executable, "-m", "trunkline", *words]) as command:
        yield command


async def says(command: Process, pattern: str) -> None:
    async def output() -> str:
        return command.output if command.running else f"(it ended)\n{command.output}"

    await until(output, lambda text: re.search(pattern, text) is not None, within=40, what=pattern)


async def ends(command: Process) -> int:
    async def code() -> int | None:
        return command.inner.returncode

    status = await until(code, lambda value: value is not None, within=40, what="the end")
    assert status is not None
    return status


def clip(path: Path, seconds: float = 1.0) -> Path:
    """A red film with a tone."""
    with av.open(str(path), "w") as output:
        video = output.add_stream("libx264", rate=30, options={"preset": "ultrafast"})
        video.width, video.height, video.pix_fmt = 320, 240, "yuv420p"
        for number in range(int(seconds * 30)):
            frame = VideoFrame.from_ndarray(plain(RED), format="rgb24")
            frame.pts = number
            output.mux(video.encode(frame))
        output.mux(video.encode(None))
    return path


async def test_the_test_picture_is_published_watched_and_saved(
    relay: RunningRelay, tmp_path: Path
) -> None:
    film = tmp_path / "film.mkv"
    async with trunkline("publish", f"{relay.url}/whip/studio?name=cam", "--test") as publisher:
        await says(publisher, FLOWS)
        command = ("watch", f"{relay.url}/whep/studio", "--output", str(film), "--seconds", "4")
        async with trunkline(*command) as viewer:
            await says(viewer, FLOWS)
            assert await ends(viewer) == 0, viewer.output
        assert await publisher.stop(within=10) == 0
    with av.open(str(film)) as saved:
        pictures = [frame.to_ndarray(format="rgb24") for frame in saved.decode(video=0)]
        assert len(pictures) > 30
        assert pictures[0].shape == (540, 960, 3)
        assert numpy.abs(pictures[0].astype(int) - pictures[-1]).mean() > 0.5
    with av.open(str(film)) as saved:
        loud = max(float(numpy.abs(frame.to_ndarray()).max()) for frame in saved.decode(audio=0))
        assert loud > 0.01


async def test_a_room_is_published_into_and_watched(relay: RunningRelay, tmp_path: Path) -> None:
    film = tmp_path / "film.mkv"
    into = ("publish", relay.url, "--room", "studio", "--name", "cam", "--test", "--codec", "vp8")
    async with trunkline(*into) as publisher:
        await says(publisher, FLOWS)
        out = ("watch", f"{relay.url}/sfu?room=studio", "--from", "cam", "-o", str(film))
        async with trunkline(*out) as viewer:
            await says(viewer, FLOWS)
            assert await viewer.stop(within=10) == 0, viewer.output
        assert await publisher.stop(within=10) == 0
    with av.open(str(film)) as saved:
        assert {one.type: one.codec_context.name for one in saved.streams} == {
            "video": "vp8",
            "audio": "opus",
        }
        assert sum(1 for _ in saved.decode(video=0)) > 5


async def test_a_film_is_played_once_or_again_and_again(
    relay: RunningRelay, tmp_path: Path
) -> None:
    film = str(clip(tmp_path / "red.mp4"))
    url = f"{relay.url}/whip/studio?name=cam"
    async with trunkline("publish", url, film) as publisher:
        assert await ends(publisher) == 0, publisher.output
    async with trunkline("publish", url, film, "--loop") as publisher:
        await says(publisher, rf"(?s)({FLOWS}.*){{3}}")
        address = f"{relay.url}/whep/studio"
        async with Peer.watch(address, audio=False, network=HERE) as viewer:
            await sees(viewer.video, RED)
        assert await publisher.stop(within=10) == 0


async def test_who_watches_first_waits(relay: RunningRelay) -> None:
    async with trunkline("watch", f"{relay.url}/whep/studio", "--measure") as viewer:
        await says(viewer, "Nobody publishes there yet")
        async with trunkline("publish", f"{relay.url}/whip/studio", "--test"):
            await says(viewer, FLOWS)
        assert await viewer.stop(within=10) == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("publish", "http://127.0.0.1:1/whip/a"), "one of the two"),
        (("publish", "http://127.0.0.1:1/whip/a", "--test", "--loop"), "never ends"),
        (("publish", "http://127.0.0.1:1/whip/a", "--test"), "cannot be reached"),
        (("publish", "http://127.0.0.1:1/whip/a", "/nothing.mp4"), "cannot be opened: No such"),
        (("publish", "http://127.0.0.1:1/whip/a", "--test", "--codec", "x"), "choose of H264"),
        (("publish", "http://127.0.0.1:1/whip/a", "--test", "--name", "x"), r"\?name=NAME"),
        (("watch", "http://127.0.0.1:1/whep/a", "--measure"), "cannot be reached"),
        (("watch", "http://127.0.0.1:1/whep/a", "--measure", "-o", "x.mkv"), "exclude each other"),
        (("watch", "http://127.0.0.1:1", "--room", "a", "--measure"), "cannot be reached"),
    ],
)
async def test_what_cannot_be_is_said(words: tuple[str, ...], said: str) -> None:
    async with trunkline(*words) as command:
        assert await ends(command) != 0
        output = " ".join(re.sub(r"[│╭╮╰╯─]", " ", command.output).split())
        assert re.search(said, output), output
        assert "Traceback" not in output


async def test_a_player_is_given_what_comes(relay: RunningRelay, tmp_path: Path) -> None:
    shown = tmp_path / "shown.mkv"
    player = tmp_path / "ffplay"
    player.write_text(f"#!/bin/sh\nexec cat > '{shown}'\n")
    player.chmod(0o755)
    environment = {"PATH": f"{tmp_path}:{os.environ['PATH']}"}
    words = [sys.executable, "-m", "trunkline", "watch", f"{relay.url}/whep/studio"]
    async with (
        trunkline("publish", f"{relay.url}/whip/studio", "--test") as publisher,
        process(words, environment=environment) as viewer,
    ):
        await says(publisher, FLOWS)
        await says(viewer, rf"(?s)({FLOWS}.*){{2}}")

        async def size() -> int:
            return shown.stat().st_size if shown.exists() else 0

        await until(size, lambda now: now > 50_000, within=30, what="something to show")
        assert await viewer.stop(within=20) == 0, viewer.output
    with av.open(str(shown)) as saved:
        assert sum(1 for _ in saved.decode(video=0)) > 5
