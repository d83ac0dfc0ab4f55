"""Several relays in memory: the whole control plane, over a core that is played.

Media are played, too: a producer that is fed feeds the consumers that it is attached to, and these
feed the producers at their other ends.
"""

import json
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Literal

from trunkline.domain.directory import Limits
from trunkline.domain.effect import Effect
from trunkline.domain.rooms import Rooms
from trunkline.model import signal, trunk
from trunkline.model.camera import CameraSummary
from trunkline.model.command import (
    Accept,
    AcceptAnswer,
    Attach,
    Close,
    Command,
    Detach,
    Limit,
    OfferMedia,
    ProduceMedia,
    Renegotiate,
    Select,
)
from trunkline.model.demand import Demand
from trunkline.model.event import RoomEvent
from trunkline.model.id import (
    LinkId,
    Mid,
    ParticipantId,
    ParticipantName,
    RelayId,
    RoomName,
    SessionId,
    TransportId,
)
from trunkline.model.media import Kind, Layer, Medium, Offer, Port
from trunkline.model.report import (
    Agreed,
    Answered,
    Closed,
    Connected,
    Layers,
    Offered,
    Refused,
    SessionReport,
    Started,
)
from trunkline.model.request import Produce, Watch
from trunkline.model.rule import Rule
from trunkline.model.signal import Tell
from trunkline.model.trunk import Encodings, Hello, Policy
from trunkline.model.view import Session

Far = tuple[str, TransportId]
"""A transport of a site."""


@dataclass(slots=True)
class PlayedCore:
    """One site's: it answers at once, and knows what is attached to what."""

    site: str
    reports: deque[SessionReport] = field(default_factory=deque)
    offered: dict[TransportId, OfferMedia] = field(default_factory=dict)
    far: dict[TransportId, Far] = field(default_factory=dict)
    shown: dict[Port, Port] = field(default_factory=dict)
    chosen: dict[Port, Encodings] = field(default_factory=dict)
    limits: dict[Port, int | None] = field(default_factory=dict)
    handed_over: int = 0
    """Times that a consumer was to go on while it went over to another source."""
    refusing: bool = False
    """It takes no offer."""
    own: set[TransportId] = field(default_factory=set)
    """Those of this program: they are always fed."""
    viewers: set[TransportId] = field(default_factory=set)
    """Those whose remotes receive by an offer of their own."""

    def do(self, command: Command) -> None:
        match command:
            case ProduceMedia(transport):
                self.own.add(transport)
            case Accept(transport, offer) | Renegotiate(transport, offer):
                self._answer(transport, json.loads(offer))
            case OfferMedia(transport, media):
                self.offered[transport] = command
                kinds = [one.kind for one in media]
                mids = tuple(Mid(str(index)) for index in range(len(media)))
                offer = json.dumps({"from": [self.site, transport], "kinds": kinds})
                self.reports.append(Offered(transport, offer, mids))
            case AcceptAnswer(transport, answer):
                site, number = json.loads(answer)
                self.far[transport] = (site, TransportId(number))
                agreed = tuple(
                    Medium(Mid(str(index)), one.kind, "out", ("VP8",))
                    for index, one in enumerate(self.offered[transport].media)
                )
                self.reports.append(Agreed(transport, agreed))
            case Attach(consumer, source, seamless):
                self.shown[consumer] = source
                self.handed_over += seamless
            case Detach(consumer):
                self.shown.pop(consumer, None)
            case Select(consumer, rids):
                self.chosen[consumer] = rids
            case Limit(consumer, layer):
                self.limits[consumer] = layer
            case Close(transport):
                self.forget(transport)
            case _:
                pass

    def forget(self, transport: TransportId) -> Far | None:
        """A transport ends; what was its other end."""
        self.shown = {
            consumer: source
            for consumer, source in self.shown.items()
            if transport not in (consumer.transport, source.transport)
        }
        self.own.discard(transport)
        return self.far.pop(transport, None)

    def _answer(self, transport: TransportId, offer: dict[str, list[str]]) -> None:
        if self.refusing:
            self.reports.append(Refused(transport, "unsupported", "It is refused."))
            return
        site, number = offer["from"]
        fresh = transport not in self.far
        self.far[transport] = (site, TransportId(int(number)))
        kinds: dict[str, Kind] = {"audio": "audio", "video": "video"}
        way: Literal["in", "out"] = "out" if transport in self.viewers else "in"
        media = tuple(
            Medium(Mid(str(index)), kinds[kind], way, ("VP8",))
            for index, kind in enumerate(offer["kinds"])
        )
        self.reports.append(Answered(transport, json.dumps([self.site, transport]), media))
        if fresh:
            self.reports.append(Connected(transport, "far:1"))


