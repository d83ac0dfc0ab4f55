"""What neighbours are told of participants."""

from collections.abc import Mapping

from trunkline.domain.routing.atlas import Atlas
from trunkline.domain.routing.inspection import MAX_PATH
from trunkline.domain.routing.neighbour import DOUBT, Neighbour, differs
from trunkline.model.id import LinkId, ParticipantId, RelayId
from trunkline.model.trunk import Announced, Tell, Withdrawn

PATIENCE = 0.1
"""Seconds that a worse way waits to be told: mostly a better one, or the end of this one, comes
meanwhile. Without it, relays that lose somebody tell each other of every way that there was. One in
doubt does not wait."""


class Herald:
    """Tells each neighbour what it can be delivered, and nothing twice.

    What a neighbour was told is what it may want: nothing else is served.
    """

    def __init__(self, me: RelayId, neighbours: Mapping[LinkId, Neighbour], atlas: Atlas) -> None:
        self._me = me
        self._neighbours = neighbours
        self._atlas = atlas

    def tell(self, who: ParticipantId, now: float) -> list[Tell]:
        """Tell all neighbours what is new of somebody."""
        effects: list[Tell] = []
        for neighbour in self._neighbours.values():
            effects += self._tell(neighbour, who, now)
        return effects

    def tell_gone(self, who: ParticipantId, version: int) -> list[Tell]:
        """Tell all who know of somebody that it has left for good."""
        effects = []
        for neighbour in self._neighbours.values():
            if neighbour.told.pop(who, None):
                effects.append(Tell(neighbour.link, Withdrawn(who, version)))
        return effects

    def greet(self, neighbour: Neighbour, now: float) -> list[Tell]:
        """Tell a new neighbour of everybody."""
        effects: list[Tell] = []
        for who in self._atlas:
            effects += self._tell(neighbour, who, now)
        return effects

    def pass_time(self, now: float) -> list[Tell]:
        """Tell what has waited long enough."""
        effects: list[Tell] = []
        for neighbour in self._neighbours.values():
            for who in tuple(neighbour.late):
                effects += self._tell(neighbour, who, now)
        return effects

    def _tell(self, neighbour: Neighbour, who: ParticipantId, now: float) -> list[Tell]:
        news, told = self._news(neighbour, who), neighbour.told.get(who)
        if news is None:
            neighbour.late.pop(who, None)
            if neighbour.told.pop(who, None) is None:
                return []
            return [Tell(neighbour.link, Withdrawn(who))]
        if told and told.presence == news.presence:
            if told.path == news.path and not differs(news.cost, told.cost):
                neighbour.late.pop(who, None)
                return []
            is_urgent = news.cost >= DOUBT > told.cost
            if news.cost >= told.cost and not is_urgent and not _has_waited(neighbour, who, now):
                return []
        neighbour.late.pop(who, None)
        neighbour.told[who] = news
        return [Tell(neighbour.link, news)]

    def _news(self, neighbour: Neighbour, who: ParticipantId) -> Announced | None:
        presence = self._atlas.presence(who)
        if presence is None or not neighbour.gives(presence.room):
            return None
        if self._atlas.own(who):
            return Announced(neighbour.trim(presence), (self._me,), 0.0)
        way = self._atlas.way(who)
        if way is None or neighbour.relay in way.path or way.length >= MAX_PATH:
            return None
        return Announced(neighbour.trim(presence), (self._me, *way.path), way.cost)


def _has_waited(neighbour: Neighbour, who: ParticipantId, now: float) -> bool:
    return now - neighbour.late.setdefault(who, now) >= PATIENCE
