"""The record of one guest; `Floor` alone changes it."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from trunkline.domain.allowance import Allowance, Rate
from trunkline.domain.downlink import Downlink
from trunkline.domain.patience import Patience
from trunkline.domain.throttle import Throttle
from trunkline.domain.track import Track
from trunkline.model import signal, view
from trunkline.model.id import Mid, ParticipantId, ParticipantName, TrackId, TransportId
from trunkline.model.media import Kind, Port, Wish
from trunkline.model.report import Traffic
from trunkline.model.trunk import Policy

CHAT_RATE = Rate(burst=10, per_second=0.5)


@dataclass(slots=True)
class Uplink:
    """The transport on which a guest sends; it makes the offers there."""

    transport: TransportId
    media: dict[Mid, Kind] = field(default_factory=dict)
    """What it sends, once that is agreed on."""
    agreed: bool = False
    """It exists in the core."""
    connected: bool = False


@dataclass(slots=True, kw_only=True)
class Guest:
    """A participant that talks with the relay.

    Invariant: a track has a port exactly while the guest sends a medium that it said is this track.
    """

    id: ParticipantId
    name: ParticipantName
    resumption: str = field(repr=False)
    address: str = ""
    """ "address:port" that it talks from."""
    like_umbrella: bool = False
    """It speaks as an original Umbrella client does: it gets everything."""
    policy: Policy | None = None
    """What may cross, where it is an original Umbrella relay that we dialled; None: it came."""
    throttle: Throttle | None = None
    """Holds back what is too much for it, where there is a limit."""
    patience: Patience = field(default_factory=Patience)
    """What waits for it, where there are other original relays."""
    accepts_all: bool = False
    hand_raised: bool = False
    away_since: float | None = None
    """When its conversation broke off."""
    reached: bool = False
    """One of its transports was up at some time."""
    announced: tuple[signal.Announced, ...] = ()
    """All that it said it has; `tracks` are those of them that are let in."""
    ended: frozenset[TrackId] = frozenset()
    """Those of them that an original client has stopped to send: it does not announce that."""
    unsent: tuple[frozenset[TrackId], float] = (frozenset(), 0.0)
    """Those of them that it has never begun to send, and since when it is just these."""
    tracks: dict[TrackId, Track] = field(default_factory=dict)
    mapping: dict[TrackId, Mid] = field(default_factory=dict)
    wishes: dict[TrackId, Wish] = field(default_factory=dict)
    uplink: Uplink | None = None
    downlink: Downlink | None = None
    told: tuple[view.Track, ...] | None = ()
    """The tracks that it knows of; None: that is not known, and it is told all."""
    speakers: tuple[signal.Speaker, ...] = ()
    """Who speaks, as it knows."""
    mapped: tuple[tuple[TrackId, Mid], ...] = ()
    """What it knows of our media."""
    chat: Allowance = field(default_factory=lambda: Allowance(CHAT_RATE, 1))

    @property
    def role(self) -> signal.GuestRole:
        """What events call it."""
        return "relay" if self.dialled else "client"

    @property
    def dialled(self) -> bool:
        """We went to it: it is a relay, and we look for the way that media take."""
        return self.policy is not None

    @property
    def connected(self) -> bool:
        """Whether what it sends can arrive."""
        return self.uplink is not None and self.uplink.connected

    @property
    def reachable(self) -> bool:
        """Whether any of its transports is up."""
        links = (self.uplink, self.downlink)
        return any(link is not None and link.connected for link in links)

    @property
    def silent(self) -> bool:
        """Whether it has something to send, and none of it comes."""
        stalled = [track.stalled for track in self.live() if not track.muted]
        return bool(stalled) and all(stalled)

    @property
    def offered(self) -> tuple[signal.Announced, ...]:
        """All that it has, as far as is known."""
        return tuple(one for one in self.announced if one.id not in self.ended)

    def connect(self, transport: TransportId) -> bool:
        """One of its transports is up; whether it is the first ever."""
        first = not self.reached
        self.reached = True
        for link in (self.uplink, self.downlink):
            if link is not None and link.transport == transport:
                link.connected = True
        return first

    def live(self) -> Iterator[Track]:
        """Its tracks that can be shown."""
        return (track for track in self.tracks.values() if track.port)

    def track(self, kind: Kind) -> Track | None:
        """Its first track of a kind."""
        return next((track for track in self.live() if track.kind == kind), None)

    def sources(self) -> tuple[Port, ...]:
        """All its producers."""
        return tuple(track.port for track in self.live() if track.port)

    def describe(self) -> view.Participant:
        """As others may see it."""
        tracks = tuple(track.describe() for track in self.live())
        return view.Participant(self.id, self.name, self.connected, tracks, self.role, self.address)

    def carried(self, transport: TransportId) -> dict[Mid, view.Carriage]:
        """Which track each medium of one of its transports is."""
        if self.downlink and self.downlink.transport == transport:
            return self.downlink.carried()
        ports = [(track.port, track.id) for track in self.live()]
        return {port.mid: view.Carriage(track) for port, track in ports if port}

    def person(self) -> signal.Person:
        """As the other guests are told of it."""
        away = self.away_since is not None
        return signal.Person(self.id, self.name, self.role, self.hand_raised, away)

    def wish_for(self, track: Track) -> Wish | None:
        """How much it wants of a track; None: nothing."""
        wish = Wish() if self.accepts_all else self.wishes.get(track.id)
        if wish is None or self.policy is None:
            return wish
        return self._within(self.policy.max_layer, track, wish)

    def weigh(self, traffic: Traffic, now: float) -> bool:
        """Look at what it was sent; whether something else is held back now."""
        downlink = self.downlink
        if self.throttle is None or downlink is None or downlink.transport != traffic.transport:
            return False
        self.throttle.forget({each.track for each in downlink.carried().values()})
        return self.throttle.look(downlink, traffic, now)

    def _within(self, limit: int | None, track: Track, wish: Wish) -> Wish:
        """As much of a wish as may cross."""
        if self.throttle and track.id in self.throttle.held:
            return Wish(paused=True)
        limits = [each for each in (limit, wish.max_layer) if each is not None]
        return replace(wish, max_layer=min(limits, default=None))
