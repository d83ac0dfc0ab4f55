"""What a guest and the relay say to each other in a room, whatever it looks like on the wire.

A guest is a participant with a conversation: a browser, a program, another relay.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from trunkline.model.ice_server import IceServer
from trunkline.model.id import (
    Mid,
    ParticipantId,
    ParticipantName,
    RoomName,
    TrackId,
)
from trunkline.model.media import Kind, Source, Wish
from trunkline.model.view import Track

GuestRole = Literal["client", "publisher", "relay"]
GUEST_ROLES: Mapping[str, GuestRole] = {
    "client": "client",
    "publisher": "publisher",
    "relay": "relay",
}
Hindrance = Literal["", "paused", "codec"]
HINDRANCES: Mapping[str, Hindrance] = {"paused": "paused", "codec": "codec"}


@dataclass(frozen=True, slots=True)
class Hello:
    """The first word: where it wants to be, and as whom."""

    room: RoomName
    name: ParticipantName | None = None
    """None: the relay chooses one that is free."""
    passphrase: str = field(default="", repr=False)
    resumption: str = field(default="", repr=False)
    """Of a conversation that broke off; "" begins a new one."""
    accept_all: bool = False
    """Take every track until the first `Accept`."""
    agent: str = ""
    """Program and version, for the log."""


@dataclass(frozen=True, slots=True)
class Announced:
    """A track that somebody is about to send."""

    id: TrackId
    kind: Kind
    name: str
    """Its id at the publisher."""
    stream: str
    source: Source = "unspecified"
    muted: bool = False


@dataclass(frozen=True, slots=True)
class Announce:
    """All tracks that the guest has."""

    tracks: tuple[Announced, ...]


@dataclass(frozen=True, slots=True)
class Accept:
    """All tracks that the guest wants, and how much of each."""

    wishes: tuple[tuple[TrackId, Wish], ...]


@dataclass(frozen=True, slots=True)
class Offered:
    """An offer of SDP about the connection that its sender sends on."""

    sdp: str


@dataclass(frozen=True, slots=True)
class Answered:
    """The answer to an offer of the other end."""

    sdp: str
    bitrate: int | None = None
    """Bits per second that each picture may have at most, if there is a limit."""


@dataclass(frozen=True, slots=True)
class Mapped:
    """Which medium carries which track, on the connection that its sender sends on."""

    mapping: tuple[tuple[TrackId, Mid], ...]


@dataclass(frozen=True, slots=True)
class Status:
    """What a guest says of itself; what is None or not named stays."""

    hand_raised: bool | None = None
    mutes: tuple[tuple[TrackId, bool], ...] = ()


@dataclass(frozen=True, slots=True)
class Lock:
    """Let nobody in any more, or let people in again."""

    locked: bool


@dataclass(frozen=True, slots=True)
class RestartMedia:
    """Asks for an offer with new ICE credentials."""


@dataclass(frozen=True, slots=True)
class Say:
    """A line for the room."""

    text: str


@dataclass(frozen=True, slots=True)
class Ping:
    """Asks for a `Pong` with the same number."""

    id: int


@dataclass(frozen=True, slots=True)
class Pong:
    """The answer to a `Ping`."""

    id: int


@dataclass(frozen=True, slots=True)
class Goodbye:
    """The last word."""

    code: str
    reason: str
    retry: bool = False
    """Whether a new conversation may do better."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody in the room who publishes or may."""

    id: ParticipantId
    name: ParticipantName
    role: GuestRole
    hand_raised: bool = False
    away: bool = False
    """Its conversation broke off, and it may come back."""


@dataclass(frozen=True, slots=True)
class Line:
    """What somebody said."""

    speaker: ParticipantId
    name: ParticipantName
    text: str
    time: int
    """Milliseconds since 1970."""


@dataclass(frozen=True, slots=True)
class Welcome:
    """The answer to `Hello`."""

    you: Person
    room: RoomName
    resumption: str = field(repr=False)
    resumption_time: int
    """Seconds for which a conversation that breaks off can be resumed."""
    resumed: bool
    people: tuple[Person, ...]
    """The others."""
    lines: tuple[Line, ...]
    """Those said last, oldest first."""
    locked: bool
    ice_servers: tuple[IceServer, ...] = ()


@dataclass(frozen=True, slots=True)
class Departure:
    """Who left, and why."""

    id: ParticipantId
    code: str
    reason: str


@dataclass(frozen=True, slots=True)
class People:
    """Who came or changed, and who left."""

    present: tuple[Person, ...] = ()
    gone: tuple[Departure, ...] = ()


@dataclass(frozen=True, slots=True)
class Tracks:
    """All tracks that the relay has for the guest."""

    tracks: tuple[Track, ...]


@dataclass(frozen=True, slots=True)
class TrackChanges:
    """Tracks that it knows and that changed."""

    tracks: tuple[Track, ...]


@dataclass(frozen=True, slots=True)
class Wanted:
    """The tracks that the relay takes of those the guest announced."""

    tracks: tuple[Announced, ...]


@dataclass(frozen=True, slots=True)
class Speaker:
    """Somebody who speaks."""

    id: ParticipantId
    level: int
    """dB below the loudest there is, 0 to 127 (RFC 6464)."""


@dataclass(frozen=True, slots=True)
class Speakers:
    """Who speaks now, loudest first."""

    speakers: tuple[Speaker, ...]


@dataclass(frozen=True, slots=True)
class Flow:
    """How much of a track the guest is sent."""

    track: TrackId
    layer: int | None = None
    hindrance: Hindrance = ""
    """Why nothing comes, if so."""


@dataclass(frozen=True, slots=True)
class Forwarding:
    """Changes of what the guest is sent."""

    flows: tuple[Flow, ...]


@dataclass(frozen=True, slots=True)
class RoomChanged:
    """The room was locked or unlocked."""

    locked: bool


@dataclass(frozen=True, slots=True)
class ConnectionClosed:
    """A media connection is gone; the next offer begins a new one."""

    sending: bool
    """The one on which the relay sends."""
    reason: str


@dataclass(frozen=True, slots=True)
class Failed:
    """Something was not done; the conversation goes on."""

    code: str
    reason: str
    track: TrackId | None = None


Heard = (
    Announce
    | Accept
    | Offered
    | Answered
    | Mapped
    | Status
    | Lock
    | RestartMedia
    | Say
    | Ping
    | Pong
    | Goodbye
)
"""What a guest says after its `Hello`."""

Told = (
    Welcome
    | People
    | Tracks
    | TrackChanges
    | Wanted
    | Offered
    | Answered
    | Mapped
    | Line
    | Speakers
    | Forwarding
    | RoomChanged
    | ConnectionClosed
    | Failed
    | Ping
    | Pong
    | Goodbye
)
"""What the relay says."""


@dataclass(frozen=True, slots=True)
class Tell:
    """Say this to a guest."""

    guest: ParticipantId
    message: Told
