"""How long to wait before something is tried again."""

import random


class Backoff:
    """Delays that double, with up to a quarter more by chance.

    So many who failed together do not come back together.
    """

    def __init__(self, first: float, last: float, chance: random.Random | None = None) -> None:
        """Begin anew.

        Args:
            first: seconds.
            last: seconds that are not exceeded, but for chance.
            chance: the source of the jitter.
        """
        self._first = first
        self._last = last
        self._chance = chance or random.Random()
        self._delay = first

    @property
    def is_first(self) -> bool:
        """Whether it has just begun."""
        return self._delay == self._first

    def next(self) -> float:
        """Seconds to wait now; the next time twice as many."""
        delay, self._delay = self._delay, min(2 * self._delay, self._last)
        return delay * (1 + self._chance.random() / 4)

    def reset(self) -> None:
        """It went well: begin anew."""
        self._delay = self._first
