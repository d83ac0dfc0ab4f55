"""What waits for one viewer that wants to be told (WHEP's server-sent events)."""

from collections import deque
from typing import assert_never

from trunkline.model.notice import Active, Inactive, Notice, NoticeKind, Reconnect, ViewerCount

WAITING = 64
"""Notices that wait in one stream; beyond it the oldest are dropped: the latest say how it is."""

STREAMS = 4
"""Event streams of one session; a page needs one."""


class EventStream:
    """Notices of the kinds asked for, oldest first. It dies with its session."""

    def __init__(self, kinds: frozenset[NoticeKind]) -> None:
        self.ended = False
        """Nothing will be added any more."""
        self._kinds = kinds
        self._waiting: deque[Notice] = deque(maxlen=WAITING)
        # There is no first "inactive", so that is where every stream begins.
        self._active = False
        self._viewers: int | None = None

    def see(self, *, active: bool, viewers: int) -> None:
        """Take in how it is now; what differs from before is told."""
        if active != self._active:
            self._active = active
            self._add(Active() if active else Inactive())
        if viewers != self._viewers:
            self._viewers = viewers
            self._add(ViewerCount(viewers))

    def take(self) -> tuple[Notice, ...]:
        """What waits, oldest first; it waits no longer."""
        taken = tuple(self._waiting)
        self._waiting.clear()
        return taken

    def end(self, *, reconnect: bool) -> None:
        """The session ends; whether a new one may well succeed."""
        if reconnect:
            self._add(Reconnect())
        self.ended = True

    def drop(self) -> None:
        """End it at the viewer's wish: what waits is not told any more."""
        self._waiting.clear()
        self.ended = True

    def _add(self, notice: Notice) -> None:
        if kind_of(notice) in self._kinds:
            self._waiting.append(notice)


def kind_of(notice: Notice) -> NoticeKind:
    """What WHEP calls it."""
    match notice:
        case Active():
            return "active"
        case Inactive():
            return "inactive"
        case Reconnect():
            return "reconnect"
        case ViewerCount():
            return "viewercount"
        case _:
            assert_never(notice)