class Site:
    """One relay."""

    def __init__(
        self,
        world: "World",
        name: str,
        limits: Limits | None,
        rules: Mapping[RoomName, Rule] | None,
    ) -> None:
        self.name = name
        self.world = world
        self.core = PlayedCore(name)
        me = Hello(RelayId(f"relay{name:0>4}"), name, instance=f"{name}1")
        self.rooms = Rooms(limits, rules, me)
        self.events: list[RoomEvent] = []
        self.demands: list[Demand] = []
        self.told: dict[ParticipantId, list[signal.Told]] = {}
        self.fed: set[Port] = set()
        self.layers: dict[Port, tuple[str, ...]] = {}

    def publish(self, name: str, *kinds: Kind, room: str = "hall") -> TransportId:
        """Somebody publishes here."""
        transport = self.rooms.number()
        who = ParticipantId(f"{self.name}-{transport}")
        session = Session(SessionId(f"s{who}"), "", Offer("", ""))
        request = Produce(RoomName(room), ParticipantName(name), kinds)
        _, effects = self.rooms.produce(request, transport, who, session)
        self.perform(effects)
        return transport

    def inform(self, transport: TransportId, camera: CameraSummary) -> None:
        """How it is with a camera that publishes here."""
        self.rooms.inform(transport, camera)
        self.perform([])

    def join(
        self, name: str, room: str = "hall", passphrase: str = "", *, accept_all: bool = True
    ) -> ParticipantId:
        """A guest comes, and takes everything if so."""
        who = ParticipantId(f"{self.name}-{self.rooms.number()}")
        hello = signal.Hello(
            RoomName(room), ParticipantName(name), passphrase, accept_all=accept_all
        )
        self.told[who] = []
        self.perform(self.rooms.guests.enter(hello, who, f"secret-{who}"))
        return who

    def watch(self, name: str, room: str = "hall") -> TransportId:
        """Somebody watches by WHEP."""
        transport = self.rooms.number()
        who = ParticipantId(f"{self.name}-{transport}")
        session = Session(SessionId(f"s{who}"), "", Offer("", ""))
        offer = json.dumps({"from": [f"viewer {who}", 0], "kinds": ["video", "audio"]})
        request = Watch(RoomName(room), ParticipantName(name), Offer(offer, ""))
        self.core.viewers.add(transport)
        self.perform(self.rooms.enter(request, transport, who, session))
        return transport

    def hear(self, who: ParticipantId, message: signal.Heard) -> None:
        """A guest says something."""
        wall = 1_000 + int(self.world.now * 1_000)
        self.perform(self.rooms.guests.hear(who, message, self.world.now, wall))

    def leave(self, one: TransportId | ParticipantId) -> None:
        """A publisher or guest leaves."""
        if isinstance(one, str):
            self.perform(self.rooms.guests.leave(one, "left", "It left."))
        else:
            self.perform(self.rooms.leave(one, "left", "It left."))

    def perform(self, effects: Sequence[Effect]) -> None:
        self._do(effects)
        while True:
            while self.core.reports:
                self._do(self.rooms.receive(self.core.reports.popleft()))
            settled = self.rooms.trunks.settle(self.world.now)
            self._do(settled)
            if not settled and not self.core.reports:
                return

    def _do(self, effects: Sequence[Effect]) -> None:
        for effect in effects:
            match effect:
                case trunk.Tell(link, word):
                    self.world.carry(self, link, word)
                case trunk.SaidHere() | trunk.SpokenHere():
                    self._do(self.rooms.trunks.spread(effect, self.world.now))
                case Tell(guest, message):
                    self._tell(guest, message)
                case _ if isinstance(effect, Command):
                    self._command(effect)
                case _ if isinstance(effect, RoomEvent):
                    self.events.append(effect)
                case _:
                    self.demands.append(effect)

    def _command(self, command: Command) -> None:
        if isinstance(command, Close):
            far = self.core.forget(command.transport)
            if far is not None:
                self.world.closed(far)
        self.core.do(command)

    def _tell(self, guest: ParticipantId, message: signal.Told) -> None:
        self.told.setdefault(guest, []).append(message)
        if isinstance(message, signal.Offered):
            answer = json.dumps([f"guest {guest}", 0])
            self.world.later(lambda: self.hear(guest, signal.Answered(answer)))

    def producer_names(self) -> dict[Port, str]:
        """What comes in where, as the rooms see it."""
        return {
            track.port: track.id
            for room in self.rooms.everywhere()
            for track in room.floor.every_track()
            if track.port
        }


