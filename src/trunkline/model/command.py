"""What the core is told to do."""

from dataclasses import dataclass

from trunkline.model.id import Mid, TransportId
from trunkline.model.media import Kind, OfferedMedium, Port


@dataclass(frozen=True, slots=True)
class Accept:
    """Make a transport from an offer; `Answered` or `Refused` is reported."""

    transport: TransportId
    offer: str
    sources: tuple[Port, ...] = ()
    """Producers whose codecs the offer has to share."""
    dial: bool = False
    """We went to the remote: be the full agent of ICE (RFC 8445), for it may be a lite one."""
    """Look for the remote, as the full agent of ICE, from sockets of the transport's own."""


@dataclass(frozen=True, slots=True)
class ProduceMedia:
    """Make a transport without a network, for media of this program; no report follows."""

    transport: TransportId
    media: tuple[tuple[Mid, Kind], ...]


@dataclass(frozen=True, slots=True)
class Renegotiate:
    """Take a new offer on a transport that was made from one.

    Media may come and end; new ICE credentials restart ICE. `Answered` or `Refused` is reported;
    refused, nothing has changed.
    """

    transport: TransportId
    offer: str


@dataclass(frozen=True, slots=True)
class OfferMedia:
    """Offer media to a remote; `Offered` or `Refused` is reported.

    The first offer makes the transport, on which only we offer, and only we send where none of its
    media takes. Until `Agreed` is reported another one is refused.
    """

    transport: TransportId
    media: tuple[OfferedMedium, ...]
    """All of them, those offered before first, in their order and of their kind."""
    data: bool = False
    """Offer a data channel, too; once offered, it stays."""
    restart: bool = False
    """Restart ICE."""
    dial: bool = False
    """As in `Accept`; the first offer decides."""


@dataclass(frozen=True, slots=True)
class AcceptAnswer:
    """Take the answer to the last `OfferMedia`; `Agreed`, `Refused` or `Closed` is reported.

    Refused, nothing has changed, and another answer may come.
    """

    transport: TransportId
    answer: str


@dataclass(frozen=True, slots=True)
class SetCandidates:
    """Tell clients these addresses from now on; those connected go on with what they know."""

    addresses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Attach:
    """Forward a producer to a consumer, in place of what it showed before.

    A consumer that is offered can be attached at once: packets flow when it is agreed on.
    """

    consumer: Port
    source: Port
    seamless: bool = False
    """It is another way of the same pictures: what flows goes on until its keyframe is here."""


@dataclass(frozen=True, slots=True)
class Limit:
    """Forward to a consumer without rids nothing above this one of its source's encodings."""

    consumer: Port
    layer: int | None
    """0 is the lowest; None: the best that comes."""


@dataclass(frozen=True, slots=True)
class Select:
    """Forward to a consumer with rids those of its source's encodings that have these names.

    Each goes for itself; at first none does. A source that is sent once goes under the first of
    the rids offered, if any is selected.
    """

    consumer: Port
    rids: frozenset[str]


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


Command = (
    Accept
    | ProduceMedia
    | Renegotiate
    | OfferMedia
    | AcceptAnswer
    | SetCandidates
    | Attach
    | Limit
    | Select
    | Detach
    | Close
    | Count
)
