"""How long to wait before something is tried again."""

import random


class Backoff:
    """The delay doubles from the first to the last, with up to a quarter more by chance.

    Chance keeps many who failed together from coming back together.
    """

    def __init__(self, first: float, last: float, chance: random.Random | None = None) -> None:
        self._first = first
        self._last = last
        self._chance = chance or random.Random()
        self._next = first

    @property
    def is_first(self) -> bool:
        """Whether all went well before."""
        return self._next == self._first

    def delay(self) -> float:
        """Seconds to wait this time."""
        now, self._next = self._next, min(2 * self._next, self._last)
        return now * (1 + self._chance.random() / 4)

    def reset(self) -> None:
        """All went well: begin anew."""
        self._next = self._first
