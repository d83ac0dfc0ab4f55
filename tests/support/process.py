"""Programs that a test starts; they never outlive it."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

LINES = 400
"""Lines of output that are kept, the last ones."""


@dataclass(slots=True)
class Process:
    """A running program and what it said."""

    inner: asyncio.subprocess.Process
    lines: list[str] = field(default_factory=list)

    @property
    def output(self) -> str:
        """What it wrote, both streams together."""
        return "\n".join(self.lines)

    @property
    def running(self) -> bool:
        """Whether it has not ended."""
        return self.inner.returncode is None

    async def kill(self) -> None:
        """End it with SIGKILL: it can say goodbye to nobody."""
        if self.running:
            self.inner.send_signal(signal.SIGKILL)
        await self.inner.wait()

    async def stop(self, within: float) -> int:
        """Ask it to end, as Ctrl-C does; its exit status. After `within` seconds it is killed."""
        if self.running:
            self.inner.send_signal(signal.SIGINT)
        try:
            async with asyncio.timeout(within):
                return await self.inner.wait()
        except TimeoutError:
            await self.kill()
            raise AssertionError(f"did not end within {within:g} s:\n{self.output}") from None


@asynccontextmanager
async def process(
    command: Sequence[str], *, environment: Mapping[str, str] | None = None
) -> AsyncIterator[Process]:
    """Run a program for as long as the block lasts."""
    inner = await asyncio.create_subprocess_exec(
        *command,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        env={**os.environ, **(environment or {})},
    )
    running = Process(inner)
    # Not in a TaskGroup, which would wrap each failure of a test into an ExceptionGroup.
    reader = asyncio.get_running_loop().create_task(_read(running))
    try:
        yield running
    finally:
        await running.kill()
        await reader


async def _read(running: Process) -> None:
    stream = running.inner.stdout
    assert stream is not None
    while line := await stream.readline():
        running.lines.append(line.decode(errors="replace").rstrip())
        del running.lines[:-LINES]
