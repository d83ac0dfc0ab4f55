"""What cameras cost, and how long their viewers wait.

Run as `PYTHONPATH=tests python -m benchmarks.cameras`.
GStreamer's RTSP server on loopback is the cameras, and a relay in a process of its own shows them.
Chromium waits for pictures, a viewer in Python compares sound and picture. CPU is that of the
relay's process alone.
"""

import argparse
import asyncio
import json
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
from playwright.async_api import Browser

from benchmarks.first_frame import WATCH
from support.browser import chromium
from support.client import client
from support.frames import HERE
from support.relay import RunningRelay, running_relay
from support.rtsp import launch, rtsp_server
from support.streams import record
from support.sync import apart
from support.waiting import until
from trunkline import Peer

BITRATE = 4_000
"""Kilobits a second of a camera whose cost is measured."""
WINDOW = 10.0
IDLE_WITHIN = 40.0


def streams(folder: Path) -> dict[str, str]:
    """What the cameras send: Matroska files, and how they are served."""
    cbr = f"bitrate={BITRATE}:vbv-maxrate={BITRATE}:vbv-bufsize={BITRATE}:nal-hrd=cbr:scenecut=0"
    heavy = {"x264-params": cbr, "b": f"{BITRATE}k"}
    files = {
        "second": record(folder / "second.mkv", seconds=60, gop=25),
        "ten": record(folder / "ten.mkv", seconds=120, gop=250),
        "b-frames": record(folder / "b-frames.mkv", seconds=60, bf="2"),
        "heavy": record(folder / "heavy.mkv", seconds=60, gop=50, size=(1280, 720), **heavy),
    }
    return {f"/{name}": launch(file, "h264", "aac") for name, file in files.items()}


@asynccontextmanager
async def showing(
    folder: Path, host: str, path: str, mode: str, count: int = 1
) -> AsyncIterator[RunningRelay]:
    """A relay with so many cameras."""
    lines = [
        f'[[cameras]]\nurl = "rtsp://{host}/{path}"\nroom = "yard"\n'
        f'name = "cam-{number}"\nmode = "{mode}"\n'
        for number in range(count)
    ]
    settings = folder / f"{path}-{mode}-{count}.toml"
    settings.write_text("\n".join(lines))
    async with running_relay("--config", str(settings)) as relay:
        await all_are(relay, "live", 30.0)
        yield relay


async def all_are(relay: RunningRelay, state: str, within: float) -> None:
    """Wait till every camera is so."""

    async def states() -> set[str]:
        told = json.loads(await relay.get("/api/v1/cameras"))
        return {one["state"] for one in told["cameras"]}

    await until(states, lambda seen: seen == {state}, within=within, what=f"cameras are {state}")


@dataclass(frozen=True, slots=True)
class Waits:
    """Milliseconds from a page's POST."""

    answered: float
    """Till the answer: the relay's own work, and that of HTTP."""
    shown: float
    """Till the first picture: with ICE, DTLS, and the browser's decoding."""


async def first_picture(browser: Browser, relay: RunningRelay) -> Waits:
    """How long a page waits from its POST on."""
    async with client(browser, relay.url) as viewer:
        seen = await viewer.page.evaluate(WATCH, f"{relay.url}/whep/yard/cam-0")
        await viewer.leave()
    return Waits(float(seen["answered"]), float(seen["shown"]))


async def at_once(folder: Path, host: str, path: str, sessions: int) -> dict[str, Any]:
    """How long viewers wait for a camera that is always connected."""
    async with chromium() as browser, showing(folder, host, path, "always") as relay:
        await first_picture(browser, relay)  # the browser warms up
        await asyncio.sleep(3)
        seen = [await first_picture(browser, relay) for _ in range(sessions)]
    return waited(path, "always", seen)


async def on_demand(folder: Path, host: str, path: str, sessions: int) -> dict[str, Any]:
    """How long the first viewer of a camera waits that was left."""
    async with chromium() as browser, showing(folder, host, path, "on-demand") as relay:
        await first_picture(browser, relay)
        seen = []
        for _ in range(sessions):
            await all_are(relay, "idle", IDLE_WITHIN)
            seen.append(await first_picture(browser, relay))
    return waited(path, "on-demand", seen)


