"""Rooms in a test's own words: people enter under short names, media are "audio" and "video"."""

from typing import Literal

from trunkline.domain.callers import Word
from trunkline.domain.directory import Limits
from trunkline.domain.effect import Effect
from trunkline.domain.rooms import Rooms
from trunkline.domain.taking import Taking
from trunkline.model import signal, trunk, view
from trunkline.model.command import (
    Accept,
    AcceptAnswer,
    Attach,
    Close,
    Command,
    Count,
    Detach,
    Limit,
    OfferMedia,
    ProduceMedia,
    Renegotiate,
    Select,
    SetCandidates,
)
from trunkline.model.demand import Demand
from trunkline.model.event import TrunkRemarked
from trunkline.model.id import (
    Mid,
    ParticipantId,
    ParticipantName,
    RoomName,
    SessionId,
    TrackId,
    TransportId,
)
from trunkline.model.media import Kind, Layer, Medium, Offer, OfferedMedium, Port
from trunkline.model.report import (
    Agreed,
    Answered,
    Closed,
    Connected,
    Counted,
    Forwarded,
    Layers,
    Offered,
    Refused,
    Resized,
    Speakers,
    Stalled,
    Started,
    Traffic,
    Unplayable,
)
from trunkline.model.request import Call, Enter, Produce, Publish, Watch
from trunkline.model.rule import Rule
from trunkline.model.signal import Tell, Told
from trunkline.model.trunk import SaidHere, SpokenHere

OFFER = Offer("v=0\r\n", "abcd")
BOTH: tuple[Kind, ...] = ("audio", "video")


