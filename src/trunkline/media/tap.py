"""What a producer sends, taken inside the relay."""

# Annotations name what exists in the stub alone.
from __future__ import annotations

from collections.abc import Iterable

from trunkline import _core
from trunkline.media.endpoint import encoded
from trunkline.model.id import Mid
from trunkline.model.link import Arrived, Cut


class NativeTap:
    """The frames of one producer, inside the relay."""

    def __init__(self, tap: _core.Tap) -> None:
        self._tap = tap

    def fileno(self) -> int:
        """A descriptor that is readable while frames wait."""
        return self._tap.fileno()

    def drain(self) -> Iterable[Arrived | Cut]:
        """Take the waiting frames, oldest first; `Cut` is the last."""
        for event in self._tap.drain():
            if isinstance(event, _core.TapEnded):
                yield Cut("ended", event.reason)
            else:
                yield Arrived(Mid(event.mid), encoded(event), event.received, event.dropped)

    def request_keyframe(self) -> None:
        """Ask the producer for a keyframe. From any thread."""
        self._tap.request_keyframe()

    def close(self) -> None:
        """Take no more."""
        self._tap.close()
