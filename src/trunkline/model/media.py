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
    """One m-line of an answered offer."""

    mid: Mid
    kind: Kind
    direction: Literal["in", "out", "none"]
    """Seen from here: "in" is a producer, "out" a consumer."""
    codecs: tuple[str, ...]
    """Names as in SDP, preferred first."""


@dataclass(frozen=True, slots=True)
class Port:
    """One medium of one transport: a producer or a consumer."""

    transport: TransportId
    mid: Mid
