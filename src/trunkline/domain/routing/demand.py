"""Which tracks are asked of which neighbour, and sent to which."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from trunkline.domain.routing.atlas import Atlas
from trunkline.domain.routing.effect import RoutingEffect, Serve, Supply
from trunkline.domain.routing.neighbour import Neighbour
from trunkline.model import view
from trunkline.model.id import LinkId, ParticipantId, TrackId
from trunkline.model.trunk import Encodings, Tell, Wanted

PATIENCE = 5.0
"""Seconds for which the old way is kept while nothing comes by the new one."""

OVERLAP = 1.0
"""Seconds for which it is kept from then on: each picture goes over with a keyframe of its own."""

NOTHING: Encodings = frozenset()


@dataclass(frozen=True, slots=True)
class _Past:
    """The link that supplied a track before, and goes on for a while."""

    link: LinkId
    until: float
    spare: bool = True
    """Whether nothing has come by the new one yet."""


@dataclass(frozen=True, slots=True)
class _Scene:
    """A track, whose it is, and the link of the way to it."""

    track: view.Track
    owner: ParticipantId
    upstream: LinkId | None


class Demand:
    """Asks for a track while somebody wants it, and serves it to those who were told of it.

    Invariant after `settle`: a track is asked of one link at most, but while it moves from one to
    another; what is asked for is what this relay and those whom it serves want, put together.
    """

    def __init__(self, neighbours: Mapping[LinkId, Neighbour], atlas: Atlas) -> None:
        self._neighbours = neighbours
        self._atlas = atlas
        self._own: dict[TrackId, Encodings] = {}  # bounded by whoever says so
        self._supplies: dict[TrackId, LinkId] = {}  # this and the next: tracks that are known
        self._past: dict[TrackId, _Past] = {}

    def want(self, track: TrackId, encodings: Encodings) -> bool:
        """What this relay itself wants of a track, known or not; whether that is new."""
        return _replace(self._own, track, encodings)

    def flows(self, link: LinkId, track: TrackId, now: float) -> None:
        """Media of a track begin to come from a link: if it has moved there, the old one can go."""
        past = self._past.get(track)
        if past and past.spare and self._supplies.get(track) == link:
            self._past[track] = _Past(past.link, now + OVERLAP, spare=False)

    def moving(self) -> tuple[TrackId, ...]:
        """The tracks that two links are asked for."""
        return tuple(self._past)

    def settle(self, tracks: Iterable[TrackId], now: float) -> list[RoutingEffect]:
        """Restore the invariant for these tracks."""
        effects: list[RoutingEffect] = []
        for track in tracks:
            if self._concerns_anybody(track):
                effects += self._settle(track, now)
        return effects

    def _concerns_anybody(self, track: TrackId) -> bool:
        # Most tracks are wanted by nobody: they cost no more than this.
        if track in self._own or track in self._supplies:
            return True
        return any(track in one.wants or track in one.served for one in self._neighbours.values())

    def _settle(self, track: TrackId, now: float) -> list[RoutingEffect]:
        scene = self._scene(track)
        served = self._served(scene) if scene else {}
        need = self._own.get(track, NOTHING).union(*served.values())
        asked, supply = self._asked(scene, need, now) if scene else ({}, None)
        if supply is None:
            self._past.pop(track, None)
        tells = self._ask(track, asked)
        begin = [tell for tell in tells if tell.link in asked]
        end = [tell for tell in tells if tell.link not in asked]
        return [*begin, *self._supply(track, supply), *self._serve(track, served), *end]

    def _scene(self, track: TrackId) -> _Scene | None:
        owner = self._atlas.owner(track)
        presence = self._atlas.presence(owner) if owner else None
        if owner is None or presence is None:
            return None
        way = self._atlas.way(owner)
        shown = next(one for one in presence.tracks if one.id == track)
        return _Scene(shown, owner, way.link if way else None)

    def _served(self, scene: _Scene) -> dict[LinkId, Encodings]:
        wants = {
            link: neighbour.limit(scene.track, neighbour.wants.get(scene.track.id, NOTHING))
            for link, neighbour in self._neighbours.items()
            if scene.owner in neighbour.told
        }
        return {link: encodings for link, encodings in wants.items() if encodings}

    def _asked(
        self, scene: _Scene, need: Encodings, now: float
    ) -> tuple[dict[LinkId, Encodings], LinkId | None]:
        """Of whom what is asked, and from whom it is taken."""
        upstream = scene.upstream
        if upstream is None or not self._neighbours[upstream].limit(scene.track, need):
            return {}, None
        past = self._leave(scene, upstream, now)
        links = (upstream, past.link) if past else (upstream,)
        limited = ((link, self._neighbours[link].limit(scene.track, need)) for link in links)
        return {link: encodings for link, encodings in limited if encodings}, upstream

    def _leave(self, scene: _Scene, upstream: LinkId, now: float) -> _Past | None:
        """The way before this one, as long as it is kept."""
        track, old = scene.track.id, self._supplies.get(scene.track.id)
        past = self._past.pop(track, None)
        if old is not None and old != upstream:
            # By a way that has brought nothing yet nothing ends.
            link = past.link if past and past.spare else old
            past = _Past(link, now + PATIENCE)
        if past is None or past.link == upstream or now >= past.until:
            return None
        if not self._delivers(past.link, scene.owner):
            return None
        self._past[track] = past
        return past

    def _delivers(self, link: LinkId, owner: ParticipantId) -> bool:
        neighbour = self._neighbours.get(link)
        return neighbour is not None and owner in neighbour.heard

    def _ask(self, track: TrackId, asked: Mapping[LinkId, Encodings]) -> list[Tell]:
        return [
            Tell(link, Wanted(track, encodings))
            for link, neighbour in self._neighbours.items()
            for encodings in [asked.get(link, NOTHING)]
            if _replace(neighbour.asked, track, encodings)
        ]

    def _serve(self, track: TrackId, served: Mapping[LinkId, Encodings]) -> list[Serve]:
        return [
            Serve(link, track, encodings)
            for link, neighbour in self._neighbours.items()
            for encodings in [served.get(link, NOTHING)]
            if _replace(neighbour.served, track, encodings)
        ]

    def _supply(self, track: TrackId, link: LinkId | None) -> list[Supply]:
        if self._supplies.get(track) == link:
            return []
        if link is None:
            del self._supplies[track]
        else:
            self._supplies[track] = link
        return [Supply(track, link)]


def _replace(table: dict[TrackId, Encodings], track: TrackId, encodings: Encodings) -> bool:
    """Keep what is new, nothing as a missing entry; whether it is new."""
    if table.get(track, NOTHING) == encodings:
        return False
    if encodings:
        table[track] = encodings
    else:
        del table[track]
    return True
