"""What one may see of the relay: rooms, sessions, counters."""

from dataclasses import dataclass

from trunkline.model.event import Role
from trunkline.model.id import ParticipantId, ParticipantName, RoomName, SessionId, TrackId
from trunkline.model.media import Kind, Offer
from trunkline.model.report import Traffic


@dataclass(frozen=True, slots=True)
class Track:
    """One stream of one publisher."""

    id: TrackId
    kind: Kind
    codec: str | None
    """As in SDP ("opus", "VP8" …); None until the first packet."""


@dataclass(frozen=True, slots=True)
class Participant:
    """A publisher in a room."""

    id: ParticipantId
    name: ParticipantName
    connected: bool
    """False while ICE and DTLS are on their way."""
    tracks: tuple[Track, ...]


@dataclass(frozen=True, slots=True)
class Room:
    """A room and who is in it."""

    name: RoomName
    participants: tuple[Participant, ...]
    """Who publishes, oldest first."""
    viewers: int


@dataclass(frozen=True, slots=True)
class Session:
    """A WHIP or WHEP session as its URL sees it."""

    id: SessionId
    tag: str
    """Names the current ICE session; the text of its entity tag, without quotes."""
    offer: Offer
    """The one answered last; an ICE restart begins with it."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A session was opened."""

    session: Session
    answer: str
    """SDP, as the core wrote it."""


@dataclass(frozen=True, slots=True)
class ParticipantStatistics:
    """Counters of one publisher or viewer."""

    room: RoomName
    id: ParticipantId
    role: Role
    name: ParticipantName | None
    """None for viewers."""
    traffic: Traffic


@dataclass(frozen=True, slots=True)
class Statistics:
    """Counters of everything that runs now."""

    participants: tuple[ParticipantStatistics, ...]
    datagrams_dropped: int
    """Datagrams that belonged to nobody or were not valid."""
    datagrams_unsent: int = 0
    """Datagrams that were to leave, and of which too many waited for the network."""
