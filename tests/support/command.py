"""The `trunkline` command as people run it, and what it says."""

import re
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from support.network import Namespace, prefix
from support.process import Process, process
from support.waiting import until

FLOWS = r"\d\d:\d\d  [1-9][\d.]* frames/s"
"""What `publish` and `watch` say while pictures flow."""


@asynccontextmanager
async def trunkline(*words: str, place: Namespace | None = None) -> AsyncIterator[Process]:
    """Run it."""
    async with process([*prefix(place), sys.executable, "-m", "trunkline", *words]) as started:
        yield started


async def says(command: Process, pattern: str, within: float = 40) -> None:
    """Wait till something that it says from now on matches."""
    command.lines.clear()

    async def output() -> str:
        assert command.running, command.output
        return command.output

    await until(
        output, lambda text: re.search(pattern, text) is not None, within=within, what=pattern
    )
