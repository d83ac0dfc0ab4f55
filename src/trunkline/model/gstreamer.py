"""What peers of GStreamer's simple signalling and their server say to each other."""

from dataclasses import dataclass
from typing import Literal, NamedTuple

CallWord = Literal["SESSION", "CALL"]
"""The first test client says CALL, all others SESSION; each is answered in kind."""


@dataclass(frozen=True, slots=True)
class Register:
    """The first word: a name among all peers."""

    uid: str
    own: bool = False
    """It is a part of this program."""


@dataclass(frozen=True, slots=True)
class Call:
    """Begin a session with a peer that is idle."""

    uid: str
    word: CallWord = "SESSION"


@dataclass(frozen=True, slots=True)
class Enter:
    """Enter a room, which is there as soon as somebody enters it."""

    room: str


@dataclass(frozen=True, slots=True)
class Message:
    """From one in a room to another; the server puts the sender in place of the addressee."""

    uid: str
    text: str


@dataclass(frozen=True, slots=True)
class ListPeers:
    """Ask who else is in the room."""


class Data(NamedTuple):
    """Whatever peers in a session say to each other."""

    payload: str | bytes


@dataclass(frozen=True, slots=True)
class Misplaced:
    """Nothing that can be done where the peer is; the text says why."""

    reason: str


@dataclass(frozen=True, slots=True)
class Registered:
    """The answer to `Register`."""


@dataclass(frozen=True, slots=True)
class Called:
    """The answer to `Call`."""

    word: CallWord = "SESSION"


@dataclass(frozen=True, slots=True)
class CalledBy:
    """A session has begun with whoever called; on the wire a callee is told nothing of it."""

    uid: str


@dataclass(frozen=True, slots=True)
class Entered:
    """The answer to `Enter`: who is there already."""

    uids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PeerJoined:
    """Somebody entered the room."""

    uid: str


@dataclass(frozen=True, slots=True)
class PeerLeft:
    """Somebody left the room."""

    uid: str


@dataclass(frozen=True, slots=True)
class PeerList:
    """The answer to `ListPeers`."""

    uids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Failed:
    """Something was not done; the conversation goes on."""

    reason: str


Request = Register | Call | Enter | Message | ListPeers | Data | Misplaced
"""What a peer says."""

Event = (
    Registered
    | Called
    | CalledBy
    | Data
    | Entered
    | PeerJoined
    | PeerLeft
    | PeerList
    | Message
    | Failed
)
"""What a peer is told."""
