"""Frames of /wsb, whoever is at the other end."""

from google.protobuf.message import DecodeError

from trunkline.errors import ProtocolError
from trunkline.protocol import sfu_pb2 as pb


def parse(frame: bytes | str) -> pb.RemoteNodeMessage:
    """The message in a frame.

    Args:
        frame: one WebSocket message; a text is an error.

    Raises:
        ProtocolError: there is none in it.
    """
    if isinstance(frame, str):
        raise ProtocolError("A message is a binary frame with a RemoteNodeMessage, not a text.")
    try:
        return pb.RemoteNodeMessage.FromString(frame)
    except DecodeError:
        raise ProtocolError(f"{len(frame)} bytes are no RemoteNodeMessage.") from None
