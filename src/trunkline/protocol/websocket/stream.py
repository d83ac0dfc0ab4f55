"""What a client's bytes say."""

import codecs
from typing import Final, NamedTuple

from trunkline.protocol.websocket.frame import (
    BINARY,
    CLOSE,
    CONTINUATION,
    CONTROL_LIMIT,
    FIN,
    MASKED,
    PING,
    PONG,
    TEXT,
    Broken,
    Closed,
    Mask,
    Ping,
    Pong,
    Received,
)

_RULES: Final = 1002
_NOT_UTF8: Final = 1007
_TOO_BIG: Final = 1009
_NO_CODE: Final = 1005
# Section 7.4: those that may stand in a close frame.
_CODES = frozenset({1000, 1001, 1002, 1003, *range(1007, 1015), *range(3000, 5000)})
_OPCODES = frozenset({CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG})
_WHOLE_TEXT: Final = FIN | TEXT
_WHOLE_BINARY: Final = FIN | BINARY
_RESERVED: Final = 0x70
_CONTROL: Final = 0x08
# A header, with the longest length and the mask.
_LONGEST_HEADER: Final = 14
_utf8 = codecs.getincrementaldecoder("utf-8")


class _Header(NamedTuple):
    first: int
    size: int
    length: int
    """Bytes of the header itself, mask included."""


class _BrokenError(Exception):
    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code


class Stream:
    """Frames of a client → messages, in order.

    `limit` bounds a message, and so what is kept of an unfinished one.
    """

    __slots__ = ("_decoder", "_limit", "_mask", "_needed", "_rest", "_unfinished")

    def __init__(self, limit: int, mask: Mask) -> None:
        self._limit = limit
        self._mask = mask
        self._rest: bytearray | None = None
        self._needed = 2
        # Of a message in several frames, and what finds at once that it is no text.
        self._unfinished: bytearray | None = None
        self._decoder: codecs.IncrementalDecoder | None = None

    def receive(self, data: bytes) -> list[Received]:
        """What these bytes, after all before, complete."""
        rest = self._rest
        if rest is not None:
            rest += data
            # Not looked at until a frame may be whole, or bytes that trickle in would cost dearly.
            if len(rest) < self._needed:
                return []
            data = bytes(rest)
            self._rest = None
        received: list[Received] = []
        try:
            used = self._read(data, received)
        except _BrokenError as error:
            received.append(Broken(error.code, str(error)))
            return received
        if used < len(data):
            self._rest = bytearray(data[used:])
        return received

    def _read(self, data: bytes, received: list[Received]) -> int:
        """Read all whole frames; how many bytes that took."""
        at = 0
        end = len(data)
        while True:
            at = self._read_texts(data, at, end, received)
            header = self._header(data, at, end - at)
            if header is None:
                return at
            begin = at + header.length
            stop = begin + header.size
            if stop > end:
                self._needed = stop - at
                return at
            payload = bytearray(data[begin:stop])
            self._mask(data[begin - 4 : begin], payload)
            at = stop
            said = self._take(header.first, payload)
            if said is not None:
                received.append(said)
                if isinstance(said, Closed):
                    return end

    def _read_texts(self, data: bytes, at: int, end: int, received: list[Received]) -> int:
        """Read whole texts of less than 64 KiB, which nearly all frames are; where that ends.

        What the rest of this class would do, too, at half as much again for a message.
        """
        while self._unfinished is None and end - at >= 8 and data[at] == _WHOLE_TEXT:
            second = data[at + 1]
            if second == MASKED | 126:
                size, begin = data[at + 2] << 8 | data[at + 3], at + 8
            else:
                size, begin = second & 0x7F, at + 6
            stop = begin + size
            if second < MASKED or second == MASKED | 127 or stop > end or size > self._limit:
                break
            payload = bytearray(data[begin:stop])
            self._mask(data[begin - 4 : begin], payload)
            received.append(_decoded(payload))
            at = stop
        return at

    def _header(self, data: bytes, at: int, there: int) -> _Header | None:
        """The header that begins here; None where it is not all there."""
        if there < 2:
            self._needed = 2
            return None
        first, second = data[at], data[at + 1]
        size = second & 0x7F
        length = 6
        if size >= 126:
            length = 8 if size == 126 else _LONGEST_HEADER
            if there < length:
                self._needed = length
                self._check(first, second, size)
                return None
            size = int.from_bytes(data[at + 2 : at + length - 4], "big")
        self._check(first, second, size)
        return _Header(first, size, length)

    def _check(self, first: int, second: int, size: int) -> None:
        """Sections 5.1, 5.2 and 5.5."""
        if not second & MASKED:
            raise _BrokenError(_RULES, "frames of a client are masked")
        if first != _WHOLE_TEXT:
            if first & _RESERVED or first & 0x0F not in _OPCODES:
                raise _BrokenError(_RULES, "reserved bits or opcode")
            if first & _CONTROL and (not first & FIN or size > CONTROL_LIMIT):
                raise _BrokenError(_RULES, "control frames are whole and short")
        before = 0 if self._unfinished is None else len(self._unfinished)
        if size + before > self._limit and not first & _CONTROL:
            raise _BrokenError(_TOO_BIG, f"a message has at most {self._limit} bytes")

    def _take(self, first: int, payload: bytearray) -> Received | None:
        if first & _CONTROL:
            return _control(first & 0x0F, payload)
        if (self._unfinished is None) == (first & 0x0F == CONTINUATION):
            raise _BrokenError(_RULES, "fragments of messages are in order")
        if first == _WHOLE_TEXT:
            return _decoded(payload)
        if first == _WHOLE_BINARY:
            return bytes(payload)
        return self._fragment(first, payload)

    def _fragment(self, first: int, payload: bytearray) -> str | bytes | None:
        whole = self._unfinished
        if whole is None:
            whole = self._unfinished = bytearray()
            self._decoder = _utf8() if first & 0x0F == TEXT else None
        whole += payload
        last = bool(first & FIN)
        if self._decoder is not None:
            try:
                self._decoder.decode(payload, last)
            except UnicodeDecodeError:
                raise _BrokenError(_NOT_UTF8, "text is UTF-8") from None
        if not last:
            return None
        self._unfinished = None
        return bytes(whole) if self._decoder is None else whole.decode()


def _decoded(payload: bytearray) -> str:
    try:
        return payload.decode()
    except UnicodeDecodeError:
        raise _BrokenError(_NOT_UTF8, "text is UTF-8") from None


def _control(opcode: int, payload: bytearray) -> Ping | Pong | Closed:
    if opcode == PING:
        return Ping(bytes(payload))
    if opcode == PONG:
        return Pong(bytes(payload))
    if not payload:
        return Closed(_NO_CODE, "")
    code = int.from_bytes(payload[:2], "big")
    if len(payload) == 1 or code not in _CODES:
        raise _BrokenError(_RULES, "no close code")
    return Closed(code, _decoded(payload[2:]))
