"""A relay under test, and what its process holds."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from support.waiting import until

MIB = 1 << 20
PROGRAM = Path(__file__).with_name("subject.py")
SETTLED_WITHIN = 40.0
"""Seconds in which everybody is gone: those who never connect have 15, the silent ones 6."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a relay's process held at one moment."""

    memory: int
    """Resident bytes."""
    tasks: int
    descriptors: int
    threads: int
    objects: int
    """That the garbage collector of Python knows."""
    transports: int
    rooms: int
    ends: dict[str, int]
    """How many sessions ended so far, by the code of their end."""
    errors: int
    """Errors that were logged so far; they are in the test's output."""

    @property
    def held(self) -> tuple[int, ...]:
        """What must be the same before and after."""
        return (self.tasks, self.descriptors, self.threads, self.transports, self.rooms)

    def __str__(self) -> str:
        return f"{self.memory / MIB:.1f} MiB, {self.objects} objects, {self.held}, {self.ends}"


@dataclass(frozen=True, slots=True)
class Subject:
    """A running relay."""

    url: str
    process: asyncio.subprocess.Process

    @property
    def pid(self) -> int:
        return self.process.pid

    async def read(self) -> Reading:
        """Look into it now."""
        assert self.process.stdin is not None
        self.process.stdin.write(b"\n")
        return Reading(**await _answer(self.process))

    async def ended(self, code: str, count: int) -> Reading:
        """Wait till so many sessions ended for this reason."""
        return await until(
            self.read,
            lambda now: now.ends.get(code, 0) >= count,
            within=SETTLED_WITHIN,
            what=f"{count} sessions ended as {code}",
        )

    async def settled(self, start: Reading) -> Reading:
        """Wait till it holds what it held at the start."""
        now = await until(
            self.read,
            lambda now: now.held == start.held,
            within=SETTLED_WITHIN,
            what=f"tasks, descriptors, threads, transports and rooms back to {start.held}",
        )
        assert now.errors == 0
        return now


@asynccontextmanager
async def subject(state: Path) -> AsyncIterator[Subject]:
    """Run a relay on loopback; at the end it must stop by itself, without an error."""
    settings = {"host": "127.0.0.1", "port": 0, "media_port": 0, "tls": "off"}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, str(PROGRAM), json.dumps({**settings, "state_dir": str(state)})),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        yield Subject((await _answer(process))["url"], process)
        assert process.stdin is not None
        process.stdin.close()
        async with asyncio.timeout(10):
            assert await process.wait() == 0
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def _answer(process: asyncio.subprocess.Process) -> dict[str, Any]:
    assert process.stdout is not None
    async with asyncio.timeout(30):
        line = await process.stdout.readline()
    assert line, "the relay ended; what it said is above"
    value: dict[str, Any] = json.loads(line)
    return value
