"""Wait for a condition with a deadline, instead of sleeping and hoping."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")

PAUSE = 0.1
"""Seconds between two looks."""


async def until(
    look: Callable[[], Awaitable[T]],
    good: Callable[[T], bool],
    *,
    within: float,
    what: str,
) -> T:
    """Look again and again until what is seen is good; fails with the last thing seen."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + within
    while True:
        seen = await look()
        if good(seen):
            return seen
        if loop.time() > deadline:
            raise AssertionError(f"{what}: not within {within:g} s; last seen: {seen!r}")
        await asyncio.sleep(PAUSE)
