"""What peers of Flitter's signalling and their server say to each other."""

from dataclasses import dataclass
from typing import NamedTuple


@dataclass(frozen=True, slots=True)
class Join:
    """The first word: a room, and a name in it."""

    id: str
    room: str
    own: bool = False
    """It is a part of this program."""


class Forward(NamedTuple):
    """Something for another member of the room: call, answer, finished, or anything else."""

    to: str
    text: str
    """The whole message, a JSON object without `from`."""


@dataclass(frozen=True, slots=True)
class Members:
    """Everybody in the room, in the order of coming; told whenever that changes."""

    ids: tuple[str, ...]


class Forwarded(NamedTuple):
    """Something that another member says."""

    sender: str
    text: str
    """As in `Forward`."""


@dataclass(frozen=True, slots=True)
class Failed:
    """Not let in; the server hangs up."""

    error: str


Request = Join | Forward
"""What a peer says."""

Event = Members | Forwarded | Failed
"""What a peer is told."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A broadcast call: who knows its name and secret may answer."""

    sdp: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What such a call is answered with."""

    sdp: str


Datagram = Offer | Answer
"""What `!broadcast` says to the local network."""
