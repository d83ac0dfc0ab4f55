"""A client's half of one conversation with a relay."""

from google.protobuf.message import DecodeError

from trunkline.errors import ProtocolError
from trunkline.model import signal
from trunkline.protocol import sfu_pb2 as pb
from trunkline.protocol.room.heard import write_heard
from trunkline.protocol.room.told import read_told


def write(said: signal.Hello | signal.Heard) -> bytes:
    """The frame that says it."""
    return write_heard(said).SerializeToString()


def read(frame: bytes | str) -> signal.Told | None:
    """What a relay's frame says; None where it says nothing to us.

    Raises:
        ProtocolError: it makes no sense.
    """
    if isinstance(frame, str):
        raise ProtocolError("A relay says nothing in text frames.")
    try:
        message = pb.RemoteNodeMessage.FromString(frame)
    except DecodeError:
        raise ProtocolError(f"{len(frame)} bytes are no RemoteNodeMessage.") from None
    return read_told(message)
