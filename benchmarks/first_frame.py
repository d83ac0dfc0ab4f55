"""How long a new viewer waits for its first picture.

Run as `PYTHONPATH=tests python -m benchmarks.first_frame`.
A relay of our own on loopback, Chromium as viewer, a new page for every session. Counted from the
moment in which the page sends its POST till the first frame is shown. The publishers: Chromium,
which answers keyframe requests, and FFmpeg, which does not, with a keyframe every ten seconds.
"""

import argparse
import asyncio
import contextlib
import json
import statistics
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

from playwright.async_api import Browser

from support.browser import chromium
from support.client import client, publishing
from support.ffmpeg import ffmpeg
from support.relay import RunningRelay, running_relay
from support.waiting import until

WATCH = """async (url) => {
  const start = performance.now();
  const watching = client.watch(url);
  const video = document.querySelector("video");
  const frame = new Promise((resolve) => video.requestVideoFrameCallback(resolve));
  const { status, body } = await watching;
  if (status !== 201) throw new Error(`${status}: ${body}`);
  const answered = performance.now() - start;
  await frame;
  return { answered, shown: performance.now() - start };
}"""
SETTLED = 4.0
"""Seconds from a publisher's first picture to the first viewer: the core knows by then whether it
answers keyframe requests."""


@dataclass(frozen=True, slots=True)
class Waits:
    """Milliseconds from POST to answer and to the first frame, one each a session."""

    publisher: str
    answered: list[float]
    shown: list[float]

    def result(self) -> dict[str, Any]:
        """As it is written into a JSON file."""
        return {
            "publisher": self.publisher,
            "sessions": len(self.shown),
            "answered_ms": round(statistics.median(self.answered), 1),
            "first_frame_ms": {
                "median": round(statistics.median(self.shown), 1),
                "worst": round(max(self.shown), 1),
            },
        }


async def watch_often(
    publisher: str, browser: Browser, relay: RunningRelay, sessions: int
) -> Waits:
    """Open one session after another, at changing distances from the last keyframe."""
    waits = Waits(publisher, [], [])
    await asyncio.sleep(SETTLED)
    for _ in range(sessions):
        async with client(browser, relay.url) as viewer:
            seen = await viewer.page.evaluate(WATCH, f"{relay.url}/whep/room")
            waits.answered.append(seen["answered"])
            waits.shown.append(seen["shown"])
            await viewer.leave()
        await asyncio.sleep(0.7)
    return waits


@contextlib.asynccontextmanager
async def places() -> AsyncIterator[tuple[Browser, RunningRelay]]:
    """A browser and a relay."""
    async with chromium() as browser, running_relay() as relay:
        yield browser, relay


async def from_chromium(sessions: int) -> Waits:
    """Measure with a publisher that answers keyframe requests."""
    async with places() as (browser, relay), client(browser, relay.url) as publisher:
        answer = await publisher.publish(
            f"{relay.url}/whip/room", codec="VP8", width=640, height=360, rate=25
        )
        assert answer["status"] == 201, answer
        await publishing(publisher)
        return await watch_often("chromium", browser, relay, sessions)


async def from_ffmpeg(sessions: int, keyframe_every: float) -> Waits:
    """Measure with a publisher that does not."""
    async with (
        places() as (browser, relay),
        ffmpeg(f"{relay.url}/whip/room", keyframe_every=keyframe_every) as publisher,
    ):

        async def live() -> bool:
            assert publisher.running, publisher.output
            room = (await relay.rooms()).get("room")
            return room is not None and any(one["publishing"] for one in room["participants"])

        await until(live, bool, within=15, what="FFmpeg publishes")
        name = f"ffmpeg, a keyframe every {keyframe_every:g} s"
        return await watch_often(name, browser, relay, sessions)


async def measure(sessions: int, keyframe_every: float) -> list[Waits]:
    """Measure both."""
    return [await from_chromium(sessions), await from_ffmpeg(sessions, keyframe_every)]


def main() -> int:
    """Measure and print the result as JSON."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.first_frame")
    parser.add_argument("--sessions", type=int, default=15, help="viewers of each publisher (15)")
    parser.add_argument("--keyframe-every", type=float, default=10.0, help="seconds (10)")
    chosen = parser.parse_args()
    waits = asyncio.run(measure(chosen.sessions, chosen.keyframe_every))
    json.dump([wait.result() for wait in waits], sys.stdout, indent=1)
    print()
    return 0


if __name__ == "__main__":
    sys.exit(main())
