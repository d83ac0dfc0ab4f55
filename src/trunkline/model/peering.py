"""Peers that a signalling server connects with each other, whatever dialect they speak.

Each dialect has words of its own (`model.gstreamer`, `model.webrtcsink`, `model.flitter`): what its
peers request, and what they are told of.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, NamedTuple, NewType, Protocol, TypeVar

PeerKey = NewType("PeerKey", int)
"""Names a peer's connection; never used twice in one exchange."""

Request = TypeVar("Request")
Event = TypeVar("Event")
Request_contra = TypeVar("Request_contra", contravariant=True)
Event_co = TypeVar("Event_co", covariant=True)
Event_contra = TypeVar("Event_contra", contravariant=True)

NAME_LIMIT = 256
"""Characters of a name that a peer gives itself or a room."""

NORMAL = 1000
"""Close code: everything is said (RFC 6455 section 7.4.1)."""
BROKEN = 1002
"""Close code: the peer broke the rules."""
FULL = 1013
"""Close code: try again later (registered with IANA)."""


class Tell(NamedTuple, Generic[Event_co]):
    """Say this to a peer.

    A tuple: one is made for each message, and it takes half the time of a dataclass.
    """

    peer: PeerKey
    event: Event_co


@dataclass(frozen=True, slots=True)
class HangUp:
    """A peer's conversation is over; it is told what was said to it before."""

    peer: PeerKey
    code: int
    reason: str


@dataclass(frozen=True, slots=True)
class Note:
    """Something that a person did, for the log."""

    sentence: str


Effect = Tell[Event_co] | HangUp | Note


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """How many there may be in one dialect."""

    peers: int = 5_000
    rooms: int = 1_000
    members: int = 500
    """Of one room."""
    sessions: int = 500
    """Of one peer, where it may have several."""
    reserved: str | None = None
    """What names of peers of this program begin with: others cannot have such."""


class Peers(Protocol[Request_contra, Event_co]):
    """The state of a dialect: who is there, in which sessions and rooms."""

    def connect(self, peer: PeerKey) -> Sequence[Effect[Event_co]]:
        """Somebody is on the line."""

    def receive(self, peer: PeerKey, request: Request_contra) -> Sequence[Effect[Event_co]]:
        """A peer asks for something; of one that was hung up on nothing is heard."""

    def disconnect(self, peer: PeerKey) -> Sequence[Effect[Event_co]]:
        """A peer is gone, or was hung up on before."""


class Outbox(Protocol[Event_contra]):
    """The way to one peer: a socket, or a part of this program. It never blocks."""

    def put(self, event: Event_contra) -> None:
        """Say this after all that was said before."""

    def end(self, code: int, reason: str) -> None:
        """Hang up when all has been said."""
