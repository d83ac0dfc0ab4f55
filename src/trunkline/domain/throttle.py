"""What does not cross a trunk because it may carry only so much."""

from collections.abc import Mapping, Set
from dataclasses import dataclass, field

from trunkline.domain.downlink import Downlink
from trunkline.model.id import TrackId
from trunkline.model.report import Traffic

PERIOD = 1.0
"""Seconds that a bit rate is a mean over, at least."""
ROOM = 0.9
"""Fraction of the limit that has to suffice for everything before a picture comes back."""
PATIENCE = 5.0
"""Seconds for which it has to."""


@dataclass(slots=True)
class Throttle:
    """Holds pictures back, the largest first, until the rest fits; sound always crosses.

    A picture that is held back comes back when it would fit, as large as it was.
    """

    max_kbps: int
    _held: dict[TrackId, float] = field(default_factory=dict)
    """Held back, oldest first, with the bit rate that each had; bounded by what is wanted."""
    _sample: tuple[float, Mapping[TrackId, int]] | None = None
    _fits_since: float | None = None

    @property
    def held(self) -> Set[TrackId]:
        """What is not to be sent."""
        return self._held.keys()

    def forget(self, wanted: Set[TrackId]) -> None:
        """These are all that are wanted still."""
        self._held = {track: rate for track, rate in self._held.items() if track in wanted}

    def look(self, downlink: Downlink, traffic: Traffic, now: float) -> bool:
        """Look at what was sent on a downlink; whether something else is held back now."""
        media = ((downlink.track_at(one.mid), one) for one in traffic.consumers)
        carried = [(track, one.bytes + one.retransmitted) for track, one in media if track]
        sent = {track.id: count for track, count in carried}
        pictures = {track.id for track, _ in carried if track.kind == "video"}
        return self.weigh(sent, pictures, now)

    def weigh(self, sent: Mapping[TrackId, int], pictures: Set[TrackId], now: float) -> bool:
        """Look at what was sent; whether something else is held back now.

        Args:
            sent: bytes of each track so far.
            pictures: which of them are pictures.
            now: seconds, rising.
        """
        if self._sample is None:
            self._sample = now, sent
            return False
        at, before = self._sample
        if now - at < PERIOD:
            return False
        self._sample = now, sent
        # A medium that is used anew counts from the start.
        rates = {
            track: max(count - before.get(track, count), 0) * 8 / 1000 / (now - at)
            for track, count in sent.items()
            if track not in self._held
        }
        return self._hold_back(rates, pictures) or self._let_go(sum(rates.values()), now)

    def _hold_back(self, rates: Mapping[TrackId, float], pictures: Set[TrackId]) -> bool:
        total, before = sum(rates.values()), len(self._held)
        for track in sorted(rates.keys() & pictures, key=lambda one: -rates[one]):
            if total <= self.max_kbps:
                break
            self._held[track] = rates[track]
            total -= rates[track]
        return len(self._held) > before

    def _let_go(self, total: float, now: float) -> bool:
        last = next(reversed(self._held), None)
        if last is None or total + self._held[last] > ROOM * self.max_kbps:
            self._fits_since = None
            return False
        if self._fits_since is None:
            self._fits_since = now
        if now - self._fits_since < PATIENCE:
            return False
        del self._held[last]
        self._fits_since = None
        return True
