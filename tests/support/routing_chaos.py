"""Neighbours that say anything, as bytes tell: a router bears it, step by step."""

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from support.relays import ROOM, line, presence
from support.routing import encodings
from trunkline.domain.allowance import Rate
from trunkline.domain.routing.bounds import Bounds
from trunkline.domain.routing.effect import Absent, Cut, Present, RoutingEffect, Serve, Supply
from trunkline.domain.routing.router import Router
from trunkline.model.id import LinkId, ParticipantId, RelayId, RoomName, TrackId
from trunkline.model.signal import Speaker
from trunkline.model.trunk import (
    Announced,
    Encodings,
    Lock,
    Policy,
    Presence,
    Routed,
    Ruled,
    Rules,
    Said,
    Spoken,
    Tell,
    Wanted,
    Withdrawn,
)

RELAYS = tuple(map(RelayId, ("me", "b", "c", "d", "o")))
PEOPLE = tuple(map(ParticipantId, ("ann", "bob", "cat", "dan")))
ROOMS = (ROOM, RoomName("attic"))
RIDS: tuple[tuple[str, ...], ...] = ((), ("",), ("l",), ("l", "h"))
POLICIES = (
    Policy(),
    Policy(),
    Policy(send=False),
    Policy(receive=False),
    Policy(rooms=frozenset({ROOM})),
    Policy(max_layer=0),
)
BOUNDS = Bounds(
    links=4,
    participants=3,
    participants_of_link=3,
    tracks_of_link=5,
    tracks_of_participant=2,
    wants_of_link=4,
    rules=3,
    words=Rate(burst=60, per_second=2),
    breaches=Rate(burst=8, per_second=1),
    lines=Rate(burst=3, per_second=1),
)
NOTHING: Encodings = frozenset()

T = TypeVar("T")
K = TypeVar("K")


