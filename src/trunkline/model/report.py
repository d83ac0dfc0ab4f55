"""What the core reports."""

from dataclasses import dataclass
from typing import Literal

from trunkline.model.id import Mid, TransportId
from trunkline.model.media import Kind, Layer, Medium, Port, Protocol


@dataclass(frozen=True, slots=True)
class Answered:
    """An offer was taken."""

    transport: TransportId
    answer: str
    media: tuple[Medium, ...]


@dataclass(frozen=True, slots=True)
class Offered:
    """Media were offered; the remote's answer is awaited."""

    transport: TransportId
    offer: str
    media: tuple[Mid, ...]
    """In the order of the command."""


@dataclass(frozen=True, slots=True)
class Agreed:
    """The answer to an offer was taken."""

    transport: TransportId
    media: tuple[Medium, ...]
    """All media in the order of the command; those turned down have the direction "none"."""


@dataclass(frozen=True, slots=True)
class Refused:
    """An offer or answer was not taken, or an offer cannot be made.

    A new transport does not exist, a live one goes on as it was.
    """

    transport: TransportId
    code: Literal["malformed", "unsupported", "codec", "limit"]
    reason: str


@dataclass(frozen=True, slots=True)
class Connected:
    """ICE and DTLS are up."""

    transport: TransportId
    remote: str
    """ "address:port"."""
    protocol: Protocol = "udp"


@dataclass(frozen=True, slots=True)
class Started:
    """A producer sent its first packet, or changed its codec."""

    producer: Port
    codec: str


@dataclass(frozen=True, slots=True)
class Stalled:
    """Nothing has come from a producer that had begun for 1.5 s; or packets come again."""

    producer: Port
    stalled: bool


@dataclass(frozen=True, slots=True)
class Speakers:
    """Who speaks, of the producers of one worker; it takes the place of its last list."""

    levels: tuple[tuple[Port, int], ...]
    """Loudest first, in dB below the loudest there is (RFC 6464)."""
    worker: int = 0


@dataclass(frozen=True, slots=True)
class Layers:
    """A producer sends several encodings; told when one begins, changes its size or stops."""

    producer: Port
    layers: tuple[Layer, ...]
    """Those that come now, lowest first."""


@dataclass(frozen=True, slots=True)
class Resized:
    """The size of a producer's pictures is known, or another one; of several encodings not told."""

    producer: Port
    size: tuple[int, int]
    """Width and height in pixels."""


@dataclass(frozen=True, slots=True)
class Forwarded:
    """A consumer is sent this one of its source's encodings from now on."""

    consumer: Port
    layer: int
    """Its place in the last `Layers`."""


@dataclass(frozen=True, slots=True)
class Unplayable:
    """A consumer cannot take its source's codec; nothing flows to it."""

    consumer: Port
    codec: str


@dataclass(frozen=True, slots=True)
class Closed:
    """A transport ended by itself and is gone."""

    transport: TransportId
    code: Literal["peer", "silent", "never-connected", "failed", "panic"]
    reason: str


@dataclass(frozen=True, slots=True)
class Died:
    """A worker ended by a bug: the relay cannot go on."""

    reason: str


@dataclass(frozen=True, slots=True)
class Incoming:
    """Counters of one producer since it was made."""

    mid: Mid
    kind: Kind
    codec: str | None
    packets: int
    bytes: int
    """RTP payload bytes."""
    keyframes: int
    keyframe_requests: int
    """PLI sent to the publisher."""
    nacks: int
    """Retransmission requests sent to the publisher."""
    loss: float | None
    """Fraction lost over the last second, 0 to 1; None while unknown."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """Counters of one consumer since it was made."""

    mid: Mid
    kind: Kind
    source: Port | None
    packets: int
    bytes: int
    """RTP payload bytes, without those sent again."""
    retransmitted: int
    """Payload bytes sent again."""
    nacks: int
    """Retransmission requests received."""
    keyframe_requests: int
    """PLI and FIR received."""
    loss: float | None
    """Fraction lost as the receiver reports it, 0 to 1; None while unknown."""
    rtt: float | None
    """Round-trip time in seconds; None while unknown."""


@dataclass(frozen=True, slots=True)
class Traffic:
    """Counters of one transport."""

    transport: TransportId
    connected: bool
    remote: str | None
    """ "address:port" that is sent to, once connected."""
    received: int
    """Datagram bytes received."""
    sent: int
    """Datagram bytes sent."""
    producers: tuple[Incoming, ...]
    consumers: tuple[Outgoing, ...]
    protocol: Protocol | None = None
    """What `remote` is a port of."""


@dataclass(frozen=True, slots=True)
class Counted:
    """The answer to `Count`."""

    number: int
    transports: tuple[Traffic, ...]
    datagrams_dropped: int
    """Datagrams that belonged to no transport or were not valid."""
    batches_dropped: int = 0
    """Batches of packets that one worker could not hand to another."""
    datagrams_unsent: int = 0
    """Datagrams that were to leave, and of which too many waited for the network."""


@dataclass(frozen=True, slots=True)
class KeyframeWanted:
    """Somebody needs a keyframe of a medium of this program."""

    producer: Port


SessionReport = (
    Answered
    | Refused
    | Offered
    | Agreed
    | Connected
    | Started
    | Stalled
    | Layers
    | Resized
    | Forwarded
    | Unplayable
    | Closed
)
Report = SessionReport | Speakers | Died | Counted | KeyframeWanted
