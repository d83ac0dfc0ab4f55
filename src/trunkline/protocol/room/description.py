"""Session descriptions inside messages: JSON of RTCSessionDescriptionInit (W3C WebRTC)."""

import json
from typing import Literal

from trunkline.errors import ProtocolError

Kind = Literal["offer", "answer"]


def read_description(text: str, kind: Kind) -> str:
    """The SDP of an offer or answer.

    Raises:
        ProtocolError: it is not JSON, or something else than was announced.
    """
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        raise ProtocolError(f"The {kind} is not JSON: send the RTCSessionDescription.") from None
    if not isinstance(value, dict) or value.get("type") != kind:
        raise ProtocolError(f'The {kind} is not {{"type": "{kind}", "sdp": …}}.')
    sdp = value.get("sdp")
    if not isinstance(sdp, str) or not sdp:
        raise ProtocolError(f"The {kind} has no sdp.")
    return sdp


def write_description(sdp: str, kind: Kind) -> str:
    """The other way round."""
    return json.dumps({"type": kind, "sdp": sdp})
