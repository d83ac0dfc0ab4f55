"""What was said in one room."""

from collections import deque

from trunkline.domain.guest import Guest
from trunkline.model.signal import Failed, Line

MAX_LENGTH = 2_000
"""Characters of a line."""

HISTORY = 100
"""Lines kept for those who come later; the oldest go."""


class Chat:
    """The last lines, and how often somebody may add one."""

    def __init__(self) -> None:
        self._lines: deque[Line] = deque(maxlen=HISTORY)

    @property
    def lines(self) -> tuple[Line, ...]:
        """Oldest first."""
        return tuple(self._lines)

    def say(self, guest: Guest, text: str, now: float, wall: int) -> Line | Failed:
        """Add a line; `wall` is the time in milliseconds since 1970."""
        if not 1 <= len(text) <= MAX_LENGTH or not text.strip():
            reason = f"A line has 1 to {MAX_LENGTH} characters, not {len(text)}: it was not sent."
            return Failed("bad-line", reason)
        wait = guest.chat.take("", now)
        if wait:
            reason = f"That was one line too many: wait {wait:.0f} s and send it again."
            return Failed("too-often", reason)
        line = Line(guest.id, guest.name, text, wall)
        self.add(line)
        return line

    def add(self, line: Line) -> None:
        """Remember a line; one that comes late, among those of its time."""
        late = bool(self._lines) and line.time < self._lines[-1].time
        self._lines.append(line)
        if late:
            in_order = sorted(self._lines, key=lambda one: one.time)
            self._lines.clear()
            self._lines.extend(in_order)
