"""What may be asked of the relay."""

from dataclasses import dataclass, field

from trunkline.model.id import ParticipantName, RoomName, SessionId, StreamId
from trunkline.model.media import Kind, Offer
from trunkline.model.notice import NoticeKind


@dataclass(frozen=True, slots=True)
class Publish:
    """Enter a room with tracks."""

    room: RoomName
    name: ParticipantName | None
    """None: the relay chooses one that is free."""
    offer: Offer
    passphrase: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Produce:
    """Enter a room with tracks of the program that the relay runs in."""

    room: RoomName
    name: ParticipantName | None
    """None: the relay chooses one that is free."""
    kinds: tuple[Kind, ...]
    """One track each."""
    fallbacks: bool = False
    """Each track has a second producer, for who cannot play what the first sends."""


@dataclass(frozen=True, slots=True)
class Watch:
    """Receive the tracks of a publisher."""

    room: RoomName
    publisher: ParticipantName | None
    """None: whoever published last, also later on."""
    offer: Offer
    passphrase: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """Enter a room with one transport to send and to receive, as a peer of another signalling."""

    room: RoomName
    name: ParticipantName | None
    """One like it where it is taken; None: the relay chooses one."""
    follows: ParticipantName | None = None
    """Whom it is shown; None: whoever speaks."""
    steady: bool = False
    """It cannot bear another size of picture: it is shown one participant, and its call ends when
    that one is gone."""
    offer: str | None = None
    """SDP; None: the relay offers."""
    publishes: bool = True
    """Where the relay offers: whether the caller may send, too."""


@dataclass(frozen=True, slots=True)
class Leave:
    """End a session."""

    session: SessionId


@dataclass(frozen=True, slots=True)
class Find:
    """Look a session up."""

    session: SessionId


@dataclass(frozen=True, slots=True)
class Restart:
    """Begin a new ICE session inside a session; refused, it leaves the running one as it is."""

    session: SessionId
    offer: Offer
    """The client's last offer with its new ICE credentials and candidates."""


@dataclass(frozen=True, slots=True)
class OpenStream:
    """Tell a viewer what happens to what it watches."""

    session: SessionId
    kinds: frozenset[NoticeKind]
    """What it wants to be told."""


@dataclass(frozen=True, slots=True)
class FindStream:
    """Look an event stream up."""

    session: SessionId
    stream: StreamId


@dataclass(frozen=True, slots=True)
class CloseStream:
    """End an event stream; what waits in it is dropped."""

    session: SessionId
    stream: StreamId


@dataclass(frozen=True, slots=True)
class Measure:
    """Read all counters."""


Enter = Publish | Watch
Request = Enter | Leave | Find | Restart | OpenStream | FindStream | CloseStream | Measure
