"""What a call between two Flitters costs, and how old a picture is when it is shown.

Run as `PYTHONPATH=tests python -m benchmarks.flitter`, as root: both run in a network of their own,
and draw in software. Each sends a still ground with 20 moving rectangles and the time of day as 12
black and white squares; the other reads the time out of what it shows. Of each size there is the
ceiling first: two Flitters at the same time that draw the same without `!webrtc`.
"""

import argparse
import asyncio
import json
import os
import platform
import shutil
import statistics
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from textwrap import indent
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

HEAD = """let SIZE={width};{height}
let MS=floor(clock*1000)

!window size=SIZE
    !meter
"""
CALL = """!webrtc state=:call
    !broadcast {role}=:bench
"""
SCENE = """!canvas size=SIZE
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
Told = list[tuple[int | None, int]]
"""Of pictures that were shown, or drawn where nothing comes: how old, and how many were drawn."""


def program(size: str, role: str | None) -> str:
    """What a Flitter draws; without a role there is no call."""
    width, height = size.split("x")
    inner = SCENE if role is None else CALL.format(role=role) + indent(SCENE, "    ")
    return HEAD.format(width=width, height=height) + indent(inner, "        ")


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
            if not hasattr(call, "shown"):
                sys.stdout.write(f"age - {self.frames}\n")
                sys.stdout.flush()
                return
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


@asynccontextmanager
async def both(
    screen: str, place: Namespace, size: str, fps: int, calling: bool
) -> AsyncIterator[tuple[Process, Process]]:
    """Two Flitters, of which pictures have come."""
    environment = {"DISPLAY": screen, "LIBGL_ALWAYS_SOFTWARE": "1", "PYTHONPATH": str(TESTS)}
    command = [*place.inside, sys.executable, "-m", "benchmarks.flitter", "--flitter"]
    async with AsyncExitStack() as stack:
        folder = stack.enter_context(TemporaryDirectory(prefix="trunkline-bench-"))
        started = []
        for role in ("call", "answer"):
            path = Path(folder, f"{role}.fl")
            await asyncio.to_thread(path.write_text, program(size, role if calling else None))
            options = ["--offscreen", "--quiet", "--fps", str(fps), str(path)]
            running = process([*command, *options], environment=environment)
            started.append(await stack.enter_async_context(running))
        for one in started:
            await until(partial(_lines, one), bool, within=60, what="pictures")
        yield started[0], started[1]


async def watch(pair: tuple[Process, Process], seconds: float) -> list[dict[str, Any]]:
    """What both cost for so long, and what they told."""
    await asyncio.sleep(WARM)
    before = [_look(one) for one in pair]
    for one in pair:
        one.lines.clear()
    told: list[Told] = [[], []]
    for _ in range(int(seconds * 4)):
        await asyncio.sleep(0.25)
        for mine, one in zip(told, pair, strict=True):
            mine += [_read(line) for line in one.lines]
            one.lines.clear()
    spent = [_look(one) - cpu for one, cpu in zip(pair, before, strict=True)]
    return [_figures(mine, cpu, seconds) for mine, cpu in zip(told, spent, strict=True)]


async def measure(
    screen: str, place: Namespace, size: str, fps: int, seconds: float
) -> dict[str, Any]:
    """The ceiling of one case, and both sides of the call."""
    async with both(screen, place, size, fps, calling=False) as pair:
        ceiling = await watch(pair, seconds)
    async with both(screen, place, size, fps, calling=True) as pair:
        caller, answerer = await watch(pair, seconds)
        gone = await _noticed(*pair)
    return {
        "size": size,
        "fps": fps,
        "load": os.getloadavg()[0],
        "without_calls": ceiling,
        "caller": caller,
        "answerer": answerer,
        "kill_noticed_after_s": gone,
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


def _read(line: str) -> tuple[int | None, int]:
    _, age, drawn = line.split()
    return (None if age == "-" else int(age)), int(drawn)


def _figures(told: Told, cpu: float, seconds: float) -> dict[str, Any]:
    ages = sorted(age for age, _ in told if age is not None)
    drawn = told[-1][1] - told[0][1]
    found = {
        "drawn_per_second": round(drawn / seconds, 1),
        "cpu_percent": round(cpu / seconds * 100, 1),
        "cpu_ms_each_drawn": round(cpu / drawn * 1000, 1),
    }
    if not ages:
        return found
    of_age = {
        "p5": ages[len(ages) // 20],
        "p50": statistics.median(ages),
        "p95": ages[-len(ages) // 20],
    }
    return {"shown_per_second": round(len(ages) / seconds, 1), **found, "age_ms": of_age}


def missing() -> str | None:
    """What this machine lacks for it."""
    if shutil.which("Xvfb") is None:
        return "Xvfb is not installed: tooling/test-tools.sh does that"
    if find_spec("flitter") is None:
        return 'Flitter is not installed: pip install --pre "trunkline[flitter]"'
    if os.geteuid() != 0:
        return "only root may make a network for it"
    return None


async def main(arguments: argparse.Namespace) -> None:
    """All cases, a line of JSON each."""
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
        lacking = missing()
        if lacking:
            print(f"no figures of Flitter: {lacking}", file=sys.stderr)
        else:
            asyncio.run(main(parser.parse_args()))
