"""Which of several ways is taken, and for how long."""

from collections.abc import Container, Sequence
from dataclasses import dataclass, field

from trunkline.domain.routing.neighbour import DOUBT, Neighbour
from trunkline.model.id import LinkId, RelayId
from trunkline.model.trunk import Announced, Presence

SETTLED = 5.0
"""Seconds for which another way has to be clearly better, until it is taken."""


@dataclass(frozen=True, slots=True, order=True)
class Candidate:
    """A way to a participant; the lowest is the best."""

    cost: float
    """Milliseconds."""
    length: int
    path: tuple[RelayId, ...]
    link: LinkId
    presence: Presence = field(compare=False)

    @property
    def origin(self) -> RelayId:
        """The participant's own relay."""
        return self.path[-1]

    @property
    def version(self) -> int:
        """Of its presence."""
        return self.presence.version


def candidate(neighbour: Neighbour, heard: Announced) -> Candidate:
    """The way that a neighbour announces."""
    cost = heard.cost + neighbour.cost
    return Candidate(cost, len(heard.path), heard.path, neighbour.link, heard.presence)


@dataclass(slots=True)
class Choice:
    """The way that is taken to one participant; by which link, changes rarely.

    Where one of the links on it is in doubt another way is taken at once: pictures are there before
    it is known that the link is dead.
    """

    current: Candidate | None = None
    better_since: float | None = None
    """Since when another way would be clearly better."""
    lost_since: float | None = None
    """Since when there is no way."""

    def make(
        self, ways: Sequence[Candidate], busy: Container[LinkId], now: float
    ) -> Candidate | None:
        """Choose among all that there are now.

        Args:
            ways: all of them.
            busy: links over which the participant's media are sent. Who announces a way and is sent
                media is about to leave us, and is not followed until it has.
            now: the time.
        """
        taken = self.current and self.current.link
        current = next((one for one in ways if one.link == taken), None)
        better = [one for one in ways if current and _is_clearly_better(one, current)]
        free = [one for one in better if one.link not in busy]
        self.lost_since = _since(self.lost_since, now) if not ways else None
        self.better_since = _since(self.better_since, now) if better else None
        if current is None:
            current = min(ways, default=None)
        elif free and (self._has_settled(now) or min(free).cost < DOUBT <= current.cost):
            current, self.better_since = min(free), None
        self.current = current
        return current

    @property
    def is_restless(self) -> bool:
        """Whether it will have to be made again when time has passed."""
        return self.lost_since is not None or self.better_since is not None

    def is_due(self, now: float, grace: float) -> bool:
        """Whether it has to be made again now; `grace`: seconds without a way."""
        if self.lost_since is not None:
            return now - self.lost_since >= grace
        return self._has_settled(now)

    def _has_settled(self, now: float) -> bool:
        return self.better_since is not None and now - self.better_since >= SETTLED


def _is_clearly_better(new: Candidate, old: Candidate) -> bool:
    return new.cost <= 0.8 * old.cost and new.cost <= old.cost - 10.0


def _since(before: float | None, now: float) -> float:
    return now if before is None else before
