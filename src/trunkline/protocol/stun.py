"""STUN messages (RFC 8489) as far as ICE needs them (RFC 8445 section 7): bytes in, values out."""

import hmac
import struct
import zlib
from dataclasses import dataclass
from hashlib import sha1
from ipaddress import IPv4Address, IPv6Address

from trunkline.errors import ProtocolError

BINDING_REQUEST = 0x0001
BINDING_SUCCESS = 0x0101
BINDING_ERROR = 0x0111

USERNAME = 0x0006
MESSAGE_INTEGRITY = 0x0008
ERROR_CODE = 0x0009
XOR_MAPPED_ADDRESS = 0x0020
PRIORITY = 0x0024
FINGERPRINT = 0x8028
ICE_CONTROLLING = 0x802A

TRANSACTION = 12
"""Bytes of a transaction id."""

_COOKIE = 0x2112A442
_HEADER = struct.Struct("!HHI12s")
_ATTRIBUTE = struct.Struct("!HH")
_DIGEST = 20  # bytes of HMAC-SHA1
_CHECK = 4  # bytes of CRC-32
_FINGERPRINT_MASK = 0x5354554E  # "STUN", section 14.7


@dataclass(frozen=True, slots=True)
class Message:
    """A STUN message; `attributes` are (type, value) in their order, unknown ones too."""

    kind: int
    """Class and method together: `BINDING_REQUEST`, `BINDING_SUCCESS` …"""
    transaction: bytes
    attributes: tuple[tuple[int, bytes], ...] = ()

    def first(self, kind: int) -> bytes | None:
        """The value of the first attribute of a type."""
        return next((value for each, value in self.attributes if each == kind), None)


def check(transaction: bytes, username: str, password: str, tie_breaker: int) -> bytes:
    """An ICE connectivity check of a controlling agent that nominates nothing.

    Args:
        transaction: 12 random bytes.
        username: "ufrag of the remote:ufrag of ours".
        password: the remote's ice-pwd.
        tie_breaker: 64 random bits.
    """
    # A peer-reflexive candidate of type preference 110 and component 1 (RFC 8445 section 5.1.2).
    priority = (110 << 24) | (0xFFFF << 8) | 255
    attributes = (
        (USERNAME, username.encode()),
        (ICE_CONTROLLING, struct.pack("!Q", tie_breaker)),
        (PRIORITY, struct.pack("!I", priority)),
    )
    return encode(Message(BINDING_REQUEST, transaction, attributes), password)


def encode(message: Message, password: str) -> bytes:
    """The message with MESSAGE-INTEGRITY (short-term credentials) and FINGERPRINT after it."""
    body = b"".join(_attribute(kind, value) for kind, value in message.attributes)
    signed = _header(message, len(body) + _ATTRIBUTE.size + _DIGEST) + body
    body += _attribute(MESSAGE_INTEGRITY, _sign(signed, password))
    marked = _header(message, len(body) + _ATTRIBUTE.size + _CHECK) + body
    return marked + _attribute(FINGERPRINT, _fingerprint(marked))


def decode(data: bytes) -> Message:
    """Read one message.

    Raises:
        ProtocolError: this is not STUN, or it is damaged.
    """
    if len(data) < _HEADER.size:
        raise ProtocolError(f"{len(data)} bytes are too few for a STUN message.")
    kind, length, cookie, transaction = _HEADER.unpack_from(data)
    if kind & 0xC000 or cookie != _COOKIE or length % 4 or length != len(data) - _HEADER.size:
        raise ProtocolError("This is not a STUN message.")
    attributes = []
    place = _HEADER.size
    while place < len(data):
        each, size = _ATTRIBUTE.unpack_from(data, place)
        start = place + _ATTRIBUTE.size
        if start + size > len(data):
            raise ProtocolError(f"The STUN attribute {each:#06x} is longer than the message.")
        value = data[start : start + size]
        if each == FINGERPRINT and value != _fingerprint(data[:place]):
            raise ProtocolError("The fingerprint of the STUN message is wrong.")
        attributes.append((each, value))
        place = start + size + -size % 4
    return Message(kind, transaction, tuple(attributes))


def is_authentic(data: bytes, password: str) -> bool:
    """Whether a message, one that `decode` takes, was signed with this password."""
    place = _HEADER.size
    while place < len(data):
        kind, size = _ATTRIBUTE.unpack_from(data, place)
        start = place + _ATTRIBUTE.size
        if kind == MESSAGE_INTEGRITY:
            # Signed is what stands before, as if the message ended with the signature.
            length = struct.pack("!H", start + _DIGEST - _HEADER.size)
            signed = data[:2] + length + data[4:place]
            return hmac.compare_digest(data[start : start + size], _sign(signed, password))
        place = start + size + -size % 4
    return False


def error_code(message: Message) -> tuple[int, str] | None:
    """Code and reason of an error response (section 14.8)."""
    value = message.first(ERROR_CODE)
    if value is None or len(value) < 4:
        return None
    return (value[2] & 7) * 100 + value[3], value[4:].decode(errors="replace")


def mapped_address(message: Message) -> tuple[IPv4Address | IPv6Address, int] | None:
    """The sender's address and port as the answerer saw them (section 14.2)."""
    value = message.first(XOR_MAPPED_ADDRESS)
    if value is None or (value[1:2], len(value)) not in {(b"\x01", 8), (b"\x02", 20)}:
        return None
    mask = struct.pack("!I", _COOKIE) + message.transaction
    port = int.from_bytes(value[2:4]) ^ (_COOKIE >> 16)
    address = bytes(a ^ b for a, b in zip(value[4:], mask, strict=False))
    return (IPv4Address(address) if len(address) == 4 else IPv6Address(address)), port


def _header(message: Message, length: int) -> bytes:
    return _HEADER.pack(message.kind, length, _COOKIE, message.transaction)


def _attribute(kind: int, value: bytes) -> bytes:
    return _ATTRIBUTE.pack(kind, len(value)) + value + bytes(-len(value) % 4)


def _sign(signed: bytes, password: str) -> bytes:
    return hmac.digest(password.encode(), signed, sha1)


def _fingerprint(before: bytes) -> bytes:
    return struct.pack("!I", zlib.crc32(before) ^ _FINGERPRINT_MASK)