class House:
    """Rooms, and what they show to whom; every call gives the effects as short texts."""

    def __init__(self, limits: Limits | None = None, **rules: Rule) -> None:
        self.rooms = Rooms(limits, {RoomName(room): rule for room, rule in rules.items()})
        self.transports: dict[str, TransportId] = {}
        self.tapped: list[Taking] = []
        self.now = 0.0
        self._offers: dict[str, tuple[OfferedMedium, ...]] = {}

    def reserve(self, who: str, request: Enter) -> list[str]:
        """A request whose answer is still on its way."""
        transport = self.rooms.number()
        session = view.Session(SessionId(f"s-{who}"), "tag", request.offer)
        effects = self.rooms.enter(request, transport, ParticipantId(who), session)
        self.transports[who] = transport  # only now: a refused one stays as it was
        return self._tell(effects)

    def answer(
        self, who: str, direction: Literal["in", "out"], kinds: tuple[Kind, ...] = BOTH
    ) -> list[str]:
        media = tuple(Medium(Mid(kind), kind, direction, ("VP8",)) for kind in kinds)
        return self._tell(self.rooms.receive(Answered(self.transports[who], "answer", media)))

    def publish(
        self,
        who: str,
        room: str = "studio",
        name: str | None = None,
        kinds: tuple[Kind, ...] = BOTH,
    ) -> list[str]:
        """Enter, be answered, be connected."""
        wanted = ParticipantName(name) if name else None
        effects = self.reserve(who, Publish(RoomName(room), wanted, OFFER))
        effects += self.answer(who, "in", kinds)
        return effects + self.connect(who)

    def produce(
        self,
        who: str,
        *kinds: Kind,
        room: str = "studio",
        name: str | None = None,
        fallbacks: bool = False,
    ) -> list[str]:
        """The program that the relay runs in enters."""
        transport = self.rooms.number()
        self.transports[who] = transport
        session = view.Session(SessionId(f"s-{who}"), "tag", OFFER)
        wanted = ParticipantName(name) if name else None
        request = Produce(RoomName(room), wanted, kinds, fallbacks)
        _, effects = self.rooms.produce(request, transport, ParticipantId(who), session)
        return self._tell(effects)

    def has(self, who: str, *kinds: Kind) -> list[str]:
        """What the program produces has tracks of these kinds now."""
        return self._tell(self.rooms.announce(self.transports[who], kinds))

    def tap(self, who: str, kind: Kind, room: str = "studio") -> list[str]:
        """A program taps a track."""
        takings = self.rooms.takings
        taking, effects = takings.take_from(RoomName(room), ParticipantId(who), [kind])
        self.tapped.append(taking)
        return self._tell(effects)

    def untap(self) -> list[str]:
        """It ends the first of its taps."""
        return self._tell(self.rooms.takings.let_go(self.tapped.pop(0)))

    def watch(
        self,
        who: str,
        room: str = "studio",
        publisher: str | None = None,
        kinds: tuple[Kind, ...] = BOTH,
    ) -> list[str]:
        """Enter and be answered."""
        wanted = ParticipantName(publisher) if publisher else None
        effects = self.reserve(who, Watch(RoomName(room), wanted, OFFER))
        return effects + self.answer(who, "out", kinds)

    def ring(
        self,
        who: str,
        follows: str | None = None,
        *,
        steady: bool = False,
        offer: str | None = "offer",
        publishes: bool = True,
    ) -> list[str]:
        """A caller enters, and waits for an answer, or for our offer."""
        transport = self.rooms.number()
        request = Call(
            room=RoomName("studio"),
            name=ParticipantName(who),
            follows=ParticipantName(follows) if follows else None,
            steady=steady,
            offer=offer,
            publishes=publishes,
        )
        effects = self.rooms.callers.enter(request, transport, ParticipantId(who))
        self.transports[who] = transport
        return self._tell(effects)

    def pick_up(
        self,
        who: str,
        sends: tuple[Kind, ...] = BOTH,
        takes: tuple[Kind, ...] = BOTH,
        *,
        codecs: tuple[str, ...] = ("VP8", "opus"),
        ours: bool = False,
    ) -> list[str]:
        """A caller's offer is answered, or it has answered ours."""
        media = tuple(Medium(Mid(kind), kind, "in", codecs) for kind in sends)
        media += tuple(Medium(Mid(kind), kind, "out", codecs) for kind in takes)
        transport = self.transports[who]
        report = Agreed(transport, media) if ours else Answered(transport, "answer", media)
        return self._tell(self.rooms.receive(report))

    def call(self, who: str, follows: str | None = None, *, steady: bool = False) -> list[str]:
        """Enter, be answered, be connected."""
        effects = self.ring(who, follows, steady=steady) + self.pick_up(who)
        return effects + self.connect(who)

    def tell(self, who: str, message: Word) -> list[str]:
        """What a caller says."""
        return self._tell(self.rooms.callers.hear(ParticipantId(who), message))

    def look_after(self) -> list[str]:
        """Time passes for callers."""
        return self._tell(self.rooms.callers.pass_time())

    def offered(self, who: str) -> list[str]:
        """The core has written an offer for a caller."""
        transport = self.transports[who]
        return self._tell(self.rooms.receive(Offered(transport, "offer", ())))

    def connect(self, who: str) -> list[str]:
        return self._tell(self.rooms.receive(Connected(self.transports[who], f"{who}:9")))

    def refuse(self, who: str) -> list[str]:
        return self._tell(self.rooms.receive(Refused(self.transports[who], "codec", "No.")))

    def start(self, who: str, mid: str = "video", codec: str = "VP8") -> list[str]:
        return self._tell(self.rooms.receive(Started(self._port(who, mid), codec)))

    def stall(self, who: str, mid: str = "video", *, stalled: bool = True) -> list[str]:
        """Nothing comes from a producer, or something again."""
        return self._tell(self.rooms.receive(Stalled(self._port(who, mid), stalled)))

    def layers(self, who: str, *sizes: tuple[int, int], mid: str = "video") -> list[str]:
        """A producer sends encodings of these sizes."""
        layers = (Layer(f"r{number}", *size) for number, size in enumerate(sizes))
        return self._tell(self.rooms.receive(Layers(self._port(who, mid), tuple(layers))))

    def resize(self, who: str, width: int, height: int, mid: str = "video") -> list[str]:
        """The pictures of a producer have this size."""
        return self._tell(self.rooms.receive(Resized(self._port(who, mid), (width, height))))

    def forwarded(self, who: str, mid: str, layer: int) -> list[str]:
        return self._tell(self.rooms.receive(Forwarded(self._port(who, mid), layer)))

    def speak(self, *levels: tuple[str, int], worker: int = 0) -> list[str]:
        """A worker tells who speaks: transports whose medium is "audio", or "who/mid"."""
        named = [(*who.partition("/"), level) for who, level in levels]
        ports = ((self._port(who, mid or "audio"), level) for who, _, mid, level in named)
        return self._tell(self.rooms.speech.receive(Speakers(tuple(ports), worker)))

    def cannot_play(self, who: str, codec: str = "H264", mid: str = "video") -> list[str]:
        return self._tell(self.rooms.receive(Unplayable(self._port(who, mid), codec)))

    def lose(self, who: str) -> list[str]:
        """The transport ends by itself."""
        return self._tell(self.rooms.receive(Closed(self.transports[who], "silent", "Silence.")))

    def leave(self, who: str) -> list[str]:
        return self._tell(self.rooms.leave(self.transports[who], "left", "Bye."))

    def welcome(self, who: str) -> signal.Welcome:
        """A guest enters; what it hears first."""
        hello = signal.Hello(RoomName("studio"), ParticipantName(who))
        for effect in self.rooms.guests.enter(hello, ParticipantId(who), f"back-{who}"):
            if isinstance(effect, Tell) and isinstance(effect.message, signal.Welcome):
                return effect.message
        raise AssertionError("no welcome")

    def arrive(
        self,
        who: str,
        room: str = "studio",
        *,
        accept_all: bool = False,
        like_umbrella: bool = False,
        passphrase: str = "",
    ) -> list[str]:
        """A guest enters; its transports will be known as "who^" and "whov"."""
        hello = signal.Hello(
            RoomName(room), ParticipantName(who), passphrase, accept_all=accept_all
        )
        return self._tell(
            self.rooms.guests.enter(
                hello, ParticipantId(who), f"back-{who}", like_umbrella=like_umbrella
            )
        )

    def come_back(self, who: str, room: str = "studio") -> list[str] | None:
        """A guest whose conversation broke off says so."""
        found = self.rooms.guests.resume(signal.Hello(RoomName(room), resumption=f"back-{who}"))
        return None if found is None else self._tell(found[1])

    def say(self, who: str, *messages: signal.Heard) -> list[str]:
        effects = []
        for message in messages:
            effects += self._tell(
                self.rooms.guests.hear(ParticipantId(who), message, self.now, wall=7)
            )
        return effects

    def break_off(self, who: str) -> list[str]:
        return self._tell(self.rooms.guests.lose(ParticipantId(who), self.now))

    def send_away(self) -> list[str]:
        return self._tell(self.rooms.leave_all("stopped", "The relay stops."))

    def wait(self, seconds: float) -> list[str]:
        self.now += seconds
        return self._tell(self.rooms.guests.pass_time(self.now))

    def send(self, who: str, *kinds: Kind) -> list[str]:
        """A guest announces tracks, offers them, is answered and connected."""
        tracks = [announced(f"{who}-{kind}", kind) for kind in kinds]
        effects = self.say(
            who,
            signal.Announce(tuple(tracks)),
            signal.Offered("offer"),
            signal.Mapped(tuple((track.id, Mid(track.kind)) for track in tracks)),
        )
        return effects + self.answer(f"{who}^", "in", kinds) + self.connect(f"{who}^")

    def offer_made(self, who: str) -> list[str]:
        """The core has written the offer that it was told to make."""
        count = len(self._offers[f"{who}v"])
        mids = tuple(Mid(f"m{index}") for index in range(count))
        return self._tell(self.rooms.receive(Offered(self.transports[f"{who}v"], "offer", mids)))

    def agree(self, who: str, *refused: int) -> list[str]:
        """A guest answers, and the core takes it."""
        effects = self.say(who, signal.Answered("answer"))
        media = tuple(
            Medium(Mid(f"m{index}"), one.kind, "none" if index in refused else "out", ("VP8",))
            for index, one in enumerate(self._offers[f"{who}v"])
        )
        report = Agreed(self.transports[f"{who}v"], media)
        return effects + self._tell(self.rooms.receive(report))

    def carried(self, who: str) -> dict[str, str]:
        """Which track each medium of a transport carries, as statistics tell it."""
        traffic = Traffic(self.transports[who], True, None, 0, 0, (), ())
        (told,) = self.rooms.measured(Counted(1, (traffic,), 0)).participants
        return {
            mid: f"{one.track}{' paused' if one.paused else ''}"
            for mid, one in told.carried.items()
        }

    def sent(self, who: str) -> dict[str, str]:
        """The same of what leaves."""
        traffic = Traffic(self.transports[who], True, None, 0, 0, (), ())
        (told,) = self.rooms.measured(Counted(1, (traffic,), 0)).participants
        return {str(mid): str(one.track) for mid, one in told.sent.items()}

    def _port(self, who: str, mid: str) -> Port:
        return Port(self.transports[who], Mid(mid))

    def _tell(self, effects: list[Effect]) -> list[str]:
        # What neighbours are told is no matter of one house.
        inside = (each for each in effects if not isinstance(each, SaidHere | SpokenHere))
        return [self._short(effect) for effect in inside]

    def _short(self, effect: Effect) -> str:
        if isinstance(effect, Tell):
            return f"{effect.guest} hears {_short_word(effect.message)}"
        if isinstance(effect, Command):
            return self._short_command(effect)
        assert not isinstance(effect, SaidHere | SpokenHere | trunk.Tell | TrunkRemarked)
        if isinstance(effect, Demand):
            wanted = "is wanted" if effect.wanted else "is not wanted"
            return f"{self._name_port(effect.producer)} {wanted}"
        name = type(effect).__name__
        participant = getattr(effect, "participant", None)
        return f"{name} {participant or effect.room}"

    def _short_command(self, command: Command) -> str:  # noqa: PLR0911 - one for each
        match command:
            case ProduceMedia(transport, media):
                kinds = " ".join(kind for _, kind in media)
                return f"produce {self._who(transport)} {kinds}"
            case Accept(transport, _, sources, _):
                shared = " ".join(map(self._name_port, sources))
                return f"accept {self._who(transport)} {shared}".rstrip()
            case Renegotiate(transport):
                return f"renegotiate {self._who(transport)}"
            case OfferMedia(transport, media, data, restart, dial):
                self._offers[self._who(transport)] = media
                more = [
                    name
                    for name, on in (("data", data), ("restart", restart), ("dial", dial))
                    if on
                ]
                labels = [one.label.track if one.label else "-" for one in media]
                more += ["both"] if any(one.takes for one in media) else []
                return " ".join(["offer", self._who(transport), *labels, *more])
            case AcceptAnswer(transport):
                return f"take answer {self._who(transport)}"
            case Attach() | Limit() | Select() | Detach():
                return self._short_show(command)
            case Close(transport):
                return f"close {self._who(transport)}"
            case Count() | SetCandidates():
                raise AssertionError(f"rooms do not say {command}")

    def _short_show(self, command: Attach | Limit | Select | Detach) -> str:
        match command:
            case Attach(consumer, source):
                return f"{self._name_port(consumer)} shows {self._name_port(source)}"
            case Limit(consumer, layer):
                return f"{self._name_port(consumer)} up to {'best' if layer is None else layer}"
            case Select(consumer, rids):
                return f"{self._name_port(consumer)} carries {' '.join(sorted(rids))}"
            case Detach(consumer):
                return f"{self._name_port(consumer)} shows nothing"

    def _name_port(self, port: Port) -> str:
        return f"{self._who(port.transport)}/{port.mid}"

    def _who(self, transport: TransportId) -> str:
        for who, one in self.transports.items():
            if one == transport:
                return who
        guest = self.rooms.guests.owner(transport)
        way = "^" if guest.uplink and guest.uplink.transport == transport else "v"
        self.transports[f"{guest.id}{way}"] = transport
        return f"{guest.id}{way}"


