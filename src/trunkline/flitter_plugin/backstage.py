"""The thread in which all connections of a process live: Flitter's loop stands while it draws."""

import asyncio
import atexit
import threading
from collections.abc import Coroutine
from concurrent.futures import Future
from functools import cache

FAREWELL = 2.0
"""Seconds at the end of the program for telling the others."""


class Backstage:
    """A loop in a thread of its own, from the first work on till the program ends."""

    def __init__(self) -> None:
        self._ready = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None
        self._thread = threading.Thread(target=self._run, name="trunkline", daemon=True)
        self._thread.start()
        self._ready.wait()
        atexit.register(self.close)

    def run(self, work: Coroutine[None, None, None]) -> "Future[None]":
        """Have this done; cancel what this gives to end it."""
        assert self._loop is not None
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    async def ask(self, work: Coroutine[None, None, None]) -> None:
        """Have this done, and wait for its end in the loop of now."""
        await asyncio.wrap_future(self.run(work))

    def close(self) -> None:
        """End all that is done, and wait for that."""
        if self._loop is not None and self._stop is not None and self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stop.set)
            self._thread.join(FAREWELL)

    def _run(self) -> None:
        asyncio.run(self._until_stopped())

    async def _until_stopped(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        self._ready.set()
        await self._stop.wait()


@cache
def backstage() -> Backstage:
    """The one of this process."""
    return Backstage()
