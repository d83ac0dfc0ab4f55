"""How long what an original relay is sent waits, where there are others: they may be the same one.

An original says of itself nothing that would tell it from another. But it announces over each of
its links what came by another, so whoever waits a little sees what is there already.
"""

from dataclasses import dataclass, field

from trunkline.model.id import TrackId

PATIENCE = 3.0
"""Seconds in which an original announces to all what one brings; half a second was seen."""


@dataclass(slots=True)
class Patience:
    """What waits for one original relay, and until when."""

    settled: bool = False
    """It had the time to announce what it has."""
    waiting: frozenset[TrackId] = frozenset()
    """Tracks that are likelier to come to it by another link."""
    ripe: frozenset[TrackId] = frozenset()
    """Those of them for which it had the time, and which did not."""
    _met: float | None = None
    _since: dict[TrackId, float] = field(default_factory=dict)

    def pass_time(self, now: float) -> bool:
        """Whether something need not wait any more; to be called twice a second or so."""
        if self._met is None:
            self._met = now
        if not self.settled:
            self.settled = now - self._met >= PATIENCE
            return self.settled
        self._since = {track: self._since.get(track, now) for track in self.waiting}
        ripe = {track for track, since in self._since.items() if now - since >= PATIENCE}
        news = bool(ripe - self.ripe)
        self.ripe = frozenset(ripe)
        return news
