"""What time it is."""

import asyncio
import time
from collections.abc import Callable

TICK = 0.5
"""Seconds between two looks at what waits for a moment."""


def wall() -> int:
    """Milliseconds since 1970."""
    return time.time_ns() // 1_000_000


async def tick(pass_time: Callable[[float], None]) -> None:
    """Tell somebody the time, in seconds, rising, until cancelled."""
    loop = asyncio.get_running_loop()
    while True:
        await asyncio.sleep(TICK)
        pass_time(loop.time())


class Epoch:
    """A moment from which media time counts, on a clock that never steps."""

    def __init__(self) -> None:
        self._wall = time.time()
        self._start = time.monotonic()

    def now(self) -> float:
        """Seconds since then."""
        return time.monotonic() - self._start

    def wall(self, moment: float) -> float:
        """Seconds since 1970, of a moment in seconds since then."""
        return self._wall + moment
