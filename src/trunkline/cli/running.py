"""Running a command's coroutine until it ends or Ctrl-C."""

import asyncio
import signal
from collections.abc import Coroutine

from trunkline.net.beside import beside


async def until_stopped(run: Coroutine[None, None, None]) -> None:
    """Run it to its end, or until Ctrl-C or SIGTERM, which end it in order."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)

    async def once() -> None:
        try:
            await run
        finally:
            stop.set()

    async with beside(once(), "command"):
        await stop.wait()
