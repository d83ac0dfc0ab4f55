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


SETTLE = 2.5
"""Seconds for which the lowest encoding crosses in any case: it begins with a keyframe."""
REST = 0.25
"""Fraction of a picture's bit rate that its next lower encoding takes, till that was measured."""


@dataclass(frozen=True, slots=True)
class _Hold:
    """One step down of a picture."""

    track: TrackId
    encodings: int
    """How many may cross still: the lowest ones."""
    rate: float
    """What it took before, in kbit/s."""
    at: float


@dataclass(slots=True)
class Throttle:
    """Holds pictures back, the largest first, until the rest fits; sound always crosses.

    Of a picture in several encodings the next lower one crosses then, and nothing of it if the
    lowest is too much, too. What is held back comes back when it would fit, in the other order.
    """

    max_kbps: int
    _holds: list[_Hold] = field(default_factory=list)
    """Oldest first; bounded by what is wanted and its encodings."""
    _sample: tuple[float, Mapping[TrackId, int]] | None = None
    _fits_since: float | None = None

    @property
    def caps(self) -> Mapping[TrackId, int]:
        """How many encodings of a track may cross, where fewer may than there are."""
        return {hold.track: hold.encodings for hold in self._holds}

    @property
    def held(self) -> Set[TrackId]:
        """What is not to be sent at all."""
        return {track for track, encodings in self.caps.items() if not encodings}

    def forget(self, wanted: Set[TrackId]) -> None:
        """These are all that are wanted still."""
        self._holds = [hold for hold in self._holds if hold.track in wanted]

    def look(self, downlink: Downlink, traffic: Traffic, now: float) -> bool:
        """Look at what was sent on a downlink; whether something else is held back now."""
        media = ((downlink.track_at(one.mid), one) for one in traffic.consumers)
        carried = [(track, one) for track, one in media if track]
        sent = {track.id: one.bytes + one.retransmitted for track, one in carried}
        pictures = {
            track.id: downlink.height(one.mid) for track, one in carried if track.kind == "video"
        }
        return self.weigh(sent, pictures, now)

    def weigh(
        self, sent: Mapping[TrackId, int], pictures: Mapping[TrackId, int], now: float
    ) -> bool:
        """Look at what was sent; whether something else is held back now.

        Args:
            sent: bytes of each track so far.
            pictures: which of them are pictures, and how many encodings each has, up to the
                highest one that is sent.
            now: seconds, rising.
        """
        if self._sample is None:
            self._sample = now, sent
            return False
        at, before = self._sample
        if now - at < PERIOD:
            return False
        self._sample = now, sent
        held = self.held
        # A medium that is used anew counts from the start.
        rates = {
            track: max(count - before.get(track, count), 0) * 8 / 1000 / (now - at)
            for track, count in sent.items()
            if track not in held
        }
        return self._hold_back(rates, pictures, now) or self._let_go(rates, now)

    def _hold_back(
        self, rates: Mapping[TrackId, float], pictures: Mapping[TrackId, int], now: float
    ) -> bool:
        total, before = sum(rates.values()), len(self._holds)
        settling = {hold.track for hold in self._holds if now - hold.at < SETTLE}
        for track in sorted(rates.keys() & pictures.keys(), key=lambda one: -rates[one]):
            if total <= self.max_kbps:
                break
            encodings = pictures[track] - 1
            if not encodings and track in settling:
                continue
            self._holds.append(_Hold(track, encodings, rates[track], now))
            total -= rates[track] * (1 - REST if encodings else 1)
        return len(self._holds) > before

    def _let_go(self, rates: Mapping[TrackId, float], now: float) -> bool:
        last = self._holds[-1] if self._holds else None
        if last is None or not self._fits(last, rates):
            self._fits_since = None
            return False
        if self._fits_since is None:
            self._fits_since = now
        if now - self._fits_since < PATIENCE:
            return False
        self._holds.pop()
        self._fits_since = None
        return True

    def _fits(self, hold: _Hold, rates: Mapping[TrackId, float]) -> bool:
        others = sum(rate for track, rate in rates.items() if track != hold.track)
        return others + hold.rate <= ROOM * self.max_kbps
