"""Rooms, routes and trunks together.

What is here is told and sent to neighbours; what they tell is in the rooms; what somebody here
wants of it is asked for.
"""

from collections.abc import Collection, Iterator
from itertools import count
from typing import assert_never

from trunkline.domain.chart import Chart
from trunkline.domain.directory import Directory
from trunkline.domain.effect import Effect
from trunkline.domain.guests import transport_of
from trunkline.domain.law import Laws
from trunkline.domain.link import Link, Transports
from trunkline.domain.remote import RemoteTrack
from trunkline.domain.room import Room
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
from trunkline.domain.throttle import Throttle
from trunkline.domain.track import Track
from trunkline.model import signal, trunk, view
from trunkline.model.event import TrunkRemarked
from trunkline.model.id import LinkId, ParticipantId, RoomName, TrackId, TransportId
from trunkline.model.report import Counted, SessionReport, Stalled, Started, Traffic
from trunkline.model.trunk import Charted, Encodings, Hello, Medial, Policy, Presence, Routed

ROUNDS = 16
"""Times that a change may change something else before the rest waits for the next one."""


class Trunks:
    """The neighbours of this relay, as long as they are on the line.

    Rooms change by whatever happens; `settle` then restores the invariant: neighbours know who is
    here, are sent what they want, and are asked for what is wanted here, no more and no less.
    """

    def __init__(self, directory: Directory, me: Hello, private: Collection[RoomName]) -> None:
        """Begin without neighbours.

        Args:
            directory: the rooms.
            me: this relay.
            private: rooms with a passphrase, which cross only where a policy names them.
        """
        self.me = me
        self._directory = directory
        self.chart = Chart(me)
        self._router = Router(me.relay, private=private)
        self._laws = Laws(me, directory, self._router)
        self._links: dict[LinkId, Link] = {}  # bounded by the router
        self._homes: dict[TransportId, Link] = {}  # two for each link
        self._numbers = count(1)
        # What the router was told last, by room.
        self._published: dict[RoomName, dict[ParticipantId, Presence]] = {}
        self._wanted: dict[RoomName, dict[TrackId, Encodings]] = {}
        self._supplies: dict[TrackId, LinkId] = {}  # bounded by what the router takes
        self._where: dict[ParticipantId, RoomName] = {}
        self._flowing: list[tuple[LinkId, TrackId]] = []
        self._stirred = False
        self._moved = False

    @property
    def active(self) -> bool:
        """Whether there is anything to settle: a neighbour, or somebody that one told of."""
        return bool(self._links or self._where)

    def has(self, transport: TransportId) -> bool:
        """Whether it is a trunk's."""
        return transport in self._homes

    def connect(
        self, hello: Hello, policy: Policy, *, dialled: bool, now: float
    ) -> tuple[LinkId, list[Effect]]:
        """A neighbour is on the line.

        Raises:
            Refusal: it is not taken.
        """
        link = LinkId(next(self._numbers))
        routed = self._router.connect(link, hello.relay, policy, None, now)
        transports = Transports(lambda: self._open(link), self._close)
        self._links[link] = Link(
            id=link,
            hello=hello,
            policy=policy,
            dialled=dialled,
            transports=transports,
            throttle=Throttle(policy.max_kbps) if policy.max_kbps else None,
        )
        routed += self._laws.begin(policy, now)
        lines = {room.name: room.floor.lines for room in self._directory}
        routed += self._router.recall(link, lines)
        return link, [*self.chart.connect(link), *self._apply(routed)]

    def hear(self, link: LinkId, word: Routed | Charted | Medial, now: float) -> list[Effect]:
        """A neighbour says something; who is not on the line any more says nothing."""
        if link not in self._links:
            return []
        if isinstance(word, Charted):
            return [*self.chart.hear(word, link, self._links)]
        if isinstance(word, Medial):
            self._stirred = True
            return self._links[link].hear(word)
        return self._apply(self._router.hear(link, word, now))

    def measure(self, link: LinkId, rtt: float, now: float) -> list[Effect]:
        """The round-trip time to a neighbour, in seconds."""
        if link not in self._links:
            return []
        self._links[link].rtt = rtt
        return self._apply(self._router.measure(link, rtt, now))

    def doubt(self, link: LinkId, doubtful: bool, now: float) -> list[Effect]:
        """Whether nothing is heard of a neighbour for longer than it should be."""
        if link not in self._links:
            return []
        self._links[link].silent = doubtful
        self._moved = True
        return self._apply(self._router.doubt(link, doubtful, now))

    def hang_up(self, link: LinkId, now: float) -> list[Effect]:
        """A neighbour is gone; nothing if it was already."""
        if link not in self._links:
            return []
        return [*self._end(link), *self._apply(self._router.disconnect(link, now))]

    def leave_all(self, reason: str) -> list[Effect]:
        """Take leave of all neighbours."""
        effects = self._apply(self._router.leave())
        for link in tuple(self._links):
            effects.append(trunk.Tell(link, signal.Goodbye("stopped", reason, retry=True)))
            effects += self._end(link)
        return effects

    def receive(self, report: SessionReport) -> list[Effect]:
        """Take in what the core reports of a trunk's transport."""
        link = self._homes[transport_of(report)]
        self._stirred = True
        if isinstance(report, Started) or (isinstance(report, Stalled) and not report.stalled):
            track = link.track_at(report.producer)
            if track is not None:
                self._flowing.append((link.id, track))
        return link.receive(report)

    def spread(self, news: trunk.SaidHere | trunk.SpokenHere, now: float) -> list[Effect]:
        """Tell neighbours what was said here, or who speaks."""
        match news:
            case trunk.SaidHere(room, line):
                return self._apply(self._router.say(room, line, line.time))
            case trunk.SpokenHere(room, speakers):
                return self._apply(self._router.speak(room, speakers, now))
            case _:
                assert_never(news)

    def pass_time(self, now: float, wall: int) -> list[Effect]:
        """Do what waited for its moment; `wall` is in milliseconds since 1970."""
        if not self.active:
            return []
        self.chart.pass_time(wall)
        self._moved = True
        return self._apply(self._router.pass_time(now))

    def settle(self, now: float) -> list[Effect]:
        """Restore the invariant, after any change of rooms or links."""
        effects: list[Effect] = []
        for _ in range(ROUNDS):
            news = self._news(now)
            if news is None:
                break
            self._moved = True
            effects += news
        if self._moved:
            self._moved = False
            effects += self.chart.look(self.standings(), now)
        return effects

    def standings(self) -> tuple[trunk.Standing, ...]:
        """All trunks that are up, oldest first."""
        return tuple(
            trunk.Standing(
                link=link.id,
                relay=link.hello.relay,
                name=link.hello.name,
                policy=link.policy,
                rtt=link.rtt,
                tracks_sent=self._router.sent(link.id),
                tracks_received=self._router.received(link.id),
                silent=link.silent,
                held_back=link.held_back,
            )
            for link in self.links()
        )

    def measured(self, traffic: Traffic) -> view.TrunkStatistics | None:
        """Whose trunk a transport is, if it is one's, and which tracks its media carry."""
        link = self._homes.get(traffic.transport)
        if link is None:
            return None
        carried = link.carried(traffic.transport)
        return view.TrunkStatistics(link.id, link.hello.relay, link.hello.name, traffic, carried)

    @property
    def limited(self) -> bool:
        """Whether there is a trunk that may carry only so much: `weigh` is to be called."""
        return any(link.throttle for link in self.links())

    def weigh(self, report: Counted, now: float) -> list[Effect]:
        """Hold back what is too much."""
        downlinks = {link.downlink.transport: link for link in self.links() if link.downlink}
        effects: list[Effect] = []
        for traffic in report.transports:
            link = downlinks.get(traffic.transport)
            news = link.weigh(traffic, now) if link else None
            if news is not None:
                self._stirred = True
                effects += news
        return [*effects, *self.settle(now)]

    def links(self) -> Iterator[Link]:
        """All trunks that are up, oldest first."""
        return iter(self._links.values())

    def ways(self) -> tuple[trunk.Way, ...]:
        """How participants of other relays are reached."""
        return self._router.ways()

    def _news(self, now: float) -> list[Effect] | None:
        """What follows of the last changes; None: there were none."""
        rooms = [room for room in self._directory if room.changed]
        told = self._published.keys() | self._wanted.keys()
        gone = told - {room.name for room in self._directory}
        flowing, self._flowing = self._flowing, []
        if not (rooms or gone or flowing or self._stirred):
            return None
        self._stirred = False
        effects: list[Effect] = []
        for link, track in flowing:
            effects += self._apply(self._router.flows(link, track, now))
        for room in rooms:
            room.changed = False
            present = {one.id: one for one in room.presences()}
            effects += self._publish(room.name, present, now)
            changes, routed = self._laws.keep(room, now, occupied=bool(present))
            effects += [*changes, *self._apply(routed)]
            effects += self._want(room, now)
        for name in gone:
            # What was wanted there the router has forgotten, with those whose it was.
            self._wanted.pop(name, None)
            effects += self._publish(name, {}, now)
            effects += self._apply(self._laws.end(name, now))
        return [*effects, *self._bind(), *self._carry(), *self._tell_carried()]

    def _publish(
        self, room: RoomName, present: dict[ParticipantId, Presence], now: float
    ) -> list[Effect]:
        before = self._published.pop(room, {})
        if present:
            self._published[room] = present
        effects: list[Effect] = []
        for who, presence in present.items():
            if before.get(who) != presence:
                effects += self._apply(self._router.publish(presence, now))
        for who in before.keys() - present.keys():
            effects += self._apply(self._router.withdraw(who, now))
        return effects

    def _want(self, room: Room, now: float) -> list[Effect]:
        demand, before = room.demand(), self._wanted.pop(room.name, {})
        if demand:
            self._wanted[room.name] = demand
        effects: list[Effect] = []
        for track in demand.keys() | before.keys():
            wanted = demand.get(track, frozenset())
            if wanted != before.get(track, frozenset()):
                effects += self._apply(self._router.want(track, wanted, now))
        return effects

    def _bind(self) -> list[Effect]:
        """Let each track come in where its media are taken from."""
        effects: list[Effect] = []
        for room in self._directory:
            news = False
            for track in room.remotes.tracks():
                link = self._supplier(track)
                port = link.port(track.id, track.kind) if link else None
                coming = link.coming.get(port.mid, ()) if link and port else ()
                news = track.bind(port, coming) or news
            if news:
                effects += room.update()
        return effects

    def _supplier(self, track: RemoteTrack) -> Link | None:
        """Where a track comes in: by the way before, till there is a place on the new one."""
        link = self._links.get(self._supplies.get(track.id, LinkId(0)))
        if link is None or track.port is None or link.port(track.id, track.kind):
            return link
        before = self._homes.get(track.port.transport)
        is_there = before is not None and before.port(track.id, track.kind) == track.port
        return before if is_there else link

    def _tracks(self) -> dict[TrackId, Track]:
        return {track.id: track for room in self._directory for track in room.floor.every_track()}

    def _carry(self) -> list[Effect]:
        if not self._links:
            return []
        tracks = self._tracks()
        return [effect for link in self._links.values() for effect in link.carry(tracks)]

    def _tell_carried(self) -> list[Effect]:
        """Let rooms know what neighbours are sent: whoever feeds it is to be told."""
        downlinks = [link.downlink for link in self._links.values() if link.downlink]
        shown = {port for downlink in downlinks for port in downlink.shown()}
        effects: list[Effect] = []
        for room in self._directory:
            ports = (port for track in room.floor.every_track() for port in track.producers())
            carried = shown.intersection(ports)
            if carried != room.wanted.afar:
                room.wanted.afar = frozenset(carried)
                effects += room.update()
        return effects

    def _apply(self, routed: list[RoutingEffect]) -> list[Effect]:
        return [effect for each in routed for effect in self._do(each)]

    def _do(self, effect: RoutingEffect) -> Iterator[Effect]:
        match effect:
            case Present(presence):
                yield from self._present(presence)
            case Absent(participant):
                yield from self._absent(participant)
            case Heard(name, line):
                room = self._directory.known(name)
                yield from () if room is None else room.floor.hear_afar(line)
            case Loud(name, speakers):
                room = self._directory.known(name)
                yield from () if room is None else room.floor.listen_afar(speakers)
            case Laid(name):
                self._laws.hear(name)
            case _:
                yield from self._steer(effect)

    def _steer(self, effect: trunk.Tell | Serve | Supply | Cut | Remark) -> Iterator[Effect]:
        match effect:
            case trunk.Tell():
                yield effect
            case Serve(link, track, encodings):
                self._stirred = True
                if link in self._links:
                    self._links[link].serving[track] = encodings
            case Supply(track, supplier):
                self._stirred = True
                self._supplies.pop(track, None)
                if supplier is not None:
                    self._supplies[track] = supplier
            case Cut(link, goodbye):
                yield trunk.Tell(link, goodbye)
                yield from self._end(link)
            case Remark(sentence):
                yield TrunkRemarked(sentence)
            case _:
                assert_never(effect)

    def _present(self, presence: Presence) -> list[Effect]:
        known = self._where.get(presence.id)
        effects = self._absent(presence.id) if known not in (None, presence.room) else []
        room = self._directory.room_afar(presence.room)
        if room is None:
            return effects
        self._where[presence.id] = presence.room
        self._stirred = True
        return [*effects, *room.present(presence)]

    def _absent(self, who: ParticipantId) -> list[Effect]:
        name = self._where.pop(who, None)
        room = self._directory.known(name) if name else None
        if room is None:
            return []
        effects = room.absent(who, "left", "It left, or its relay cannot be reached.")
        self._directory.tidy(room)
        return effects

    def _end(self, link: LinkId) -> list[Effect]:
        one = self._links.pop(link, None)
        self._stirred = True
        return one.end() if one else []

    def _open(self, link: LinkId) -> TransportId:
        transport = self._directory.number()
        self._homes[transport] = self._links[link]
        return transport

    def _close(self, transport: TransportId) -> None:
        self._homes.pop(transport, None)
