"""What peers of GStreamer say to each other in a session or a room, by convention."""

from typing import Literal

from trunkline.model.signal import Answered, Offered
from trunkline.protocol.description import read_description, write_description
from trunkline.protocol.json_text import read_object, write

OFFER_REQUEST = "OFFER_REQUEST"

Wanted = Literal["offer"]
"""The other end is to offer."""


def read(payload: str | bytes) -> Offered | Answered | Wanted | None:
    """What a payload says; None where it is a candidate, or makes no sense here.

    Raises:
        ProtocolError: it is too long.
    """
    if payload == OFFER_REQUEST:
        return "offer"
    fields = read_object(payload)
    return None if fields is None else read_description(fields.get("sdp"))


def write_payload(description: Offered | Answered) -> str:
    """The text that says it."""
    return write({"sdp": write_description(description)})
