"""What happened in the rooms, as the log and a program's listeners are told."""

from dataclasses import dataclass
from typing import Literal

from trunkline.model.id import ParticipantId, ParticipantName, RoomName, TrackId
from trunkline.model.media import Kind, Protocol

Role = Literal["publisher", "viewer", "client", "relay"]
"""Came by WHIP; came by WHEP; a guest, which talks with the relay; an original Umbrella relay that
we dialled, as which it is a guest, too."""

LeaveCode = Literal[
    "left",
    "peer",
    "silent",
    "never-connected",
    "failed",
    "panic",
    "unplayable",
    "stopped",
    "lost",
    "protocol",
]
"""Why a participant is gone: it said so; its end closed; nothing came from it any more; it never
got through; its transport failed; a bug of ours; it cannot show the codec; the relay stops; its
conversation broke off and was not resumed; it broke the protocol."""


@dataclass(frozen=True, slots=True)
class RoomOpened:
    """The first participant entered a room."""

    room: RoomName


@dataclass(frozen=True, slots=True)
class RoomClosed:
    """The last participant left a room."""

    room: RoomName


@dataclass(frozen=True, slots=True)
class ParticipantJoined:
    """Somebody entered a room; media may need another moment."""

    room: RoomName
    participant: ParticipantId
    role: Role
    name: ParticipantName | None
    """None for viewers."""


@dataclass(frozen=True, slots=True)
class ParticipantConnected:
    """The participant's media connection is up."""

    room: RoomName
    participant: ParticipantId
    role: Role
    name: ParticipantName | None
    remote: str
    """ "address:port"."""
    protocol: Protocol = "udp"


@dataclass(frozen=True, slots=True)
class ParticipantLeft:
    """Somebody left a room."""

    room: RoomName
    participant: ParticipantId
    role: Role
    name: ParticipantName | None
    code: LeaveCode
    reason: str
    """A sentence for a person."""


@dataclass(frozen=True, slots=True)
class TrackPublished:
    """A publisher announced a track."""

    room: RoomName
    participant: ParticipantId
    track: TrackId
    kind: Kind


@dataclass(frozen=True, slots=True)
class TrackStarted:
    """The first packet of a track came, or its codec changed."""

    room: RoomName
    participant: ParticipantId
    track: TrackId
    kind: Kind
    codec: str


@dataclass(frozen=True, slots=True)
class TrackEnded:
    """A track is gone, since its publisher left."""

    room: RoomName
    participant: ParticipantId
    track: TrackId
    kind: Kind


@dataclass(frozen=True, slots=True)
class TrunkRemarked:
    """A neighbour did something that its or our operator should know of."""

    sentence: str


@dataclass(frozen=True, slots=True)
class EventsLost:
    """The listener was slower than the events; the oldest were dropped."""

    count: int


RoomEvent = (
    RoomOpened
    | RoomClosed
    | ParticipantJoined
    | ParticipantConnected
    | ParticipantLeft
    | TrackPublished
    | TrackStarted
    | TrackEnded
    | TrunkRemarked
)
Event = RoomEvent | EventsLost
