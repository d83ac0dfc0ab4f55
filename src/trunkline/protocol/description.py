"""The SDP that peers of other programs' signalling exchange, as JSON holds it."""

from trunkline.errors import ProtocolError
from trunkline.model.signal import Answered, Offered

LIMIT = 64 * 1024
"""Characters of one description; browsers send 5 to 10 thousand."""


def read_description(value: object) -> Offered | Answered | None:
    """What `{"type": "offer" | "answer", "sdp": …}` says; None where it is something else.

    Raises:
        ProtocolError: it is too long.
    """
    match value:
        case {"type": "offer", "sdp": str(sdp)}:
            return Offered(_bounded(sdp))
        case {"type": "answer", "sdp": str(sdp)}:
            return Answered(_bounded(sdp))
        case _:
            return None


def read_offer(value: object) -> Offered | None:
    """The offer that SDP alone is; None where it is no text.

    Raises:
        ProtocolError: it is too long.
    """
    return Offered(_bounded(value)) if isinstance(value, str) else None


def write_description(description: Offered | Answered) -> dict[str, str]:
    """The object that `read_description` reads."""
    kind = "offer" if isinstance(description, Offered) else "answer"
    return {"type": kind, "sdp": description.sdp}


def _bounded(sdp: str) -> str:
    if len(sdp) > LIMIT:
        raise ProtocolError(f"A description has at most {LIMIT} characters, not {len(sdp)}.")
    return sdp
