"""Keeping time."""

import asyncio
from collections.abc import AsyncIterator


async def pace(fps: float) -> AsyncIterator[float]:
    """The seconds since the beginning, as often a second as told.

    Who is too slow gets the moment of now next: moments are left out, and nothing is caught up.
    """
    loop = asyncio.get_running_loop()
    start, step = loop.time(), 1 / fps
    number = 0
    while True:
        late = loop.time() - start - number * step
        if late > step:
            number += int(late / step)
        elif late < 0:
            await asyncio.sleep(-late)
        yield number * step
        number += 1
