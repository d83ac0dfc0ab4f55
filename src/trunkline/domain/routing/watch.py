"""Which neighbours break the rules, and how much of it is borne."""

from trunkline.domain.allowance import Allowance, Rate
from trunkline.domain.routing.bounds import Bounds
from trunkline.domain.routing.neighbour import Neighbour

REMARKS = Rate(burst=3, per_second=1 / 60)
"""Sentences for the log about one link."""


class Watch:
    """Counts what each link says."""

    def __init__(self, bounds: Bounds) -> None:
        self._words = Allowance(bounds.words, bounds.links)
        self._breaches = Allowance(bounds.breaches, bounds.links)
        self._remarks = Allowance(REMARKS, bounds.links)

    def word(self, neighbour: Neighbour, now: float) -> bool:
        """Count a word; whether it is one too many."""
        return self._words.take(str(neighbour.link), now) > 0

    def breach(self, neighbour: Neighbour, now: float) -> bool:
        """Count a breach of the rules; whether it is one too many."""
        return self._breaches.take(str(neighbour.link), now) > 0

    def remark(self, neighbour: Neighbour, now: float) -> bool:
        """Whether the log may be told once more."""
        return self._remarks.take(str(neighbour.link), now) == 0
