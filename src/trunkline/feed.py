"""Events for a program's listeners, each at its own speed."""

import asyncio
from collections import deque
from weakref import WeakSet

from trunkline.model.event import Event, EventsLost, RoomEvent

LIMIT = 1000
"""Events that wait for one listener; beyond it the oldest are dropped, and it is told how many."""


class Listener:
    """An async iterator over the events since it was made; it ends when the relay does."""

    def __init__(self) -> None:
        self._waiting: deque[RoomEvent] = deque(maxlen=LIMIT)
        self._lost = 0
        self._ended = False
        self._news = asyncio.Event()

    def __aiter__(self) -> "Listener":
        return self

    async def __anext__(self) -> Event:
        while True:
            if self._lost:
                lost, self._lost = self._lost, 0
                return EventsLost(lost)
            if self._waiting:
                return self._waiting.popleft()
            if self._ended:
                raise StopAsyncIteration
            self._news.clear()
            await self._news.wait()

    def close(self) -> None:
        """Hear no more: the iterator ends after what waits."""
        self._end()

    def _put(self, event: RoomEvent) -> None:
        if self._ended:
            return
        self._lost += len(self._waiting) == LIMIT
        self._waiting.append(event)
        self._news.set()

    def _end(self) -> None:
        self._ended = True
        self._news.set()


class Feed:
    """Gives every event to every listener. A listener that nobody holds any more is forgotten."""

    def __init__(self) -> None:
        self._listeners: WeakSet[Listener] = WeakSet()

    def listen(self) -> Listener:
        """A new listener: it gets what happens from now on."""
        listener = Listener()
        self._listeners.add(listener)
        return listener

    def publish(self, event: RoomEvent) -> None:
        """Tell all listeners."""
        for listener in tuple(self._listeners):
            listener._put(event)  # noqa: SLF001 - the two are one

    def end(self) -> None:
        """Nothing more will happen."""
        for listener in tuple(self._listeners):
            listener._end()  # noqa: SLF001 - the two are one
