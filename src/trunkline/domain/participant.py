"""The records of who is in a room; `Room` alone changes them."""

from dataclasses import dataclass, field

from trunkline.domain.event_stream import EventStream
from trunkline.model import view
from trunkline.model.event import Role
from trunkline.model.id import Mid, ParticipantId, ParticipantName, StreamId, TrackId, TransportId
from trunkline.model.media import Kind, Port


@dataclass(slots=True)
class Producer:
    """A track as its publisher sends it."""

    track: TrackId
    kind: Kind
    codec: str | None = None


@dataclass(slots=True, kw_only=True)
class Publisher:
    """Who sends. It can be followed once the core has answered its offer."""

    id: ParticipantId
    transport: TransportId
    session: view.Session
    name: ParticipantName
    answered: bool = False
    connected: bool = False
    producers: dict[Mid, Producer] = field(default_factory=dict)

    @property
    def role(self) -> Role:
        """What events call it."""
        return "publisher"

    def source(self, kind: Kind) -> Port | None:
        """Its first producer of a kind."""
        for mid, producer in self.producers.items():
            if producer.kind == kind:
                return Port(self.transport, mid)
        return None

    def sources(self) -> tuple[Port, ...]:
        """All its producers."""
        return tuple(Port(self.transport, mid) for mid in self.producers)

    def describe(self) -> view.Participant:
        """As others may see it."""
        tracks = tuple(
            view.Track(producer.track, producer.kind, producer.codec)
            for producer in self.producers.values()
        )
        return view.Participant(self.id, self.name, self.connected, tracks)


@dataclass(slots=True)
class Consumer:
    """What a viewer receives, and the producer that is attached to it now."""

    kind: Kind
    shown: Port | None = None


@dataclass(slots=True, kw_only=True)
class Viewer:
    """Who receives. It has consumers once the core has answered its offer."""

    id: ParticipantId
    transport: TransportId
    session: view.Session
    follows: ParticipantName | None
    """None: whoever published last."""
    answered: bool = False
    consumers: dict[Mid, Consumer] = field(default_factory=dict)
    streams: dict[StreamId, EventStream] = field(default_factory=dict)
    """Who reads what happens; at most `event_stream.STREAMS`."""

    @property
    def name(self) -> None:
        """Viewers have no name."""
        return

    @property
    def role(self) -> Role:
        """What events call it."""
        return "viewer"


Member = Publisher | Viewer
