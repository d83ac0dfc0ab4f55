"""What a connection of a program is told and tells: descriptions, frames, counters."""

from dataclasses import dataclass
from typing import Literal

from trunkline.model.frame import Encoded
from trunkline.model.id import Mid
from trunkline.model.media import Kind, Label

Direction = Literal["sendrecv", "sendonly", "recvonly", "inactive"]
"""As this side sees it."""


@dataclass(frozen=True, slots=True)
class Transceiver:
    """One medium (m-line) of a connection (W3C WebRTC section 5.4)."""

    mid: Mid
    kind: Kind
    direction: Direction
    codecs: tuple[str, ...]
    """Names as in SDP, preferred first: those agreed on, or those offered."""
    label: Label | None = None
    """What the remote calls what it sends there, where it says so."""


@dataclass(frozen=True, slots=True)
class Described:
    """An offer or answer of ours, with all candidates."""

    sdp: str
    media: tuple[Transceiver, ...]
    """In the order of the m-lines."""


@dataclass(frozen=True, slots=True)
class Negotiated:
    """The answer to an offer of ours was taken."""

    media: tuple[Transceiver, ...]
    """In the order of the m-lines."""


@dataclass(frozen=True, slots=True)
class NotTaken:
    """An offer or answer was not taken, or an offer cannot be made; all is as it was."""

    code: str
    reason: str
    """A sentence for a person."""


@dataclass(frozen=True, slots=True)
class Linked:
    """ICE and DTLS are up."""

    remote: str
    """The remote's "address:port"."""


@dataclass(frozen=True, slots=True)
class Arrived:
    """A frame came."""

    mid: Mid
    frame: Encoded
    received: float
    """Seconds since 1970."""
    dropped: int
    """Frames before this one that were dropped because nobody took them."""


@dataclass(frozen=True, slots=True)
class KeyframeWanted:
    """Whoever receives a medium wants a keyframe."""

    mid: Mid


@dataclass(frozen=True, slots=True)
class Estimate:
    """How much may be sent, all media together."""

    bitrate: int
    """Bits a second."""


@dataclass(frozen=True, slots=True)
class Cut:
    """The connection ended by itself."""

    code: str
    reason: str
    """A sentence for a person."""


@dataclass(frozen=True, slots=True)
class MediumStatistics:
    """Counters of one medium since it was made."""

    mid: Mid
    kind: Kind
    packets_received: int
    bytes_received: int
    frames_received: int
    frames_unread: int
    """Frames that were dropped because the program was too slow."""
    loss_received: float | None
    """Fraction lost of what the remote sends, 0 to 1, once known."""
    packets_sent: int
    bytes_sent: int
    frames_sent: int
    frames_unsent: int
    """Frames that went nowhere: too many waited for the network, or there was no way."""
    loss_sent: float | None
    """Fraction lost of what is sent, 0 to 1, as the remote reports it, once known."""
    rtt: float | None
    """Round-trip time in seconds, once known."""


@dataclass(frozen=True, slots=True)
class LinkStatistics:
    """Counters of one connection."""

    connected: bool
    remote: str | None
    """The "address:port" that is sent to."""
    relayed: bool
    """Whether a TURN server of ours is in between."""
    received: int
    """Bytes of datagrams."""
    sent: int
    bandwidth: int | None
    """How much may be sent, in bits a second: the last estimate."""
    media: tuple[MediumStatistics, ...]


@dataclass(frozen=True, slots=True)
class Counted:
    """The answer to a request for statistics."""

    request: int
    statistics: LinkStatistics


LinkEvent = (
    Described | Negotiated | NotTaken | Linked | Arrived | KeyframeWanted | Estimate | Cut | Counted
)
