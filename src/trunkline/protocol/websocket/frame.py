"""Frames of WebSocket (RFC 6455 section 5.2)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

CONTINUATION: Final = 0x0
TEXT: Final = 0x1
BINARY: Final = 0x2
CLOSE: Final = 0x8
PING: Final = 0x9
PONG: Final = 0xA

FIN: Final = 0x80
MASKED: Final = 0x80
CONTROL_LIMIT: Final = 125
"""Bytes in a control frame (section 5.5)."""

Mask = Callable[[bytes, bytearray], None]
"""Masks bytes in place with a key of four, or unmasks them (section 5.3)."""


@dataclass(frozen=True, slots=True)
class Ping:
    """Is answered with a pong of the same payload."""

    payload: bytes


@dataclass(frozen=True, slots=True)
class Pong:
    """The answer to a ping, or a sign of life."""

    payload: bytes


@dataclass(frozen=True, slots=True)
class Closed:
    """The other end closes; 1005 where it gives no code."""

    code: int
    reason: str


@dataclass(frozen=True, slots=True)
class Broken:
    """The other end broke the rules; close with this. Nothing comes after it."""

    code: int
    reason: str


Received = str | bytes | Ping | Pong | Closed | Broken
"""What comes out of a stream; a message is a text or bytes."""


def message(payload: str | bytes) -> bytes:
    """A whole message in one frame, from a server."""
    if isinstance(payload, str):
        return frame(TEXT, payload.encode())
    return frame(BINARY, payload)


def frame(opcode: int, payload: bytes) -> bytes:
    """One final frame, from a server."""
    size = len(payload)
    if size < 126:
        return bytes((FIN | opcode, size)) + payload
    if size < 1 << 16:
        return bytes((FIN | opcode, 126, size >> 8, size & 0xFF)) + payload
    return bytes((FIN | opcode, 127)) + size.to_bytes(8, "big") + payload


def close(code: int, reason: str) -> bytes:
    """A close frame, its reason cut to what fits."""
    text = reason.encode()[: CONTROL_LIMIT - 2].decode(errors="ignore")
    return frame(CLOSE, code.to_bytes(2, "big") + text.encode())
