"""Flitter itself, drawing in software on a display of its own, in a network of its own."""

import asyncio
import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from support.network import Namespace, namespace, prefix
from support.process import Process, process
from support.waiting import until

ADDRESS = "10.99.0.1"
"""aiortc never uses loopback addresses, so there is another one."""
MIDDLES = "0.25;0.25;0.75;0.25;0.25;0.75;0.75;0.75"
"""Of the four quarters: top left, top right, bottom left, bottom right."""
QUARTERS = ((255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 0))
WITHIN = 40.0
"""Seconds; generous, since these machines are shared and Flitter draws on the processor."""
CLOSE = 3
"""Of 255: how far a colour may be off."""

TESTS = Path(__file__).parents[1]
Colour = tuple[int, int, int]


@contextmanager
def local_network() -> Iterator[Namespace]:
    """A network with one machine, on which datagrams to everybody arrive."""
    with namespace(f"{ADDRESS}/24") as place:
        place.run("ip", "route", "add", "255.255.255.255/32", "dev", "lo")
        yield place


@contextmanager
def display() -> Iterator[str]:
    """An X server without a screen: GLFW needs one."""
    server = shutil.which("Xvfb")
    if server is None:
        pytest.skip("needs Xvfb: apt-get install xvfb libgl1 libegl1 libgl1-mesa-dri libglx-mesa0")
    command = [server, "-displayfd", "1", "-nolisten", "tcp", "-screen", "0", "1280x720x24"]
    quiet = subprocess.DEVNULL
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=quiet) as running:
        try:
            assert running.stdout is not None
            number = running.stdout.readline().decode().strip()
            assert number, "Xvfb ended at once"
            yield f":{number}"
        finally:
            running.terminate()


@dataclass
class Flitter:
    """A running Flitter."""

    process: Process
    file: Path

    def seen(self, probe: str) -> dict[str, Any]:
        """What a probe said last; empty while it has said nothing."""
        for line in reversed(self.process.lines):
            if line.startswith('{"name": ' + json.dumps(probe)):
                found = json.loads(line)
                assert isinstance(found, dict)
                return found
        return {}

    def forget(self) -> None:
        """Look only at what is said from now on."""
        self.process.lines.clear()

    def rewrite(self, program: str) -> None:
        """Give it another program; it looks itself for changes."""
        self.file.write_text(program)

    async def shows(
        self, colours: Sequence[Colour], probe: str = "", *, state: str | None = "connected"
    ) -> None:
        """Wait until a probe sees these colours, and a state."""
        await self.until(
            probe,
            lambda seen: seen.get("state") == state and same(seen["pixels"], colours),
            f"{colours} and {state}",
        )

    async def until(self, probe: str, good: Any, what: str) -> dict[str, Any]:
        """Wait until what a probe says is good."""

        async def look() -> dict[str, Any]:
            assert self.process.running, self.process.output
            return self.seen(probe)

        try:
            return await until(
                look, lambda seen: bool(seen) and bool(good(seen)), within=WITHIN, what=what
            )
        except AssertionError as error:
            raise AssertionError(f"{error}\n{self.complaints()}") from None

    def complaints(self) -> str:
        """What it said, without what the probes say."""
        return "\n".join(line for line in self.process.lines if not line.startswith("{"))


@asynccontextmanager
async def flitter(
    screen: str,
    program: str,
    place: Namespace | None = None,
    *options: str,
    watched: bool = False,
    hardware: bool = False,
    more: Sequence[Path] = (),
) -> AsyncIterator[Flitter]:
    """Run a program in Flitter for as long as the block lasts.

    Args:
        screen: the display.
        program: its text, with `!probe` as in `flitter_program.py`.
        place: the network to run in.
        options: more of Flitter's.
        watched: each `!webrtc` is a probe by itself, named as its state key.
        hardware: read pixels as from a graphics card.
        more: folders with packages.
    """
    with tempfile.TemporaryDirectory(prefix="trunkline-flitter-") as folder:
        file = Path(folder, "program.fl")
        await asyncio.to_thread(file.write_text, program)
        command = [
            *(*prefix(place), sys.executable, "-m", "support.flitter_program"),
            *("--offscreen", "--verbose", "--fps", "30", *options, str(file)),
        ]
        environment = {
            "DISPLAY": screen,
            "LIBGL_ALWAYS_SOFTWARE": "1",
            "PYTHONPATH": ":".join([str(TESTS), *map(str, more)]),
            "WATCHED": "1" if watched else "",
            "AS_HARDWARE": "1" if hardware else "",
            # Two threads draw as fast as more here, and leave room for the others.
            "LP_NUM_THREADS": "2",
        }
        async with process(command, environment=environment) as running:
            yield Flitter(running, file)


def same(seen: Sequence[Sequence[int]], wanted: Sequence[Colour], close: int = CLOSE) -> bool:
    """Whether all colours are near enough."""
    pairs = zip(seen, wanted, strict=True)
    return all(abs(a - b) <= close for one, other in pairs for a, b in zip(one, other, strict=True))


def quarters(colours: Sequence[Colour] = QUARTERS, indent: int = 12) -> str:
    """A node that draws four colours."""
    lines = ["!canvas size=640;360"]
    for number, (red, green, blue) in enumerate(colours):
        point = f"{number % 2 * 320};{number // 2 * 180}"
        colour = f"{red / 255};{green / 255};{blue / 255}"
        lines += ["    !path", f"        !rect point={point} size=320;180"]
        lines += [f"        !fill color={colour}"]
    return "\n".join(" " * indent + line for line in lines)


def window(signalling: str, inside: str | None = None) -> str:
    """A program with one connection, and a probe around it."""
    return f"""!window size=640;360
    !probe state=:call points={MIDDLES}
        !webrtc state=:call
            {signalling}
{quarters() if inside is None else inside}
"""


async def said(running: Process, what: str) -> None:
    """Wait until a program has said something."""

    async def look() -> str:
        return running.output

    await until(look, lambda seen: what in seen, within=WITHIN, what=what)
