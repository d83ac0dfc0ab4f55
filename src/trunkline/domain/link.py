"""One trunk while it is up: the two media connections with a neighbour, and what they carry."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import assert_never

from trunkline.domain.downlink import Downlink
from trunkline.domain.effect import Effect
from trunkline.domain.guest import Uplink
from trunkline.domain.throttle import Throttle
from trunkline.domain.track import Track
from trunkline.model import signal, trunk
from trunkline.model.command import Accept, Close, Renegotiate
from trunkline.model.event import TrunkRemarked
from trunkline.model.id import LinkId, Mid, TrackId, TransportId
from trunkline.model.media import Kind, Port
from trunkline.model.report import (
    Agreed,
    Answered,
    Closed,
    Connected,
    Forwarded,
    Layers,
    Offered,
    Refused,
    Resized,
    SessionReport,
    Stalled,
    Started,
    Traffic,
    Unplayable,
)
from trunkline.model.trunk import Encodings, Hello, Medial, Policy
from trunkline.model.view import Carriage


@dataclass(frozen=True, slots=True)
class Transports:
    """Where transports come from, and who is told that they are gone."""

    open: Callable[[], TransportId]
    close: Callable[[TransportId], None]


@dataclass(slots=True, kw_only=True)
class Link:
    """Each side offers the connection that it sends on; who dialled dials both."""

    id: LinkId
    hello: Hello
    policy: Policy
    dialled: bool
    transports: Transports
    uplink: Uplink | None = None
    """What the neighbour sends on."""
    downlink: Downlink | None = None
    """What it is sent on."""
    serving: dict[TrackId, Encodings] = field(default_factory=dict)
    """What it wants; tracks that it wants nothing of for now keep their media."""
    mapping: dict[TrackId, Mid] = field(default_factory=dict)
    """Which of its media are which tracks, as it says."""
    mapped: tuple[tuple[TrackId, Mid], ...] = ()
    """What it knows of ours."""
    coming: dict[Mid, tuple[str, ...]] = field(default_factory=dict)
    """The rids that come on its media, lowest first."""
    throttle: Throttle | None = None
    """Holds back what is too much, where there is a limit."""
    rtt: float | None = None
    silent: bool = False
    """Nothing is heard of the neighbour for longer than it should be."""
    refusal: str = ""
    """Why it cannot be sent anything, if so: another offer would be refused, too."""

    def hear(self, word: Medial) -> list[Effect]:
        """The neighbour says something of the media connections."""
        match word:
            case signal.Offered(sdp):
                if self.uplink:
                    return [Renegotiate(self.uplink.transport, sdp)]
                self.uplink = Uplink(self.transports.open())
                return [Accept(self.uplink.transport, sdp, dial=self.dialled)]
            case signal.Answered(sdp):
                return [*self.downlink.answered(sdp)] if self.downlink else []
            case signal.Mapped(mapping):
                self.mapping = dict(mapping)
                return []
            case signal.ConnectionClosed(sending):
                # What it sends on is what we receive on.
                return self._drop_uplink() if sending else self._drop_downlink()
            case signal.Failed(_, reason):
                return self._be_refused(reason)
            case _:
                assert_never(word)

    def receive(self, report: SessionReport) -> list[Effect]:
        """Take in what the core reports of either connection."""
        match report:
            case Answered(_, answer, media):
                return self._answered(answer, {m.mid: m.kind for m in media if m.direction == "in"})
            case Refused(transport, _, reason):
                return self._refused(transport, reason)
            case Offered(_, offer):
                return self._offered(report, offer)
            case Agreed():
                return [*self.downlink.agreed(report)[0]] if self.downlink else []
            case Closed(transport, _, reason):
                return self._closed(transport, reason)
            case Layers(producer, layers):
                self.coming[producer.mid] = tuple(layer.rid for layer in layers)
            case Connected() | Started() | Stalled() | Resized() | Forwarded() | Unplayable():
                pass
            case _:
                assert_never(report)
        return []

    def port(self, track: TrackId, kind: Kind) -> Port | None:
        """Where a track comes in, if it does."""
        mid = self.mapping.get(track)
        if self.uplink is None or mid is None or self.uplink.media.get(mid) != kind:
            return None
        return Port(self.uplink.transport, mid)

    def track_at(self, port: Port) -> TrackId | None:
        """Which track comes in there."""
        if self.uplink is None or self.uplink.transport != port.transport:
            return None
        return next((track for track, mid in self.mapping.items() if mid == port.mid), None)

    def carried(self, transport: TransportId) -> dict[Mid, Carriage]:
        """Which track each medium of one of the connections is."""
        if self.downlink and self.downlink.transport == transport:
            return self.downlink.carried()
        return {mid: Carriage(track) for track, mid in self.mapping.items()}

    def carry(self, tracks: Mapping[TrackId, Track]) -> list[Effect]:
        """Send what is wanted of these tracks, which are all that there are."""
        self.serving = {name: want for name, want in self.serving.items() if name in tracks}
        if self.refusal or not (self.downlink or any(self.serving.values())):
            return []
        if self.downlink is None:
            self.downlink = Downlink(self.transports.open(), dial=self.dialled)
        caps = self._caps()
        wanted = [
            (tracks[name], _below(tracks[name], caps[name], want) if name in caps else want)
            for name, want in self.serving.items()
        ]
        commands = self.downlink.carry(wanted)
        return [*commands, *([] if self.downlink.waiting else self._map(self.downlink))]

    def weigh(self, traffic: Traffic, now: float) -> list[Effect] | None:
        """Look at what was sent; None: nothing else is held back now."""
        if self.throttle is None or self.downlink is None:
            return None
        before = self.throttle.held
        if not self.throttle.look(self.downlink, traffic, now):
            return None
        more = len(self.throttle.held - before)
        return [TrunkRemarked(self._too_much(more, self.throttle.max_kbps))] if more else []

    @property
    def held_back(self) -> int:
        """Of how many pictures less crosses than is wanted, or nothing."""
        return len(self.throttle.caps) if self.throttle else 0

    def _too_much(self, pictures: int, max_kbps: int) -> str:
        return (
            f"{self.hello.name!r} gets nothing more of {pictures} of the pictures that are wanted "
            f"there: they take more than the {max_kbps} kbit/s of this trunk. Raise its max_kbps, "
            f"or have them sent in several sizes or at a lower bit rate."
        )

    def end(self) -> list[Effect]:
        """The trunk is down."""
        effects = [Close(transport) for transport in self._transports()]
        for transport in self._transports():
            self.transports.close(transport)
        self.uplink = self.downlink = None
        return [*effects]

    def _caps(self) -> Mapping[TrackId, int]:
        if self.throttle is None:
            return {}
        self.throttle.forget({name for name, want in self.serving.items() if want})
        return self.throttle.caps

    def _transports(self) -> Iterable[TransportId]:
        return [way.transport for way in (self.uplink, self.downlink) if way is not None]

    def _tell(self, word: Medial) -> trunk.Tell:
        return trunk.Tell(self.id, word)

    def _answered(self, answer: str, media: dict[Mid, Kind]) -> list[Effect]:
        if self.uplink is None:
            return []
        self.uplink.agreed, self.uplink.media = True, media
        return [self._tell(signal.Answered(answer))]

    def _offered(self, report: Offered, offer: str) -> list[Effect]:
        if self.downlink is None:
            return []
        self.downlink.offer_made(report)
        return [self._tell(signal.Offered(offer)), *self._map(self.downlink)]

    def _map(self, downlink: Downlink) -> list[Effect]:
        if downlink.mapping == self.mapped:
            return []
        self.mapped = downlink.mapping
        return [self._tell(signal.Mapped(self.mapped))]

    def _refused(self, transport: TransportId, reason: str) -> list[Effect]:
        if self.downlink and self.downlink.transport == transport:
            return [*self._be_refused(reason), *self._drop_downlink()]
        if self.uplink and not self.uplink.agreed:
            self.uplink = None
            self.transports.close(transport)
        return [self._tell(signal.Failed("offer-refused", reason))]

    def _be_refused(self, reason: str) -> list[Effect]:
        self.refusal = reason
        name = self.hello.name
        return [TrunkRemarked(f"{name!r} gets no media over the trunk: {reason}")]

    def _closed(self, transport: TransportId, reason: str) -> list[Effect]:
        self.transports.close(transport)
        sending = self.downlink is not None and self.downlink.transport == transport
        if sending:
            self.downlink, self.mapped = None, ()
        else:
            self._forget_uplink()
        return [self._tell(signal.ConnectionClosed(sending, reason))]

    def _drop_uplink(self) -> list[Effect]:
        if self.uplink is None:
            return []
        gone = self.uplink.transport
        self._forget_uplink()
        self.transports.close(gone)
        return [Close(gone)]

    def _forget_uplink(self) -> None:
        self.uplink, self.mapping, self.coming = None, {}, {}

    def _drop_downlink(self) -> list[Effect]:
        if self.downlink is None:
            return []
        gone = self.downlink.transport
        self.downlink, self.mapped = None, ()
        self.transports.close(gone)
        return [Close(gone)]


def _below(track: Track, cap: int, want: Encodings) -> Encodings:
    """What is wanted of the lowest encodings; in place of higher ones the best of these."""
    rids = [layer.rid for layer in track.layers[:cap]]
    within = want.intersection(rids)
    return within if within == want else within.union(rids[-1:])