class Chaos:
    """Does to a router what the bytes say, and compares what it wants with what may be."""

    def __init__(self, data: bytes) -> None:
        self._data = iter(data)
        self.router = Router(RELAYS[0], BOUNDS, frozenset({ROOMS[1]}))
        self.now = 0.0
        self.links: dict[LinkId, RelayId] = {}
        self.opened = 0
        self.supplies: dict[TrackId, LinkId] = {}
        self.served: dict[tuple[LinkId, TrackId], Encodings] = {}
        self.asked: dict[tuple[LinkId, TrackId], Encodings] = {}
        self.there: dict[ParticipantId, Presence] = {}

    def run(self) -> None:
        """Until there are no more bytes."""
        steps: tuple[Callable[[], list[RoutingEffect]], ...] = (
            *[self.hear] * 10,
            self.connect,
            self.disconnect,
            self.publish,
            self.withdraw,
            self.want,
            self.flow,
            self.measure,
            self.doubt,
            self.speak,
            self.wait,
        )
        for number in self._data:
            for effect in steps[number % len(steps)]():
                self.apply(effect)
            self.check()

    def apply(self, effect: RoutingEffect) -> None:
        """Do what the router wants done."""
        match effect:
            case Tell(link, Wanted(track, rids)):
                assert link in self.links, "Nobody is there."
                assert _replace(self.asked, (link, track), rids), "That was said already."
            case Tell(link):
                assert link in self.links, "Nobody is there."
            case Serve(link, track, rids):
                assert link in self.links, "Nobody is there."
                assert _replace(self.served, (link, track), rids), "That was said already."
            case Supply(track, link):
                assert self.supplies.pop(track, None) != link, "That was said already."
                if link is not None:
                    assert (link, track) in self.asked, "Nobody was asked."
                    self.supplies[track] = link
            case Present(one):
                self.there[one.id] = one
            case Absent(who):
                del self.there[who]
            case Cut(link):
                self.forget(link)
            case _:
                pass

    def check(self) -> None:
        """What holds after every step."""
        assert len(self.there) <= BOUNDS.participants
        said = [relay for room in ROOMS for relay in self.router.rules(room)]
        assert len(said) <= BOUNDS.rules + len(ROOMS), "Two may be our own."
        ways = {way.participant: way for way in self.router.ways()}
        assert ways.keys() == self.there.keys()
        for track in {track for _, track in self.asked}:
            links = {link for link, which in self.asked if which == track}
            assert track in self.supplies
            assert len(links) <= 2, "Nobody asks three."
            if len(links) == 2:
                assert track in self.router._demand.moving()
                assert self.supplies[track] in links
        for link, track in self.served:
            owner = self.router._atlas.owner(track)
            assert owner not in ways or ways[owner].link != link, "It comes from there."
        for link, relay in self.links.items():
            neighbour = self.router._neighbours[link]
            assert len(neighbour.heard) <= BOUNDS.participants_of_link
            tracks = sum(len(one.presence.tracks) for one in neighbour.heard.values())
            assert neighbour.tracks == tracks <= BOUNDS.tracks_of_link
            assert len(neighbour.wants) <= BOUNDS.wants_of_link
            assert neighbour.served.keys() <= neighbour.wants.keys()
            assert neighbour.late.keys() <= neighbour.told.keys()
            assert all(relay not in one.path for one in neighbour.told.values())
        assert self.router._neighbours.keys() == self.links.keys()

    def forget(self, link: LinkId) -> None:
        """A link has ended: what was asked for and sent over it, too."""
        del self.links[link]
        for table in (self.asked, self.served):
            for key in [key for key in table if key[0] == link]:
                del table[key]

    def hear(self) -> list[RoutingEffect]:
        """A neighbour says something, sensible or not."""
        link = self._link()
        words: tuple[Callable[[], Routed], ...] = (
            *[lambda: self._announced(link)] * 4,
            lambda: Withdrawn(self._one_of(PEOPLE), self._one_of((None, 1, 3))),
            self._wanted,
            self._wanted,
            lambda: Said(self._one_of(RELAYS), self._byte(), self._one_of(ROOMS), line()),
            lambda: Spoken(self._one_of(ROOMS), self._speakers()),
            lambda: Ruled(self._one_of(RELAYS), self._byte(), self._one_of(ROOMS), self._rules()),
        )
        word = self._one_of(words)()
        return self.router.hear(link, word, self.now)

    def connect(self) -> list[RoutingEffect]:
        """A neighbour is there."""
        if len(self.links) >= BOUNDS.links:
            return []
        self.opened += 1
        link, relay = LinkId(self.opened), self._one_of(RELAYS[1:])
        self.links[link] = relay
        rtt = self._one_of((None, 0.01, 0.1))
        return self.router.connect(link, relay, self._one_of(POLICIES), rtt, self.now)

    def disconnect(self) -> list[RoutingEffect]:
        """A link dies."""
        link = self._link()
        if link in self.links:
            self.forget(link)
        return self.router.disconnect(link, self.now)

    def publish(self) -> list[RoutingEffect]:
        """Somebody is at this relay."""
        return self.router.publish(self._presence(0), self.now)

    def withdraw(self) -> list[RoutingEffect]:
        """Somebody is not."""
        return self.router.withdraw(self._one_of(PEOPLE), self.now)

    def want(self) -> list[RoutingEffect]:
        """Somebody here wants a track."""
        return self.router.want(self._track(), self._rids(), self.now)

    def flow(self) -> list[RoutingEffect]:
        """Media come from somewhere."""
        return self.router.flows(self._link(), self._track(), self.now)

    def measure(self) -> list[RoutingEffect]:
        """A link is fast or slow."""
        return self.router.measure(self._link(), self._byte() / 200, self.now)

    def doubt(self) -> list[RoutingEffect]:
        """A link is silent, or is heard of again."""
        return self.router.doubt(self._link(), self._byte() % 2 == 0, self.now)

    def speak(self) -> list[RoutingEffect]:
        """Somebody here speaks, and says something."""
        speakers = self.router.speak(self._one_of(ROOMS), self._speakers(), self.now)
        room = self._one_of(ROOMS)
        ruled = self.router.lay_down(room, self._rules(), self.now)
        return [*ruled, *speakers, *self.router.say(self._one_of(ROOMS), line(), int(self.now))]

    def wait(self) -> list[RoutingEffect]:
        """Time passes."""
        self.now += self._one_of((0.05, 0.5, 2.0, 5.0))
        return self.router.pass_time(self.now)

    def _announced(self, link: LinkId) -> Announced:
        path = [self._one_of(RELAYS) for _ in range(self._byte() % 3)]
        if self._byte() % 8:
            path = [self.links.get(link, RELAYS[1]), *path]
        cost = self._one_of((0.0, 20.0, 100.0, -1.0))
        return Announced(self._presence(self._byte() % 4), tuple(path), cost)

    def _wanted(self) -> Wanted:
        return Wanted(self._track(), self._rids())

    def _presence(self, version: int) -> Presence:
        who, names = self._one_of(PEOPLE), self._one_of(((), ("a",), ("a", "b"), ("a", "b", "c")))
        one = presence(who, names, self._one_of((*RIDS[2:], ())), self._one_of(ROOMS))
        if self._byte() % 8 == 0:
            # The first track is one that everybody may have.
            tracks = tuple(replace(track, id=TrackId("shared")) for track in one.tracks[:1])
            one = replace(one, tracks=tracks)
        return replace(one, version=version)

    def _rules(self) -> Rules:
        lock = Lock(self._byte(), self._one_of(RELAYS), bool(self._byte() % 2))
        return self._one_of((Rules(), Rules(lock=lock), Rules(unlisted=True)))

    def _speakers(self) -> tuple[Speaker, ...]:
        return tuple(Speaker(self._one_of(PEOPLE), self._byte()) for _ in range(self._byte() % 3))

    def _track(self) -> TrackId:
        return TrackId(self._one_of(("ann-a", "ann-b", "bob-a", "cat-a", "dan-a", "shared")))

    def _rids(self) -> Encodings:
        return encodings(*self._one_of(RIDS))

    def _link(self) -> LinkId:
        return self._one_of((*self.links, LinkId(0)))

    def _byte(self) -> int:
        return next(self._data, 0)

    def _one_of(self, things: tuple[T, ...]) -> T:
        return things[self._byte() % len(things)]


def _replace(table: dict[K, Encodings], key: K, rids: Encodings) -> bool:
    if table.get(key, NOTHING) == rids:
        return False
    table[key] = rids
    if not rids:
        del table[key]
    return True
