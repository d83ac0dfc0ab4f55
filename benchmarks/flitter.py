"""What a call between two Flitters costs, and how old a picture is when it is shown.

Run as `PYTHONPATH=tests python -m benchmarks.flitter`, as root: both run in a network of their own,
and draw in software. Each sends a still ground with 20 moving rectangles and the time of day as 12
black and white squares; the other reads the time out of what it shows.
"""

import argparse
import asyncio
import json
import os
import platform
import statistics
import sys
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path
from typing import Any

import psutil

from support.flitter import TESTS, display, local_network
from support.network import Namespace
from support.process import Process, process
from support.waiting import until

CASES = (("640x360", 60), ("640x360", 30), ("1280x720", 30))
WARM = 5.0
"""Seconds before the window, once they are connected."""
BITS = 12

PROGRAM = """let SIZE={width};{height}
let MS=floor(clock*1000)

!window size=SIZE
    !meter
        !webrtc state=:call
            !broadcast {role}=:bench
            !canvas size=SIZE
                !path
                    !rect size=SIZE
                    !fill color=0.2;0.3;0.4
                for i in ..20
                    !path
                        !rect point=(i*31+time*60)%560;60+(i*53+time*40)%260 size=40;30
                        !fill color=(i/20);0.5;(1-i/20)
                for i in ..12
                    !path
                        !rect point=i*40;0 size=40;40
                        !fill color=(MS//(2**i))%2
"""


def flitter() -> None:
    """Flitter with a node that reads the time out of what is inside it."""
    import time

    from flitter.engine.__main__ import main as engine
    from flitter.plugins import PluginObjectCache
    from flitter.render.window import WindowNode

    class Meter(WindowNode):  # type: ignore[misc]  # Flitter has no types
        frames = 0
        shown: Any = None

        @property
        def texture(self) -> Any:
            return self.children[0].texture

        def render(self, _node: Any, _references: Any, **_: Any) -> None:
            call = self.children[0]
            self.frames += 1
            if call.shown is self.shown:
                return
            if call.shown is None:
                self.shown = None
                sys.stdout.write("gone\n")
                sys.stdout.flush()
                return
            self.shown = call.shown
            rows = self.shown.pixels
            marks = rows[-20, 20 : 20 + 40 * BITS : 40, 1] > 127
            drawn = sum(1 << bit for bit, on in enumerate(marks) if on)
            age = (int(time.time() * 1000) - drawn) % (1 << BITS)
            sys.stdout.write(f"age {age} {self.frames}\n")
            sys.stdout.flush()

    PluginObjectCache.setdefault("flitter.render.window", {})["meter"] = Meter
    engine()


async def measure(
    screen: str, place: Namespace, size: str, fps: int, seconds: float
) -> dict[str, Any]:
    """Both sides of one case."""
    width, height = size.split("x")
    environment = {"DISPLAY": screen, "LIBGL_ALWAYS_SOFTWARE": "1", "PYTHONPATH": str(TESTS)}
    async with AsyncExitStack() as stack:
        both = []
        for role in ("call", "answer"):
            path = f"/tmp/trunkline-bench-{os.getpid()}-{role}.fl"
            stack.callback(os.unlink, path)
            program = PROGRAM.format(width=width, height=height, role=role)
            await asyncio.to_thread(Path(path).write_text, program)
            command = [*place.inside, sys.executable, "-m", "benchmarks.flitter", "--flitter"]
            options = ["--offscreen", "--quiet", "--fps", str(fps), path]
            both.append(
                await stack.enter_async_context(
                    process([*command, *options], environment=environment)
                )
            )
        for one in both:
            await until(partial(_lines, one), bool, within=60, what="pictures")
        await asyncio.sleep(WARM)
        before = [_look(one) for one in both]
        for one in both:
            one.lines.clear()
        figures: list[list[tuple[int, int]]] = [[], []]
        for _ in range(int(seconds * 4)):
            await asyncio.sleep(0.25)
            for told, one in zip(figures, both, strict=True):
                told += [(int(line.split()[1]), int(line.split()[2])) for line in one.lines]
                one.lines.clear()
        after = [_look(one) for one in both]
        gone = await _noticed(*both)
        return {"size": size, "fps": fps, "kill_noticed_after_s": gone} | {
            role: _figures(told, cpu[1] - cpu[0], seconds)
            for role, told, cpu in zip(
                ("caller", "answerer"), figures, zip(before, after, strict=True), strict=True
            )
        }


async def _noticed(one: Process, other: Process) -> float:
    """Kill one; seconds until the other knows."""
    loop = asyncio.get_running_loop()
    await other.kill()
    killed = loop.time()

    async def lines() -> bool:
        return "gone" in one.lines

    await until(lines, bool, within=60, what="the end")
    return round(loop.time() - killed, 1)


async def _lines(one: Process) -> list[str]:
    assert one.running, one.output
    return [line for line in one.lines if line.startswith("age")]


def _look(one: Process) -> float:
    times = psutil.Process(one.inner.pid).cpu_times()
    return times.user + times.system


def _figures(told: list[tuple[int, int]], cpu: float, seconds: float) -> dict[str, Any]:
    ages = sorted(age for age, _ in told)
    return {
        "shown_per_second": round(len(told) / seconds, 1),
        "drawn_per_second": round((told[-1][1] - told[0][1]) / seconds, 1),
        "cpu_percent": round(cpu / seconds * 100, 1),
        "age_ms": {
            "median": statistics.median(ages),
            "p5": ages[len(ages) // 20],
            "p95": ages[-len(ages) // 20],
        },
    }


async def main(arguments: argparse.Namespace) -> None:
    results = []
    with display() as screen, local_network() as place:
        for size, fps in CASES:
            if arguments.only in (None, f"{size}@{fps}"):
                results.append(await measure(screen, place, size, fps, arguments.seconds))
                print(json.dumps(results[-1]))
    document = {"cores": os.cpu_count(), "python": platform.python_version(), "cases": results}
    if arguments.output:
        text = json.dumps(document, indent=1)
        await asyncio.to_thread(Path(arguments.output).write_text, text)


if __name__ == "__main__":
    if "--flitter" in sys.argv:
        sys.argv.remove("--flitter")
        flitter()
    else:
        parser = argparse.ArgumentParser()
        parser.add_argument("--seconds", type=float, default=12)
        parser.add_argument("--only", help="as 640x360@30")
        parser.add_argument("--output")
        asyncio.run(main(parser.parse_args()))
