"""Values that describe media."""

from dataclasses import dataclass
from typing import Literal

from trunkline.model.id import Mid, TransportId

Kind = Literal["audio", "video"]
Protocol = Literal["udp", "tcp"]
Source = Literal["unspecified", "camera", "microphone", "screen", "screen-audio"]
"""What a track shows."""


@dataclass(frozen=True, slots=True)
class Offer:
    """An SDP offer that passed the rules of its protocol."""

    sdp: str
    """CRLF line ends."""
    ufrag: str
    """The remote's ICE user name fragment (RFC 8839 section 5.4)."""


@dataclass(frozen=True, slots=True)
class Medium:
    """One m-line of an offer and its answer."""

    mid: Mid
    kind: Kind
    direction: Literal["in", "out", "none"]
    """Seen from here: "in" is a producer, "out" a consumer."""
    codecs: tuple[str, ...]
    """Names as in SDP, preferred first."""


@dataclass(frozen=True, slots=True)
class Label:
    """What a remote is told that a medium is (RFC 8830): 1 to 64 characters each."""

    stream: str
    """Media of one stream are played in step."""
    track: str


@dataclass(frozen=True, slots=True)
class OfferedMedium:
    """One m-line of an offer of ours."""

    kind: Kind
    label: Label | None = None
    """None while nothing is sent."""
    rids: tuple[str, ...] = ()
    """The encodings that a picture is sent in (RFC 8853), up to 4: `Select` says which of them.

    Each is 1 to 8 letters, digits and _. None: it is sent once.
    """
    takes: bool = False
    """The remote may send, too; decided with the first offer of a transport."""


@dataclass(frozen=True, slots=True)
class Port:
    """One medium of one transport: a producer or a consumer."""

    transport: TransportId
    mid: Mid


@dataclass(frozen=True, slots=True)
class Layer:
    """One simulcast encoding of a track (RFC 8853)."""

    rid: str
    width: int = 0
    """Pixels; 0 while not known."""
    height: int = 0
    bitrate: int = 0
    """Bits in a second; 0 while not known."""


@dataclass(frozen=True, slots=True)
class Wish:
    """How much of a track somebody wants."""

    paused: bool = False
    max_layer: int | None = None
    """Index among the track's layers, 0 is the lowest; None: the best."""
    width: int = 0
    """Pixels of the place where it is shown; 0 where that does not matter."""
    height: int = 0
