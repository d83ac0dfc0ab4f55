"""One router, and neighbours who say what a test lets them say."""

from dataclasses import replace

from support.relays import OPEN, presence
from trunkline.domain.routing.bounds import Bounds
from trunkline.domain.routing.effect import RoutingEffect
from trunkline.domain.routing.router import Router
from trunkline.model.id import LinkId, ParticipantId, RelayId, RoomName, TrackId
from trunkline.model.signal import Speaker
from trunkline.model.trunk import (
    Announced,
    Encodings,
    Policy,
    Presence,
    Routed,
    Spoken,
    Wanted,
    Withdrawn,
)

RTT = 0.010
"""Seconds, of every link unless said otherwise: it costs 30 ms, with what a hop costs."""


def relay(name: str) -> RelayId:
    """An id."""
    return RelayId(name)


def versioned(one: Presence, version: int) -> Presence:
    """As it is told by its own relay."""
    return replace(one, version=version)


class Desk:
    """A router called "me", whose links are called as the relays at their other ends.

    A second link to relay "b" is called "b2".
    """

    def __init__(self, *neighbours: str, bounds: Bounds | None = None, private: str = "") -> None:
        self.router = Router(relay("me"), bounds, frozenset({RoomName(private)}))
        self.links: dict[str, LinkId] = {}
        self.now = 0.0
        for neighbour in neighbours:
            self.connect(neighbour)

    def connect(
        self, neighbour: str, policy: Policy = OPEN, rtt: float | None = RTT
    ) -> list[RoutingEffect]:
        """A link is up."""
        link = self.links[neighbour] = LinkId(len(self.links) + 1)
        return self.router.connect(link, relay(neighbour.rstrip("2")), policy, rtt, self.now)

    def disconnect(self, neighbour: str) -> list[RoutingEffect]:
        """A link is down."""
        return self.router.disconnect(self.links[neighbour], self.now)

    def publish(self, one: Presence) -> list[RoutingEffect]:
        """A participant of "me"."""
        return self.router.publish(one, self.now)

    def hear(self, neighbour: str, word: Routed) -> list[RoutingEffect]:
        """A neighbour says something."""
        return self.router.hear(self.links[neighbour], word, self.now)

    def announce(
        self, neighbour: str, one: Presence | str, *further: str, cost: float = 0.0
    ) -> list[RoutingEffect]:
        """A neighbour announces somebody, whose way goes through further relays."""
        if isinstance(one, str):
            one = versioned(presence(one, ("cam",)), 1)
        path = tuple(map(relay, (neighbour.rstrip("2"), *further)))
        return self.hear(neighbour, Announced(one, path, cost))

    def withdraw(self, neighbour: str, who: str, gone: int | None = None) -> list[RoutingEffect]:
        """A neighbour cannot deliver somebody any more."""
        return self.hear(neighbour, Withdrawn(ParticipantId(who), gone))

    def ask(self, neighbour: str, track: str, *rids: str) -> list[RoutingEffect]:
        """A neighbour wants encodings of a track."""
        return self.hear(neighbour, Wanted(TrackId(track), frozenset(rids)))

    def want(self, track: str, *rids: str) -> list[RoutingEffect]:
        """This relay's viewers want encodings of a track."""
        return self.router.want(TrackId(track), encodings(*rids), self.now)

    def flows(self, neighbour: str, track: str) -> list[RoutingEffect]:
        """Media came."""
        return self.router.flows(self.links[neighbour], TrackId(track), self.now)

    def measure(self, neighbour: str, rtt: float) -> list[RoutingEffect]:
        """The way to a neighbour takes so long."""
        return self.router.measure(self.links[neighbour], rtt, self.now)

    def doubt(self, neighbour: str, *, doubtful: bool = True) -> list[RoutingEffect]:
        """Nothing is heard of a neighbour, or something again."""
        return self.router.doubt(self.links[neighbour], doubtful, self.now)

    def after(self, seconds: float) -> list[RoutingEffect]:
        """Time passes."""
        self.now += seconds
        return self.router.pass_time(self.now)

    def way(self, who: str) -> tuple[str, ...]:
        """By which path somebody comes."""
        return next(way.path for way in self.router.ways() if way.participant == who)

    def spare(self, who: str) -> tuple[str, ...]:
        """By which path somebody would come otherwise."""
        return next(way.spare for way in self.router.ways() if way.participant == who)


def encodings(*rids: str) -> Encodings:
    """Some encodings of a track."""
    return frozenset(rids)


def spoken(*speakers: tuple[str, int], room: str = "studio") -> Spoken:
    """Who speaks, and how loudly."""
    return Spoken(RoomName(room), tuple(Speaker(ParticipantId(a), b) for a, b in speakers))


def told(effects: list[RoutingEffect], kind: type[object]) -> list[RoutingEffect]:
    """The effects of one kind."""
    return [effect for effect in effects if isinstance(effect, kind)]
