"""How a WebSocket begins (RFC 6455 section 4.2)."""

import base64
import binascii
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from trunkline.errors import TrunklineError

HEAD_LIMIT = 16 << 10
"""Bytes of a request before its body."""

_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
_VERSION = "13"
_PHRASES = {
    200: "OK",
    400: "Bad Request",
    405: "Method Not Allowed",
    426: "Upgrade Required",
    503: "Service Unavailable",
}


class HandshakeError(TrunklineError):
    """A request that does not begin a WebSocket; the text is a sentence for a person."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status


@dataclass(frozen=True, slots=True)
class Head:
    """The beginning of an HTTP request; names of fields in lower case."""

    method: str
    target: str
    fields: Mapping[str, str]


def read_head(text: bytes) -> Head:
    """Read a request up to its empty line, that line left out.

    Raises:
        HandshakeError: it is not HTTP/1.1.
    """
    first, *lines = text.decode("latin-1").split("\r\n")
    match first.split(" "):
        case [method, target, "HTTP/1.1"]:
            pass
        case _:
            raise HandshakeError(400, "This is not a request of HTTP/1.1.")
    fields: dict[str, str] = {}
    for line in lines:
        name, colon, value = line.partition(":")
        if not colon or not name or name != name.strip():
            raise HandshakeError(400, "A header field has no name.")
        key = name.lower()
        fields[key] = f"{fields[key]}, {value.strip()}" if key in fields else value.strip()
    return Head(method, target, fields)


def accept(method: str, fields: Mapping[str, str]) -> bytes:
    """The answer that begins the WebSocket.

    Args:
        method: of the request.
        fields: of its header, found by names in lower case.

    Raises:
        HandshakeError: it asks for something else, or not as it should.
    """
    if method != "GET":
        raise HandshakeError(405, "A WebSocket begins with GET.")
    if "websocket" not in _tokens(fields.get("upgrade", "")):
        raise HandshakeError(426, "Here is a WebSocket for signalling: ask for an upgrade.")
    if "upgrade" not in _tokens(fields.get("connection", "")):
        raise HandshakeError(400, "The field Connection must say: Upgrade.")
    if fields.get("sec-websocket-version") != _VERSION:
        raise HandshakeError(426, f"Only version {_VERSION} of WebSocket is known here.")
    key = fields.get("sec-websocket-key", "")
    if not _is_key(key):
        raise HandshakeError(400, "Sec-WebSocket-Key is 16 bytes in Base64.")
    accepted = base64.b64encode(hashlib.sha1(key.encode() + _GUID, usedforsecurity=False).digest())
    return (
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Accept: " + accepted + b"\r\n\r\n"
    )


def answer(status: int, text: str) -> bytes:
    """A whole response, after which the connection is closed."""
    body = text.encode()
    upgrade = f"Upgrade: websocket\r\nSec-WebSocket-Version: {_VERSION}\r\n"
    return (
        f"HTTP/1.1 {status} {_PHRASES[status]}\r\n{upgrade if status == 426 else ''}"
        f"Content-Type: text/plain; charset=utf-8\r\nContent-Length: {len(body)}\r\n"
        "Connection: close\r\n\r\n"
    ).encode() + body


def _tokens(value: str) -> list[str]:
    return [token.strip().lower() for token in value.split(",")]


def _is_key(text: str) -> bool:
    try:
        return len(base64.b64decode(text.encode("ascii"), validate=True)) == 16
    except (binascii.Error, UnicodeEncodeError):
        return False
