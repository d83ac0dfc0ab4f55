"""Values that describe media."""

from dataclasses import dataclass
from typing import Literal

from trunkline.model.id import Mid, TransportId

Kind = Literal["audio", "video"]
Protocol = Literal["udp", "tcp"]


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


@dataclass(frozen=True, slots=True)
class Port:
    """One medium of one transport: a producer or a consumer."""

    transport: TransportId
    mid: Mid
