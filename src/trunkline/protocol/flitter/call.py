"""What peers of Flitter say to each other: call, answer, finished."""

from trunkline.model.signal import Answered, Offered
from trunkline.protocol.description import read_offer
from trunkline.protocol.json_text import read_object, write


def read_call(text: str) -> Offered | None:
    """The offer of a `call`; None where it is something else.

    Raises:
        ProtocolError: it is too long.
    """
    match read_object(text):
        case {"type": "call", "offer": offer}:
            return read_offer(offer)
        case _:
            return None


def write_answer(to: str, answer: Answered) -> str:
    """The message that answers a `call`."""
    return write({"type": "answer", "to": to, "answer": answer.sdp})
