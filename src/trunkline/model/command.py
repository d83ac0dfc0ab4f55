"""What the core is told to do."""

from dataclasses import dataclass

from trunkline.model.id import TransportId
from trunkline.model.media import Port


@dataclass(frozen=True, slots=True)
class Accept:
    """Make a transport from an offer; `Answered` or `Refused` is reported."""

    transport: TransportId
    offer: str
    sources: tuple[Port, ...] = ()
    """Producers whose codecs the offer has to share."""


@dataclass(frozen=True, slots=True)
class Renegotiate:
    """Take a new offer for the same media on a live transport (ICE restart).

    `Answered` or `Refused` is reported; refused, nothing has changed.
    """

    transport: TransportId
    offer: str


@dataclass(frozen=True, slots=True)
class SetCandidates:
    """Tell clients these addresses from now on; those connected go on with what they know."""

    addresses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Attach:
    """Forward a producer to a consumer, in place of what it showed before."""

    consumer: Port
    source: Port


@dataclass(frozen=True, slots=True)
class Detach:
    """Forward nothing to a consumer."""

    consumer: Port


@dataclass(frozen=True, slots=True)
class Close:
    """End a transport properly; nothing is reported."""

    transport: TransportId


@dataclass(frozen=True, slots=True)
class Count:
    """Report `Counted` with this number."""

    number: int


Command = Accept | Renegotiate | SetCandidates | Attach | Detach | Close | Count
