"""The records of who is in a room; `Room` and `Callers` alone change them."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from trunkline.domain.event_stream import EventStream
from trunkline.domain.track import Track
from trunkline.model import view
from trunkline.model.camera import CameraSummary
from trunkline.model.event import Role
from trunkline.model.id import Mid, ParticipantId, ParticipantName, StreamId, TransportId
from trunkline.model.media import Kind, Port
from trunkline.model.signal import Person


@dataclass(slots=True, kw_only=True)
class Sender:
    """Who sends. It can be followed once the core has answered its offer."""

    id: ParticipantId
    transport: TransportId
    name: ParticipantName
    answered: bool = False
    connected: bool = False
    tracks: dict[Mid, Track] = field(default_factory=dict)
    withdrawn: dict[Mid, Track] = field(default_factory=dict)
    """Those that it could send and does not have now."""
    on_demand: bool = False
    """It is told which of its producers are wanted (`Demand`)."""
    camera: CameraSummary | None = None
    """How it is with it, if it is a camera."""

    @property
    def role(self) -> Role:
        """What events call it."""
        return "publisher"

    def live(self) -> Iterable[Track]:
        """Its tracks that can be shown."""
        return self.tracks.values()

    def track(self, kind: Kind) -> Track | None:
        """Its first track of a kind."""
        return next((track for track in self.tracks.values() if track.kind == kind), None)

    def sources(self) -> tuple[Port, ...]:
        """A producer of each track: the one that most can play."""
        return tuple(track.producers()[-1] for track in self.tracks.values())

    def describe(self) -> view.Participant:
        """As others may see it."""
        tracks = tuple(track.describe() for track in self.tracks.values())
        return view.Participant(self.id, self.name, self.connected, tracks, camera=self.camera)

    def carried(self) -> dict[Mid, view.Carriage]:
        """Which track each medium is."""
        every = self.tracks.values()
        return {port.mid: view.Carriage(one.id) for one in every for port in one.producers()}

    def person(self) -> Person:
        """As guests are told of it."""
        return Person(self.id, self.name, "publisher")


@dataclass(slots=True, kw_only=True)
class Publisher(Sender):
    """Who sends in a session of its own."""

    session: view.Session


@dataclass(slots=True)
class Consumer:
    """What a viewer receives, and the producer that is attached to it now."""

    kind: Kind
    shown: Port | None = None
    unplayable: str | None = None
    """A codec that it cannot play."""
    codecs: tuple[str, ...] = ()
    """Names of those that it takes."""


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


@dataclass(slots=True, kw_only=True)
class Caller(Sender):
    """Who sends and receives by one transport, and is shown one participant at a time.

    It came as a peer of another program's signalling. Where it sends nothing it counts as a viewer.
    """

    follows: ParticipantName | None
    """None: whoever speaks."""
    steady: bool
    """It cannot bear another size of picture, so it is shown one participant from one encoding."""
    consumers: dict[Mid, Consumer] = field(default_factory=dict)
    watched: ParticipantId | None = None
    layer: int | None = None
    """The encoding that it is sent."""
    size: tuple[int, int] | None = None
    """Of the first picture that it was shown, as far as that is known."""
    stranded: bool = False
    """It is steady, and what it was shown is gone: its call has to end."""

    @property
    def role(self) -> Role:
        """What events call it."""
        return "publisher" if self.tracks else "viewer"


Member = Publisher | Viewer | Caller