def waited(path: str, mode: str, seen: Sequence[Waits]) -> dict[str, Any]:
    """As it is written into a JSON file."""
    return {
        "camera": path,
        "mode": mode,
        "sessions": len(seen),
        "answered_ms": spread([one.answered for one in seen]),
        "first_picture_ms": spread([one.shown for one in seen]),
    }


def spread(values: Sequence[float]) -> dict[str, int]:
    """What is usual, and what is not."""
    return {"median": round(statistics.median(values)), "worst": round(max(values))}


async def in_step(folder: Path, host: str, path: str) -> dict[str, Any]:
    """By how much sound comes after the picture."""
    async with (
        showing(folder, host, path, "always") as relay,
        Peer.watch(f"{relay.url}/whep/yard/cam-0", network=HERE) as viewer,
    ):
        distances = await apart(viewer.video, viewer.audio, 8)
    # Before its first report of both, a camera's clocks are a guess.
    return {"camera": path, "sound_late_ms": round(statistics.median(distances[3:]) * 1000, 1)}


async def cost(
    folder: Path, host: str, path: str, count: int, *, watched: bool = False
) -> dict[str, Any]:
    """CPU of the relay, for each camera, in percent of a core."""
    async with showing(folder, host, path, "always", count) as relay:
        process = psutil.Process(relay.process.inner.pid)
        if watched:
            async with Peer.watch(f"{relay.url}/whep/yard/cam-0", network=HERE) as viewer:
                await anext(aiter(viewer.video.packets()))
                used = await busy(process)
        else:
            await asyncio.sleep(1)
            used = await busy(process)
        told = json.loads(await relay.get("/api/v1/cameras"))["cameras"]
        rates = [one["picture"]["kbps"] for one in told if one["picture"]]
    return {
        "camera": path,
        "cameras": count,
        "watched": watched,
        "kbps": round(statistics.median(rates)) if rates else None,
        "percent_of_a_core_each": round(used / count, 2),
    }


async def busy(process: psutil.Process) -> float:
    """Percent of a core that a process uses."""
    before, begin = sum(process.cpu_times()[:2]), time.perf_counter()
    await asyncio.sleep(WINDOW)
    return 100 * (sum(process.cpu_times()[:2]) - before) / (time.perf_counter() - begin)


async def idle() -> float:
    """Percent of a core that a relay without cameras uses."""
    async with running_relay() as relay:
        await asyncio.sleep(1)
        return await busy(psutil.Process(relay.process.inner.pid))


async def measure(sessions: int, counts: Sequence[int]) -> list[dict[str, Any]]:
    """All of it."""
    with tempfile.TemporaryDirectory(prefix="trunkline-cameras-") as name:
        folder = Path(name)
        mounts = await asyncio.to_thread(streams, folder)
        async with rtsp_server(mounts) as host:
            results = [
                await at_once(folder, host, "ten", sessions),
                await on_demand(folder, host, "second", sessions),
                *[await in_step(folder, host, path) for path in ("second", "b-frames")],
                {"camera": None, "percent_of_a_core": round(await idle(), 2)},
                *[await cost(folder, host, "heavy", count) for count in counts],
                await cost(folder, host, "b-frames", 1, watched=True),
            ]
    load = psutil.getloadavg()[0]
    return [*results, {"load_average": round(load, 1), "processors": psutil.cpu_count()}]


def main() -> int:
    """Measure and print the result as JSON."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.cameras")
    parser.add_argument("--sessions", type=int, default=20, help="viewers (20)")
    parser.add_argument(
        "--cameras", type=int, action="append", help="how many at once (1, 16); repeatable"
    )
    chosen = parser.parse_args()
    results = asyncio.run(measure(chosen.sessions, chosen.cameras or [1, 16]))
    json.dump(results, sys.stdout, indent=1)
    print()
    return 0


if __name__ == "__main__":
    sys.exit(main())
