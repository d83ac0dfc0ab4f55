"""Whether the other end of a trunk is there, and how long the way to it takes."""

import math
from dataclasses import dataclass, field

from trunkline.model.signal import Ping

LOOK = 0.25
"""Seconds between two looks."""
QUIET = 0.49
"""Seconds without a word of ours after which we say one: with every second look."""
SILENT = 6
"""Looks without a word of the other end after which it is taken for dead."""
LATE = 4
"""Looks without a word of the other end after which something is wrong."""
MEASURE = 2.49
"""Seconds without a measurement after which we make one, whatever else was said."""

_NUMBERS = 100
# Pings that wait for an answer: the other end is dead before there are more.
_WAITING = 8
_SHARE = 0.25


@dataclass(slots=True)
class Pulse:
    """Silence is counted in looks, not seconds.

    If we ourselves are held up, what arrived meanwhile is read before the next look, and the other
    end does not seem dead. An answer to a ping is a word, too: of two ends that have nothing to
    say, one pings and the other answers, and pings rarely.
    """

    rtt: float | None = None
    """Seconds, smoothed."""
    _silent: int = 0
    _said: float = -math.inf
    _measured: float = -math.inf
    _number: int = 0
    _asked: dict[int, float] = field(default_factory=dict)

    @property
    def is_dead(self) -> bool:
        """Nothing was heard for too long."""
        return self._silent >= SILENT

    @property
    def is_late(self) -> bool:
        """Nothing was heard for longer than it should be."""
        return self._silent >= LATE

    def look(self, now: float) -> Ping | None:
        """What to say now, if anything; called every `LOOK` seconds."""
        self._silent += 1
        if now - self._said < QUIET and now - self._measured < MEASURE:
            return None
        # Small numbers make small frames.
        self._number = self._number % _NUMBERS + 1
        self._asked[self._number] = now
        if len(self._asked) > _WAITING:
            del self._asked[next(iter(self._asked))]
        self._measured = now
        return Ping(self._number)

    def said(self, now: float) -> None:
        """Something was said."""
        self._said = now

    def heard(self) -> None:
        """Something was heard."""
        self._silent = 0

    def answered(self, number: int, now: float) -> float | None:
        """A ping was answered: the round-trip time; None if there was no such ping."""
        asked = self._asked.pop(number, None)
        if asked is None:
            return None
        took = max(0.0, now - asked)
        self.rtt = took if self.rtt is None else self.rtt + _SHARE * (took - self.rtt)
        return self.rtt
