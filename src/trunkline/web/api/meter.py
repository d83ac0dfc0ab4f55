"""Bit rates, from counters that only grow."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from trunkline.model.id import LinkId, Mid, ParticipantId, TransportId
from trunkline.model.view import Statistics

INTERVAL = 1.0
"""Seconds that a rate is a mean over, at least; at most three times as many."""

_FIGURES = ("sent_kbps", "received_kbps", "tracks_sent", "tracks_received")

Medium = tuple[TransportId, Mid, Literal["in", "out"]]
"""A medium may flow both ways."""


@dataclass(frozen=True, slots=True)
class _Sample:
    at: float
    bytes: Mapping[Medium, int]


class Meter:
    """Everybody who asks within a second shares what is measured against: one sample is enough."""

    def __init__(self) -> None:
        self._older: _Sample | None = None
        self._newer: _Sample | None = None

    def rates(self, statistics: Statistics, now: float) -> dict[Medium, int]:
        """Bits of RTP payload in a second, of each medium that was there a second ago.

        Args:
            statistics: the counters as they are now.
            now: seconds, rising.
        """
        sample = _Sample(now, _counters(statistics))
        if self._newer is None or now - self._newer.at >= INTERVAL:
            self._older, self._newer = self._newer, sample
        older = self._older
        if older is None or now - older.at > 3 * INTERVAL:
            return {}
        return {
            medium: round(8 * (count - older.bytes[medium]) / (now - older.at))
            for medium, count in sample.bytes.items()
            # A medium that is used anew counts from the start.
            if medium in older.bytes and count >= older.bytes[medium]
        }


def bitrates(statistics: Statistics, rates: Mapping[Medium, int]) -> dict[LinkId, tuple[int, int]]:
    """Of each trunk, bits of RTP payload in a second: sent and received."""
    found: dict[LinkId, tuple[int, int]] = {}
    for one in statistics.trunks:
        sent, received = found.get(one.link, (0, 0))
        transport = one.traffic.transport
        sent += sum(rates.get((transport, each.mid, "out"), 0) for each in one.traffic.consumers)
        received += sum(rates.get((transport, each.mid, "in"), 0) for each in one.traffic.producers)
        found[one.link] = sent, received
    return found


def guest_figures(
    statistics: Statistics, rates: Mapping[Medium, int]
) -> dict[ParticipantId, dict[str, float]]:
    """Of each guest, what is told of a trunk: original relays are guests."""
    found: dict[ParticipantId, dict[str, float]] = {}
    for one in statistics.participants:
        figures = found.setdefault(one.id, dict.fromkeys(_FIGURES, 0))
        traffic, transport = one.traffic, one.traffic.transport
        # Guests send on one transport and are sent on another, whatever the first could do.
        for each in () if traffic.producers else traffic.consumers:
            figures["sent_kbps"] += rates.get((transport, each.mid, "out"), 0) / 1000
            figures["tracks_sent"] += each.mid in one.sent
        for source in traffic.producers:
            figures["received_kbps"] += rates.get((transport, source.mid, "in"), 0) / 1000
            figures["tracks_received"] += source.mid in one.carried
    return found


def _counters(statistics: Statistics) -> dict[Medium, int]:
    counters: dict[Medium, int] = {}
    every = [one.traffic for one in statistics.participants]
    every += [one.traffic for one in statistics.trunks]
    for traffic in every:
        counters |= {(traffic.transport, one.mid, "in"): one.bytes for one in traffic.producers}
        counters |= {(traffic.transport, one.mid, "out"): one.bytes for one in traffic.consumers}
    return counters