def announced(name: str, kind: Kind) -> signal.Announced:
    """A track of a guest."""
    return signal.Announced(TrackId(name), kind, name, name.partition("-")[0])


def _short_word(message: Told) -> str:  # noqa: PLR0911 - one for each
    """What a guest is told, without what a test can do without."""
    match message:
        case signal.Welcome():
            people = " ".join(person.id for person in message.people)
            return f"welcome{' back' if message.resumed else ''} {people}".rstrip()
        case signal.People(present, gone):
            words = [f"+{one.id}{' away' if one.away else ''}" for one in present]
            return " ".join([*words, *(f"-{one.id} {one.code}" for one in gone)])
        case signal.Tracks(tracks):
            return " ".join(["tracks", *(track.id for track in tracks)])
        case signal.Wanted(tracks):
            return " ".join(["accept", *(track.id for track in tracks)])
        case signal.Mapped(mapping):
            return " ".join(["mapping", *(f"{track}={mid}" for track, mid in mapping)])
        case signal.Failed() | signal.Goodbye():
            return f"{type(message).__name__.lower()} {message.code}"
        case signal.Forwarding(flows):
            return " ".join(
                ["flow", *(f"{flow.track} {flow.hindrance or flow.layer}" for flow in flows)]
            )
        case signal.TrackChanges(tracks):
            names = (f"{track.id}{' stalled' if track.stalled else ''}" for track in tracks)
            return " ".join(["changed", *names])
        case signal.Speakers(speakers):
            return " ".join(["speakers", *(f"{one.id} {one.level}" for one in speakers)])
        case _:
            return type(message).__name__.lower()
