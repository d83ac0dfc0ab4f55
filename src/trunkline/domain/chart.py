"""The map of relays: each tells all others which neighbours it has.

Routing does not need it. It is for people, who want to see where their streams go.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from trunkline.model.id import LinkId, RelayId
from trunkline.model.trunk import Charted, Edge, Hello, Standing, Tell

RELAYS = 256
"""Relays that are known; further ones are left out."""
EDGES = 128
"""Neighbours of one relay."""
PERIOD = 0.25
"""Seconds between two times that this relay tells of itself, at least."""
CHANGE = 0.2
"""Fraction by which a round-trip time has to change to be news, and seconds."""
SLIGHT = 0.005


class Chart:
    """What this relay knows of all others."""

    def __init__(self, me: Hello) -> None:
        self._me = me
        self._known: dict[RelayId, Charted] = {}  # bounded by RELAYS
        self._told: Charted | None = None
        self._edges: tuple[Edge, ...] = ()
        self._at: float | None = None
        self._number = 0

    def __iter__(self) -> Iterator[Charted]:
        """This relay, as it is now, and those that a chain of trunks leads to, nearest first."""
        return self._from(self._told and replace(self._told, edges=self._edges))

    def _from(self, me: Charted | None) -> Iterator[Charted]:
        if me is None:
            return
        seen, waiting = {me.relay}, [me]
        while waiting:
            one = waiting.pop(0)
            yield one
            for edge in one.edges:
                other = self._known.get(edge.relay)
                if other is not None and other.relay not in seen:
                    seen.add(other.relay)
                    waiting.append(other)

    def connect(self, link: LinkId) -> list[Tell]:
        """A neighbour came: tell it all."""
        return [Tell(link, one) for one in self._from(self._told)]

    def hear(self, word: Charted, source: LinkId, links: Iterable[LinkId]) -> list[Tell]:
        """Take what a relay tells of itself, and pass on what is news."""
        known = self._known.get(word.relay)
        if word.relay == self._me.relay or len(word.edges) > EDGES:
            return []
        if known is not None and known.number >= word.number:
            return []
        if known is None and len(self._known) >= RELAYS:
            self._forget_unreachable()
            if len(self._known) >= RELAYS:
                return []
        self._known[word.relay] = word
        return [Tell(link, word) for link in links if link != source]

    def pass_time(self, wall: int) -> None:
        """Take the time, in milliseconds since 1970: before, nothing is told."""
        self._number = max(self._number, wall)

    def look(self, standings: tuple[Standing, ...], now: float) -> list[Tell]:
        """Tell all neighbours what is new about ours, though not too often; `now` in seconds."""
        if not self._number:
            return []
        self._edges = edges = _edges(standings)
        if self._told is not None and not _differ(self._told.edges, edges):
            return []
        if self._at is not None and now - self._at < PERIOD:
            return []
        self._at = now
        self._number += 1
        self._told = Charted(self._me.relay, self._me.name, self._number, edges)
        return [Tell(standing.link, self._told) for standing in standings]

    def _forget_unreachable(self) -> None:
        reached = {one.relay for one in self}
        self._known = {relay: one for relay, one in self._known.items() if relay in reached}


def _edges(standings: tuple[Standing, ...]) -> tuple[Edge, ...]:
    """One for each neighbour, however many trunks lead to it."""
    edges: dict[RelayId, Edge] = {}
    for one in standings:
        known = edges.get(one.relay, Edge(one.relay, None, 0, silent=True))
        rtts = [rtt for rtt in (one.rtt, known.rtt) if rtt is not None]
        tracks = known.tracks + len(one.tracks_sent)
        silent = known.silent and one.silent
        edges[one.relay] = Edge(one.relay, min(rtts, default=None), tracks, silent)
    return tuple(edges.values())[:EDGES]


def _differ(before: tuple[Edge, ...], after: tuple[Edge, ...]) -> bool:
    if [replace(one, rtt=None) for one in before] != [replace(one, rtt=None) for one in after]:
        return True
    pairs = zip(before, after, strict=True)
    return any(_is_news(one.rtt, other.rtt) for one, other in pairs)


def _is_news(before: float | None, after: float | None) -> bool:
    if before is None or after is None:
        return before != after
    return abs(after - before) > max(CHANGE * before, SLIGHT)
