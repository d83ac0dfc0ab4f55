"""Who speaks, here and elsewhere."""

from collections.abc import Iterable, Mapping

from trunkline.domain.routing.atlas import Atlas
from trunkline.domain.routing.effect import Loud, RoutingEffect
from trunkline.domain.routing.neighbour import Neighbour
from trunkline.model.id import LinkId, RoomName
from trunkline.model.signal import Speaker
from trunkline.model.trunk import Spoken, Tell

PAUSE = 0.2
"""Seconds between two words about one room."""

MAX_SPEAKERS = 16
"""In one room; the quietest are left out."""


class Speech:
    """Takes each speaker from where its participant comes, and tells whom it is announced to."""

    def __init__(self, neighbours: Mapping[LinkId, Neighbour], atlas: Atlas) -> None:
        self._neighbours = neighbours
        self._atlas = atlas
        self._own: dict[RoomName, tuple[Speaker, ...]] = {}  # rooms in which somebody speaks
        self._here: dict[RoomName, tuple[Speaker, ...]] = {}  # as was told last, those of others
        self._last: dict[RoomName, float] = {}  # when a room had its last word, if lately
        self._late: set[RoomName] = set()  # those whose next word waits

    def speak(self, room: RoomName, speakers: Iterable[Speaker], now: float) -> list[RoutingEffect]:
        """Who of this relay's participants speaks."""
        _keep(self._own, room, _loudest(speakers))
        return self.look(room, now)

    def hear(self, neighbour: Neighbour, spoken: Spoken, now: float) -> list[RoutingEffect]:
        """Who speaks among the participants that a neighbour can deliver."""
        if not neighbour.takes(spoken.room):
            return []
        known = (one for one in spoken.speakers if one.id in neighbour.heard)
        _keep(neighbour.spoken, spoken.room, _loudest(known))
        return self.look(spoken.room, now)

    def look(self, room: RoomName, now: float) -> list[RoutingEffect]:
        """Something has changed in a room: tell it, or wait for the right moment."""
        if now - self._last.get(room, float("-inf")) < PAUSE:
            self._late.add(room)
            return []
        self._late.discard(room)
        effects = self._tell(room)
        if effects:
            self._last[room] = now
        return effects

    def greet(self, now: float) -> list[RoutingEffect]:
        """There is a new neighbour, which has been told of the participants."""
        effects: list[RoutingEffect] = []
        for room in {*self._own, *self._here}:
            effects += self.look(room, now)
        return effects

    def pass_time(self, now: float) -> list[RoutingEffect]:
        """Tell what had to wait."""
        effects: list[RoutingEffect] = []
        for room in tuple(self._late):
            effects += self.look(room, now)
        self._last = {room: at for room, at in self._last.items() if now - at < PAUSE}
        return effects

    def _tell(self, room: RoomName) -> list[RoutingEffect]:
        effects: list[RoutingEffect] = []
        own = tuple(one for one in self._own.get(room, ()) if self._is_own(one, room))
        _keep(self._own, room, own)
        far = _loudest(self._far(room))
        if far != self._here.get(room, ()):
            _keep(self._here, room, far)
            effects.append(Loud(room, far))
        every = (*own, *far)
        for neighbour in self._neighbours.values():
            news = _loudest(one for one in every if one.id in neighbour.told)
            if news != neighbour.echoed.get(room, ()):
                _keep(neighbour.echoed, room, news)
                effects.append(Tell(neighbour.link, Spoken(room, news)))
        return effects

    def _is_own(self, speaker: Speaker, room: RoomName) -> bool:
        presence = self._atlas.own(speaker.id)
        return presence is not None and presence.room == room

    def _far(self, room: RoomName) -> Iterable[Speaker]:
        for neighbour in self._neighbours.values():
            for speaker in neighbour.spoken.get(room, ()):
                way = self._atlas.way(speaker.id)
                if way and way.link == neighbour.link and way.presence.room == room:
                    yield speaker


def _loudest(speakers: Iterable[Speaker]) -> tuple[Speaker, ...]:
    return tuple(sorted(speakers, key=lambda one: one.level)[:MAX_SPEAKERS])


def _keep(
    table: dict[RoomName, tuple[Speaker, ...]], room: RoomName, speakers: tuple[Speaker, ...]
) -> None:
    if speakers:
        table[room] = speakers
    else:
        table.pop(room, None)
