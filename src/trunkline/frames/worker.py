"""A thread that works off a queue."""

import threading
from collections import deque
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Worker(Generic[T]):
    """Does one thing after another in a thread of its own, which begins with the first of them.

    When more than `limit` wait, the oldest go, and whoever put them is told.
    """

    def __init__(self, name: str, work: Callable[[T], None], limit: int) -> None:
        """Begin without a thread.

        Args:
            name: of the thread.
            work: called there with each item. When it raises, the worker ends: `error` says why.
            limit: items that wait at most.
        """
        self._name = name
        self._work = work
        self._limit = limit
        self._items: deque[T] = deque()
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        self._closed = False
        self._busy = False
        self._on_room: Callable[[], None] | None = None
        self.error: BaseException | None = None
        """What `work` raised."""
        self.dropped = 0
        """Items that went because it was too slow."""

    def put(self, item: T) -> bool:
        """Add an item; False when the oldest had to go, or it is closed."""
        with self._changed:
            if self._closed:
                return False
            full = len(self._items) >= self._limit
            if full:
                self._items.popleft()
                self.dropped += 1
            self._items.append(item)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name=self._name, daemon=True)
                self._thread.start()
            self._changed.notify_all()
            return not full

    def clear(self) -> int:
        """Forget what waits; how many."""
        with self._changed:
            count = len(self._items)
            self._items.clear()
            self.dropped += count
            return count

    @property
    def waiting(self) -> int:
        """How many items are not yet done."""
        with self._changed:
            return len(self._items) + self._busy

    def tell_room(self, on_room: Callable[[], None]) -> bool:
        """Have this called once from the thread when fewer wait than before; False: none waits."""
        with self._changed:
            if self._closed or not (self._items or self._busy):
                return False
            self._on_room = on_room
            return True

    def close(self) -> None:
        """End the thread after what it does now; what waits is forgotten. It returns at once."""
        with self._changed:
            self._closed = True
            self._items.clear()
            self._changed.notify_all()
            told, self._on_room = self._on_room, None
        if told:
            told()

    def join(self, timeout: float) -> bool:
        """Wait for the end of the thread; whether it came."""
        thread = self._thread
        if thread is not None and thread is not threading.current_thread():
            thread.join(timeout)
            return not thread.is_alive()
        return True

    def _run(self) -> None:
        while (item := self._next()) is not None:
            try:
                self._work(item[0])
            except Exception as error:  # it belongs to whoever put the item, and is told there
                self.error = error
                self.close()
            finally:
                self._done()

    def _next(self) -> tuple[T] | None:
        with self._changed:
            while not self._items and not self._closed:
                self._changed.wait()
            if self._closed:
                return None
            self._busy = True
            return (self._items.popleft(),)

    def _done(self) -> None:
        with self._changed:
            self._busy = False
            told, self._on_room = self._on_room, None
        if told:
            told()
