"""Relays without sockets: routers joined by wires that delay, in a time of their own."""

import heapq
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import count
from math import inf
from random import Random
from typing import TypeVar

from trunkline.domain.routing.bounds import Bounds
from trunkline.domain.routing.effect import (
    Absent,
    Cut,
    Heard,
    Laid,
    Loud,
    Present,
    Remark,
    RoutingEffect,
    Serve,
    Supply,
)
from trunkline.domain.routing.router import Router
from trunkline.model.id import LinkId, ParticipantId, ParticipantName, RelayId, RoomName, TrackId
from trunkline.model.media import Layer
from trunkline.model.signal import Line, Speaker
from trunkline.model.trunk import Encodings, Policy, Presence, Routed, Tell, Withdrawn, Word
from trunkline.model.view import Track

K = TypeVar("K")
V = TypeVar("V")

ROOM = RoomName("studio")
ONCE: Encodings = frozenset({""})
TICK = 0.5
DOUBTED = 0.5
"""Seconds before an end notices that a link is over, in which it is in doubt."""
OPEN = Policy()


def presence(
    name: str, tracks: tuple[str, ...] = (), rids: tuple[str, ...] = (), room: str = ROOM
) -> Presence:
    """A participant with tracks of these names."""
    who = ParticipantId(name)
    return Presence(
        id=who,
        room=RoomName(room),
        name=ParticipantName(name),
        tracks=tuple(
            Track(TrackId(f"{name}-{track}"), "video", "VP8", who, track, name, layers=layers)
            for track in tracks
            for layers in [tuple(map(Layer, rids))]
        ),
    )


def line(text: str = "hello") -> Line:
    """A line of chat."""
    return Line(ParticipantId("p"), ParticipantName("p"), text, 0)


@dataclass(eq=False)
class Site:
    """A relay, and what its router has told it to do."""

    id: RelayId
    router: Router
    present: dict[ParticipantId, Presence] = field(default_factory=dict)
    supplies: dict[TrackId, LinkId] = field(default_factory=dict)
    served: dict[tuple[LinkId, TrackId], Encodings] = field(default_factory=dict)
    wires: dict[LinkId, "Wire"] = field(default_factory=dict)
    own: dict[ParticipantId, Presence] = field(default_factory=dict)
    wishes: dict[TrackId, Encodings] = field(default_factory=dict)
    lines: list[Line] = field(default_factory=list)
    loud: dict[RoomName, tuple[Speaker, ...]] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)
    versions: dict[ParticipantId, float] = field(default_factory=dict)
    """The highest that was seen of each; endless for those who are known to have left."""
    supplied: list[tuple[float, TrackId, LinkId | None]] = field(default_factory=list)

    def take(self, effect: RoutingEffect) -> None:
        """Keep in mind what a router has told."""
        match effect:
            case Serve(link, track, encodings):
                _replace(self.served, (link, track), encodings or None)
            case Supply(track, supply):
                _replace(self.supplies, track, supply)
            case Present(news):
                before = self.versions.get(news.id, 0)
                assert news.version >= before, "It has gone back, or from the dead."
                self.versions[news.id] = news.version
                self.present[news.id] = news
            case Absent(who):
                del self.present[who]
            case Heard(_, said):
                self.lines.append(said)
            case Loud(room, speakers):
                _replace(self.loud, room, speakers or None)
            case Laid():
                pass  # `router.rules` tells what
            case Remark(sentence):
                self.remarks.append(sentence)
            case Tell() | Cut():
                raise AssertionError(effect)

    def wish(self, track: Track) -> Encodings:
        """What is wanted of a track, of those encodings that there are."""
        rids = {layer.rid for layer in track.layers} or {""}
        return self.wishes.get(track.id, frozenset()) & rids


@dataclass(eq=False)
class Wire:
    """One link: both ends, what each calls it, and how long words take."""

    ends: tuple[Site, Site]
    links: tuple[LinkId, LinkId]
    policies: tuple[Policy, Policy]
    delay: float
    is_up: bool = True
    arrivals: list[float] = field(default_factory=lambda: [0.0, 0.0])

    def side(self, site: Site) -> int:
        """Which end it is."""
        return self.ends.index(site)

    def far(self, site: Site) -> tuple[Site, LinkId]:
        """The other end."""
        side = 1 - self.side(site)
        return self.ends[side], self.links[side]


