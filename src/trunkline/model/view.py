"""What one may see of the relay: rooms, sessions, counters."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from trunkline.model.camera import CameraSummary
from trunkline.model.event import Role
from trunkline.model.id import (
    LinkId,
    Mid,
    ParticipantId,
    ParticipantName,
    RelayId,
    RoomName,
    SessionId,
    TrackId,
)
from trunkline.model.media import Kind, Layer, Offer, Source
from trunkline.model.report import Traffic


@dataclass(frozen=True, slots=True)
class Track:
    """One stream of one publisher."""

    id: TrackId
    kind: Kind
    codec: str | None
    """As in SDP ("opus", "VP8" …); None until the first packet."""
    participant: ParticipantId
    """Whose it is."""
    name: str
    """Its id at the publisher."""
    stream: str
    """Tracks of one stream belong together."""
    source: Source = "unspecified"
    muted: bool = False
    """Nothing is sent, on purpose."""
    stalled: bool = False
    """Nothing has come for a while, though it is not muted."""
    layers: tuple[Layer, ...] = ()
    """Simulcast encodings, lowest first; none where it is sent once."""


@dataclass(frozen=True, slots=True)
class Participant:
    """Somebody in a room who publishes or may."""

    id: ParticipantId
    name: ParticipantName
    connected: bool
    """What it sends can arrive; False while ICE and DTLS are on their way."""
    tracks: tuple[Track, ...]
    role: Role = "publisher"
    address: str = ""
    """ "address:port" that a guest talks from; empty where nobody talks."""
    remote: bool = False
    """It is at another relay."""
    camera: CameraSummary | None = None
    """How it is with it, if it is a camera that a relay fetches."""


@dataclass(frozen=True, slots=True)
class Room:
    """A room and who is in it."""

    name: RoomName
    participants: tuple[Participant, ...]
    """Who publishes, oldest first."""
    viewers: int
    listed: bool = True
    """Everybody may know of it."""


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
    bitrate: int | None = None
    """Bits per second that each picture sent may have at most, if there is a limit."""


@dataclass(frozen=True, slots=True)
class Carriage:
    """What a medium carries."""

    track: TrackId
    paused: bool = False
    """Whoever receives it wants nothing of it for now."""


@dataclass(frozen=True, slots=True)
class ParticipantStatistics:
    """Counters of one publisher or viewer."""

    room: RoomName
    id: ParticipantId
    role: Role
    name: ParticipantName | None
    """None for viewers."""
    traffic: Traffic
    carried: Mapping[Mid, Carriage] = field(default_factory=dict)
    """By medium; those that carry nothing are missing. Of one that flows both ways, what comes."""
    sent: Mapping[Mid, Carriage] = field(default_factory=dict)
    """The same; of a medium that flows both ways, what leaves."""


@dataclass(frozen=True, slots=True)
class TrunkStatistics:
    """Counters of one of the two connections of a trunk."""

    link: LinkId
    relay: RelayId
    name: str
    """The neighbour's."""
    traffic: Traffic
    carried: Mapping[Mid, Carriage]
    """By medium: which track comes, or leaves."""


@dataclass(frozen=True, slots=True)
class Statistics:
    """Counters of everything that runs now."""

    participants: tuple[ParticipantStatistics, ...]
    datagrams_dropped: int
    """Datagrams that belonged to nobody or were not valid."""
    batches_dropped: int = 0
    """Batches of packets that one worker could not hand to another."""
    datagrams_unsent: int = 0
    """Datagrams that were to leave, and of which too many waited for the network."""
    trunks: tuple[TrunkStatistics, ...] = ()
