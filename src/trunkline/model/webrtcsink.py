"""What peers of webrtcsink's signalling and their server say to each other."""

from dataclasses import dataclass
from typing import Literal, NamedTuple

Role = Literal["producer", "listener", "consumer"]
ROLES: tuple[Role, ...] = ("producer", "listener", "consumer")
Version = Literal["v1_0", "v1_1"]

NO_META = "null"


@dataclass(frozen=True, slots=True)
class SetVersion:
    """The version that a peer speaks; its first message, if any."""

    version: Version


@dataclass(frozen=True, slots=True)
class SetStatus:
    """What a peer is, and what it tells of itself."""

    roles: tuple[Role, ...]
    meta: str = NO_META
    """JSON of any kind."""
    peer_id: str | None = None


@dataclass(frozen=True, slots=True)
class StartSession:
    """Begin a session with a producer, or as a producer with a consumer."""

    peer_id: str
    offer: str | None = None
    """SDP, where the consumer offers."""


@dataclass(frozen=True, slots=True)
class EndSession:
    """A session is over: said by either end, and to the other."""

    session_id: str
    error: str | None = None


class PeerMessage(NamedTuple):
    """SDP or a candidate for the other end of a session, passed on as it is."""

    session_id: str
    text: str
    """The whole message, a JSON object."""
    is_offer: bool = False


@dataclass(frozen=True, slots=True)
class ListProducers:
    """Ask which producers there are."""


@dataclass(frozen=True, slots=True)
class ListConsumers:
    """Ask which passive consumers there are."""


@dataclass(frozen=True, slots=True)
class Misplaced:
    """Something that cannot be said now, or so; the text says why."""

    details: str


@dataclass(frozen=True, slots=True)
class Welcome:
    """The first word of the server: the peer's id."""

    peer_id: str


@dataclass(frozen=True, slots=True)
class StatusChanged:
    """For listeners: what a peer is now; without a role it is nothing any more, or gone."""

    roles: tuple[Role, ...]
    meta: str
    peer_id: str


@dataclass(frozen=True, slots=True)
class SessionStarted:
    """For the consumer: its session with a producer has an id."""

    peer_id: str
    session_id: str


@dataclass(frozen=True, slots=True)
class SessionRequested:
    """For the producer: a consumer waits for its offer, or has made one."""

    peer_id: str
    session_id: str
    offer: str | None = None


@dataclass(frozen=True, slots=True)
class Listed:
    """A peer in a list."""

    peer_id: str
    meta: str = NO_META


@dataclass(frozen=True, slots=True)
class Producers:
    """The answer to `ListProducers`."""

    peers: tuple[Listed, ...]


@dataclass(frozen=True, slots=True)
class Consumers:
    """The answer to `ListConsumers`."""

    peers: tuple[Listed, ...]


@dataclass(frozen=True, slots=True)
class Failed:
    """Something was not done; the conversation goes on."""

    details: str


Request = (
    SetVersion
    | SetStatus
    | StartSession
    | EndSession
    | PeerMessage
    | ListProducers
    | ListConsumers
    | Misplaced
)
"""What a peer says."""

Event = (
    Welcome
    | StatusChanged
    | SessionStarted
    | SessionRequested
    | EndSession
    | PeerMessage
    | Producers
    | Consumers
    | Failed
)
"""What a peer is told."""