class World:
    """All relays, and the time."""

    def __init__(self, seed: int = 0, bounds: Bounds | None = None) -> None:
        self.now = 0.0
        self.random = Random(seed)
        self.sites: list[Site] = []
        self.wires: list[Wire] = []
        self.words: Counter[type[object]] = Counter()
        self.last_word = 0.0
        self._bounds = bounds
        self._links = count(1)
        self._order = count()
        self._events: list[tuple[float, int, Callable[[], None]]] = []
        self.at(TICK, self._tick)

    def site(self, name: str | None = None) -> Site:
        """A new relay."""
        relay = RelayId(name or f"relay{len(self.sites):04}")
        site = Site(relay, self.router(relay))
        self.sites.append(site)
        return site

    def router(self, relay: RelayId) -> Router:
        """What a new relay thinks with."""
        return Router(relay, self._bounds)

    def carry(self, word: Word) -> Word:
        """What arrives of a word at the other end."""
        return word

    def wire(
        self,
        one: Site,
        other: Site,
        policies: tuple[Policy, Policy] = (OPEN, OPEN),
        delay: float = 0.01,
    ) -> Wire:
        """A new link."""
        links = (LinkId(next(self._links)), LinkId(next(self._links)))
        wire = Wire((one, other), links, policies, delay)
        self.wires.append(wire)
        for side, site in enumerate(wire.ends):
            site.wires[links[side]] = wire
        for side, site in enumerate(wire.ends):
            relay = wire.ends[1 - side].id
            rtt = 2 * delay if self.random.random() < 0.5 else None
            link = links[side]
            self.do(site, site.router.connect(link, relay, policies[side], rtt, self.now))
            self.at(1.0, partial(self.measure, site, link, 2 * delay))
        return wire

    def measure(self, site: Site, link: LinkId, rtt: float) -> None:
        """A round-trip time was measured."""
        self.do(site, site.router.measure(link, rtt, self.now))

    def cut(self, wire: Wire, notice: float = 1.5) -> None:
        """A link dies, and its ends notice that within some seconds, each for itself."""
        wire.is_up = False
        self.wires.remove(wire)
        for side, site in enumerate(wire.ends):
            link = wire.links[side]
            later = self.random.uniform(0, notice)
            self.at(max(0.0, later - DOUBTED), partial(self.doubt, site, link))
            self.at(later, partial(self.hang_up, site, link))

    def doubt(self, site: Site, link: LinkId) -> None:
        """An end of a link hears nothing for longer than it should be."""
        self.do(site, site.router.doubt(link, True, self.now))

    def hang_up(self, site: Site, link: LinkId) -> None:
        """An end of a link has noticed that it is over."""
        site.wires.pop(link, None)
        for key in [key for key in site.served if key[0] == link]:
            del site.served[key]
        self.do(site, site.router.disconnect(link, self.now))

    def restart(self, site: Site) -> Site:
        """A relay dies, and comes back under its id, with nobody and without links."""
        for wire in [wire for wire in self.wires if site in wire.ends]:
            self.cut(wire)
        new = Site(site.id, self.router(site.id))
        self.sites[self.sites.index(site)] = new
        return new

    def publish(self, site: Site, news: Presence) -> None:
        """Somebody is there, or has changed."""
        site.own[news.id] = news
        self.do(site, site.router.publish(news, self.now))

    def withdraw(self, site: Site, who: ParticipantId) -> None:
        """Somebody leaves."""
        del site.own[who]
        self.do(site, site.router.withdraw(who, self.now))

    def want(self, site: Site, track: str, encodings: Encodings = ONCE) -> None:
        """A relay wants a track from now on, whenever it is there."""
        site.wishes[TrackId(track)] = encodings
        for one in tuple(site.present.values()):
            self._wish(site, one)

    def say(self, site: Site, text: str) -> None:
        """Somebody says a line."""
        self.do(site, site.router.say(ROOM, line(text), int(self.now * 1000)))

    def at(self, later: float, event: Callable[[], None]) -> None:
        """Do something after some seconds."""
        heapq.heappush(self._events, (self.now + later, next(self._order), event))

    def run(self, seconds: float) -> None:
        """Let time pass."""
        end = self.now + seconds
        while self._events and self._events[0][0] <= end:
            self.now, _, event = heapq.heappop(self._events)
            event()
        self.now = end

    def do(self, site: Site, effects: list[RoutingEffect]) -> None:
        """Do what a router wants done."""
        for effect in effects:
            self._do(site, effect)
        for effect in effects:
            if isinstance(effect, Present):
                self._wish(site, effect.presence)

    def delivers(self, site: Site, link: LinkId, track: TrackId) -> bool:
        """Whether media of a track come over a link: they do if their source can be traced."""
        return self._traced(site, link, track, set())

    def comes(self, site: Site, track: TrackId) -> bool:
        """Whether a track comes to a relay: by the way that is taken, or by the one before."""
        return self._comes(site, track, set())

    def _traced(
        self, site: Site, link: LinkId, track: TrackId, seen: set[tuple[RelayId, LinkId]]
    ) -> bool:
        wire = site.wires.get(link)
        if (site.id, link) in seen or wire is None or not wire.is_up:
            return False
        seen.add((site.id, link))
        far, name = wire.far(site)
        if (name, track) not in far.served or far not in self.sites:
            return False
        if any(one.id == track for own in far.own.values() for one in own.tracks):
            return True
        return self._comes(far, track, seen)

    def _comes(self, site: Site, track: TrackId, seen: set[tuple[RelayId, LinkId]]) -> bool:
        taken = site.supplies.get(track)
        links = (link for link in tuple(site.wires) if track in site.router.received(link))
        return taken is not None and any(self._traced(site, link, track, seen) for link in links)

    def _do(self, site: Site, effect: RoutingEffect) -> None:
        match effect:
            case Tell(link, word):
                self._send(site, link, word)
            case Cut(link):
                self.cut(site.wires[link], 0)
            case Supply(track, link):
                site.supplied.append((self.now, track, link))
                site.take(effect)
            case _:
                site.take(effect)

    def _wish(self, site: Site, news: Presence) -> None:
        for track in news.tracks:
            self.do(site, site.router.want(track.id, site.wish(track), self.now))

    def _send(self, site: Site, link: LinkId, word: Word) -> None:
        wire = site.wires[link]
        self.words[type(word)] += 1
        self.last_word = self.now
        if not wire.is_up:
            return
        side, (far, name) = wire.side(site), wire.far(site)
        arrival = max(wire.arrivals[side], self.now + wire.delay * self.random.uniform(0.5, 1.5))
        wire.arrivals[side] = arrival

        def arrive() -> None:
            if wire.is_up:
                heard = self.carry(word)
                assert isinstance(heard, Routed)
                self.do(far, far.router.hear(name, heard, self.now))
                if isinstance(heard, Withdrawn) and heard.gone is not None:
                    assert heard.participant not in far.present, "It has left, and is there."
                    far.versions[heard.participant] = inf

        self.at(arrival - self.now, arrive)

    def _tick(self) -> None:
        for site in self.sites:
            self.do(site, site.router.pass_time(self.now))
            for link in tuple(site.wires):
                for track in site.router.received(link):
                    if site.supplies.get(track) == link and self.delivers(site, link, track):
                        self.do(site, site.router.flows(link, track, self.now))
        self.at(TICK, self._tick)


def _replace(table: dict[K, V], key: K, value: V | None) -> None:
    if value is None:
        table.pop(key, None)
    else:
        table[key] = value


def everybody(world: World) -> Iterator[tuple[Site, Presence]]:
    """All participants, each with its relay."""
    for site in world.sites:
        for one in site.own.values():
            yield site, one


def muted(one: Presence) -> Presence:
    """The same participant, with its tracks muted or not."""
    tracks = tuple(replace(track, muted=not track.muted) for track in one.tracks)
    return replace(one, tracks=tracks, hand_raised=not one.hand_raised)