class World:
    """All sites, and the words that are under way between them."""

    def __init__(
        self,
        *names: str,
        limits: Limits | None = None,
        rules: Mapping[str, Mapping[RoomName, Rule]] | None = None,
        chance: Random | None = None,
    ) -> None:
        """Begin without trunks.

        Args:
            names: of the relays.
            limits: of each of them.
            rules: what is laid down at them.
            chance: which trunk's words arrive first; None: in the order in which they are said.
        """
        self.now = 0.0
        self.sites = {name: Site(self, name, limits, (rules or {}).get(name)) for name in names}
        self._links: dict[tuple[str, LinkId], tuple[str, LinkId]] = {}
        self._later: deque[Callable[[], None]] = deque()
        self._chance = chance
        self._words: dict[tuple[str, LinkId], deque[Callable[[], None]]] = {}

    def __getitem__(self, name: str) -> Site:
        return self.sites[name]

    def link(
        self,
        dialler: str,
        dialled: str,
        policy: Policy | None = None,
        other: Policy | None = None,
    ) -> tuple[LinkId, LinkId]:
        """A trunk comes up."""
        a, b = self[dialler], self[dialled]
        policy = policy or Policy()
        here, effects = a.rooms.trunks.connect(
            b.rooms.trunks.me, policy, dialled=True, now=self.now
        )
        there, more = b.rooms.trunks.connect(
            a.rooms.trunks.me, other or Policy(), dialled=False, now=self.now
        )
        self._links[dialler, here] = (dialled, there)
        self._links[dialled, there] = (dialler, here)
        a.perform(effects)
        b.perform(more)
        for site, link in ((a, here), (b, there)):
            site.perform(site.rooms.trunks.measure(link, 0.01, self.now))
        self.run()
        return here, there

    def cut(self, site: str, link: LinkId) -> None:
        """A trunk goes down."""
        far, there = self._links.pop((site, link))
        del self._links[far, there]
        for name, number in ((site, link), (far, there)):
            self[name].perform(self[name].rooms.trunks.hang_up(number, self.now))
        self.run()

    def carry(self, site: Site, link: LinkId, word: trunk.Word) -> None:
        """A word goes over a trunk, if that is up."""
        other = self._links.get((site.name, link))
        if other is None or isinstance(word, signal.Goodbye | Hello):
            return
        far, there = self[other[0]], other[1]

        def arrive() -> None:
            if (far.name, there) in self._links:
                assert not isinstance(word, signal.Ping | signal.Pong | Hello | signal.Goodbye)
                far.perform(far.rooms.trunks.hear(there, word, self.now))

        if self._chance is None:
            self.later(arrive)
        else:
            self._words.setdefault((site.name, link), deque()).append(arrive)

    def closed(self, far: Far) -> None:
        """The other end of a transport closed it."""
        site = self.sites.get(far[0])
        if site is not None and far[1] in site.core.far:
            site.core.forget(far[1])
            self.later(
                lambda: site.perform(site.rooms.receive(Closed(far[1], "peer", "It closed.")))
            )

    def later(self, deed: Callable[[], None]) -> None:
        """Do this after all that is under way."""
        self._later.append(deed)

    def run(self) -> None:
        """Until nothing is under way any more."""
        for _ in range(100_000):
            while self._later:
                deed = self._later.popleft()
                deed()
            if not (self.arrive() or self._feed()):
                return
        raise AssertionError("it does not come to rest")

    def arrive(self) -> bool:
        """Let one of the words arrive that are under way, by chance; whether there was any."""
        waiting = [key for key, words in self._words.items() if words]
        if self._chance is None or not waiting:
            return False
        self._words[self._chance.choice(waiting)].popleft()()
        return True

    def wait(self, seconds: float) -> None:
        """Let time go by."""
        for _ in range(round(seconds * 2)):
            self.now += 0.5
            for site in self.sites.values():
                site.perform(site.rooms.guests.pass_time(self.now))
                site.perform(site.rooms.trunks.pass_time(self.now, 1_000 + int(self.now * 1_000)))
            self.run()

    def feeding(self) -> Iterator[tuple[Site, Port, Site, Port]]:
        """What flows between sites: whose consumer feeds whose producer."""
        for site in self.sites.values():
            for consumer, source in site.core.shown.items():
                far = site.core.far.get(consumer.transport)
                there = self.sites.get(far[0]) if far else None
                if far and there and (source in site.fed or source.transport in site.core.own):
                    yield site, consumer, there, Port(far[1], consumer.mid)

    def copies(self, name: str) -> list[str]:
        """The tracks that come over trunks to a site, each as often as it comes."""
        arriving = [(there, port) for _, _, there, port in self.feeding() if there.name == name]
        return sorted(
            next(
                (
                    track
                    for link in there.rooms.trunks.links()
                    if (track := link.track_at(port)) is not None
                ),
                "?",
            )
            for there, port in arriving
        )

    def _feed(self) -> bool:
        """Let media flow one step further; whether anything began or changed."""
        news = False
        for site, consumer, there, port in tuple(self.feeding()):
            if port not in there.fed:
                there.fed.add(port)
                there.perform(there.rooms.receive(Started(port, "VP8")))
                news = True
            rids = tuple(sorted(site.core.chosen.get(consumer, ())))
            if there.layers.get(port, ()) != rids:
                there.layers[port] = rids
                there.perform(there.rooms.receive(Layers(port, tuple(Layer(rid) for rid in rids))))
                news = True
        return news
