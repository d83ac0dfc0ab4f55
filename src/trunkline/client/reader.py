"""Who reads what comes, each at its own speed."""

import threading
import weakref
from collections.abc import Callable
from typing import Any, Generic, Self, TypeVar

from trunkline.frames.mailbox import Mailbox

T = TypeVar("T")


class Reader(Generic[T]):
    """An async iterator over what comes from now on; of a slow one the oldest are dropped.

    It ends when the track does. Whoever lets go of it is not decoded for any more.
    """

    def __init__(self, limit: int, convert: Callable[[Any], T] | None = None) -> None:
        self._box: Mailbox[T] = Mailbox(limit)
        self._convert = convert

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> T:
        return await self._box.get()

    @property
    def dropped(self) -> int:
        """How many were dropped, because this reader was too slow."""
        return self._box.dropped

    def put(self, item: Any) -> None:
        """Hand over the next; from any thread."""
        self._box.put(self._convert(item) if self._convert else item)

    def close(self, error: BaseException | None = None) -> None:
        """Nothing comes any more."""
        self._box.close(error)


class Handing(Generic[T]):
    """Hands what comes to a function, in the thread in which it comes; it ends when let go of."""

    def __init__(self, take: Callable[[T], None]) -> None:
        self._take = take
        self._closed = False
        self._lock = threading.Lock()

    def put(self, item: T) -> None:
        """Hand over the next; from any thread."""
        with self._lock:
            if not self._closed:
                self._take(item)

    def close(self, error: BaseException | None = None) -> None:  # noqa: ARG002 - as of readers
        """Nothing comes any more once this has returned."""
        with self._lock:
            self._closed = True


class Readers:
    """Those that are still held by somebody."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._set: weakref.WeakSet[Reader[Any] | Handing[Any]] = weakref.WeakSet()

    def add(self, reader: Reader[Any] | Handing[Any]) -> None:
        """One more."""
        with self._lock:
            self._set.add(reader)

    def all(self) -> list[Reader[Any] | Handing[Any]]:
        """Those of now."""
        with self._lock:
            return list(self._set)

    def put(self, item: Any) -> None:
        """Hand it to all; from any thread."""
        for reader in self.all():
            reader.put(item)

    def close(self, error: BaseException | None) -> None:
        """Nothing comes any more."""
        for reader in self.all():
            reader.close(error)
