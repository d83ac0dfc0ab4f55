"""Who is where, and which way each participant of other relays comes."""

from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from trunkline.domain.routing.choice import Candidate, Choice, candidate
from trunkline.domain.routing.claims import Claims
from trunkline.domain.routing.effect import Absent, Present, RoutingEffect
from trunkline.domain.routing.neighbour import Neighbour
from trunkline.model.id import LinkId, ParticipantId, RelayId, RoomName, TrackId
from trunkline.model.trunk import Presence, Way

GRACE = 2.0
"""Seconds for which somebody stays who cannot be reached: a way around is found sooner."""

MAX_GRAVES = 10_000
"""Participants of whom it is remembered that they have left; the oldest are forgotten."""


@dataclass(slots=True)
class Destination:
    """A participant of another relay."""

    presence: Presence
    """Its highest version, by whatever way that came; among equals the one by `choice.current`."""
    origin: RelayId
    """Its own relay, as the highest version says."""
    choice: Choice


@dataclass(slots=True)
class Change:
    """What came of a look at somebody's ways."""

    effects: list[RoutingEffect]
    tracks: set[TrackId]
    """Those that somebody may now have to be asked for, or be sent."""
    room: RoomName | None = None
    """Where somebody is gone or comes by another way."""


class Atlas:
    """Participants, each with the way it comes by.

    Invariant: who is known has a way, or had one `GRACE` ago; what a destination claims as tracks
    is what its presence says.
    """

    def __init__(self, neighbours: Mapping[LinkId, Neighbour]) -> None:
        self._neighbours = neighbours
        self._own: dict[ParticipantId, Presence] = {}  # bounded by the rooms
        self._there: dict[ParticipantId, Destination] = {}  # bounded by Bounds.participants
        self._restless: set[ParticipantId] = set()  # of those, who waits for a moment
        self._graves: OrderedDict[ParticipantId, int] = OrderedDict()
        self._claims = Claims()

    def __len__(self) -> int:
        return len(self._there)

    def __iter__(self) -> Iterator[ParticipantId]:
        yield from self._own
        yield from self._there

    def __contains__(self, participant: ParticipantId) -> bool:
        return participant in self._there

    def own(self, participant: ParticipantId) -> Presence | None:
        """A participant of this relay."""
        return self._own.get(participant)

    def presence(self, participant: ParticipantId) -> Presence | None:
        """How it is."""
        there = self._there.get(participant)
        return there.presence if there else self._own.get(participant)

    def way(self, participant: ParticipantId) -> Candidate | None:
        """How a participant of another relay comes, if it does."""
        there = self._there.get(participant)
        return there.choice.current if there else None

    def origin(self, participant: ParticipantId) -> RelayId | None:
        """The relay of a participant that is not of this one."""
        there = self._there.get(participant)
        return there.origin if there else None

    def owner(self, track: TrackId) -> ParticipantId | None:
        """Whose a track is."""
        return self._claims.owner(track)

    def publish(self, presence: Presence) -> Change:
        """Somebody of this relay is there, or has changed; nobody else is that."""
        tracks = {one.id for one in presence.tracks}
        change = Change([], tracks | self._claims.tracks(presence.id))
        if presence.id in self._there:
            for neighbour in self._neighbours.values():
                neighbour.drop(presence.id)
            self._forget(presence.id, change)
        self._own[presence.id] = presence
        self._claim(presence.id, tracks, change, first=True)
        return change

    def withdraw(self, participant: ParticipantId) -> Change:
        """Somebody of this relay has left."""
        room = self._own.pop(participant).room
        change = Change([], set(self._claims.tracks(participant)), room)
        self._claim(participant, (), change)
        return change

    def bury(self, participant: ParticipantId, version: int) -> Change:
        """Somebody has left for good; what is on its way from before does not bring it back."""
        self._graves[participant] = max(version, self._graves.pop(participant, 0))
        if len(self._graves) > MAX_GRAVES:
            self._graves.popitem(last=False)
        for neighbour in self._neighbours.values():
            heard = neighbour.heard.get(participant)
            if heard and self.is_buried(heard.presence):
                neighbour.drop(participant)
        change = Change([], set())
        there = self._there.get(participant)
        if there and self.is_buried(there.presence):
            self._forget(participant, change)
        return change

    def share(self, presence: Presence) -> Presence:
        """The same, as the object that is there already: every neighbour tells of everybody."""
        known = self.presence(presence.id)
        return known if known == presence else presence

    def version(self, participant: ParticipantId) -> int:
        """The highest that is known of somebody, who may have been at another relay before."""
        presence, last = self.presence(participant), self._graves.get(participant, 0)
        return max(presence.version, last) if presence else last

    def is_buried(self, presence: Presence) -> bool:
        """Whether it has left since."""
        return presence.version <= self._graves.get(presence.id, -1)

    def look(self, participant: ParticipantId, now: float) -> Change:
        """Look at all ways to somebody, and choose."""
        change = Change([], set())
        ways = {
            link: candidate(neighbour, heard)
            for link, neighbour in self._neighbours.items()
            if (heard := neighbour.heard.get(participant))
        }
        there = self._there.get(participant)
        if there is None:
            if not ways:
                return change
            newest = _newest(ways.values())
            there = Destination(newest.presence, newest.origin, Choice())
            self._there[participant] = there
            self._show(there, newest.presence, change, news=True)
        elif ways:
            newest = _newest(ways.values())
            if (newest.version, newest.origin) > (there.presence.version, there.origin):
                there.origin = newest.origin
                self._show(there, newest.presence, change)
        self._choose(there, ways, change, now)
        return change

    def due(self, now: float) -> list[ParticipantId]:
        """Those whose moment has come: look at their ways."""
        return [who for who in self._restless if self._there[who].choice.is_due(now, GRACE)]

    def ways(self) -> tuple[Way, ...]:
        """How everybody of other relays can be reached."""
        return tuple(self._describe(there) for there in self._there.values())

    def _choose(
        self, there: Destination, ways: Mapping[LinkId, Candidate], change: Change, now: float
    ) -> None:
        presence = there.presence
        tracks = self._claims.tracks(presence.id)
        change.tracks |= tracks
        choice, before = there.choice, there.choice.current
        busy = {link for link in ways if not tracks.isdisjoint(self._neighbours[link].served)}
        right = [one for one in ways.values() if one.origin == there.origin]
        current = choice.make(right, busy, now)
        if (before and before.link) != (current and current.link):
            change.room = presence.room
        if current and current.presence != presence and current.version == presence.version:
            self._show(there, current.presence, change)
        self._restless.discard(presence.id)
        if choice.is_restless:
            self._restless.add(presence.id)
        if current is None and choice.is_due(now, GRACE):
            self._forget(presence.id, change)
            if ways:  # those of another relay that says it has the same participant
                again = self.look(presence.id, now)
                change.effects += again.effects
                change.tracks |= again.tracks

    def _show(
        self, there: Destination, presence: Presence, change: Change, *, news: bool = False
    ) -> None:
        change.tracks |= self._claims.tracks(presence.id)
        if news or presence != there.presence:
            change.effects.append(Present(presence))
        there.presence = presence
        self._claim(presence.id, {one.id for one in presence.tracks}, change)

    def _forget(self, participant: ParticipantId, change: Change) -> None:
        there = self._there.pop(participant)
        self._restless.discard(participant)
        change.room = there.presence.room
        change.effects.append(Absent(participant))
        change.tracks |= self._claims.tracks(participant)
        self._claim(participant, (), change)

    def _claim(
        self,
        participant: ParticipantId,
        tracks: Iterable[TrackId],
        change: Change,
        *,
        first: bool = False,
    ) -> None:
        for heir in self._claims.change(participant, tracks, first=first):
            if heir in self._there:
                change.effects.append(Present(self._there[heir].presence))

    def _describe(self, there: Destination) -> Way:
        presence, current = there.presence, there.choice.current
        if current is None:
            return Way(presence.id, presence.room, None)
        heard = ((one, one.heard.get(presence.id)) for one in self._neighbours.values())
        others = [
            candidate(one, announced)
            for one, announced in heard
            if announced and one.link != current.link and announced.path[-1] == there.origin
        ]
        spare = min(others, default=None)
        path = spare.path if spare else ()
        return Way(presence.id, presence.room, current.link, current.path, current.cost, path)


def _newest(ways: Iterable[Candidate]) -> Candidate:
    return max(ways, key=lambda one: (one.version, one.origin))
