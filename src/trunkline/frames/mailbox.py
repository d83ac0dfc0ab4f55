"""From a thread to a coroutine, with a bound."""

import asyncio
import threading
from collections import deque
from typing import Generic, TypeVar

T = TypeVar("T")


class Mailbox(Generic[T]):
    """A queue that any thread fills and one coroutine empties; when it is full the oldest go.

    However long the loop is held up, no more than `limit` items and one wake-up wait.
    """

    def __init__(self, limit: int) -> None:
        self._items: deque[T] = deque()
        self._limit = limit
        self._lock = threading.Lock()
        self._loop = asyncio.get_running_loop()
        self._filled = asyncio.Event()
        self._ringing = False
        self._error: BaseException | None = None
        self._closed = False
        self.dropped = 0
        """Items that went because nobody took them."""

    def put(self, item: T) -> bool:
        """Add an item; False when the oldest had to go."""
        with self._lock:
            if self._closed:
                return False
            full = len(self._items) >= self._limit
            if full:
                self._items.popleft()
                self.dropped += 1
            self._items.append(item)
            self._ring()
            return not full

    def close(self, error: BaseException | None = None) -> None:
        """Nothing comes any more; what is there is still taken, then `error` is raised, if any."""
        with self._lock:
            if not self._closed:
                self._closed, self._error = True, error
                self._ring()

    async def get(self) -> T:
        """The oldest item.

        Raises:
            StopAsyncIteration: it was closed, and is empty.
        """
        while True:
            with self._lock:
                if self._items:
                    return self._items.popleft()
                if self._closed:
                    raise self._error or StopAsyncIteration
                self._filled.clear()
            await self._filled.wait()

    def _ring(self) -> None:
        if self._ringing or self._loop.is_closed():
            return
        self._ringing = True
        self._loop.call_soon_threadsafe(self._wake)

    def _wake(self) -> None:
        with self._lock:
            self._ringing = False
            self._filled.set()
