"""The list of servers that programs of Umbrella's read and replace: its CurrentServers."""

from collections.abc import Iterable

from google.protobuf.message import DecodeError

from trunkline.errors import ProtocolError
from trunkline.protocol import sfu_pb2 as pb

MOST = 128
"""Servers of one list."""


def write_servers(urls: Iterable[str]) -> bytes:
    """The list; no bytes at all where it is empty."""
    return pb.CurrentServers(servers=urls).SerializeToString()


def read_servers(body: bytes) -> tuple[str, ...]:
    """The list, each once and in order.

    Raises:
        ProtocolError: it is none, or too long.
    """
    try:
        found = pb.CurrentServers.FromString(body)
    except DecodeError:
        raise ProtocolError("The body is no CurrentServers of proto/sfu.proto.") from None
    if len(found.servers) > MOST:
        raise ProtocolError(f"There can be {MOST} servers, not {len(found.servers)}.")
    return tuple(dict.fromkeys(each.strip() for each in found.servers if each.strip()))
