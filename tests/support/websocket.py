"""The client's end of WebSocket, byte by byte: it can also say what no client should."""

import asyncio
import ssl
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Self
from urllib.parse import urlsplit

KEY = b"\x37\xfa\x21\x3d"
WITHIN = 10.0


def frame(opcode: int, payload: bytes = b"", *, final: bool = True, reserved: int = 0) -> bytes:
    """A masked frame."""
    first = (0x80 if final else 0) | reserved << 4 | opcode
    size = len(payload)
    if size < 126:
        head = struct.pack("!BB", first, 0x80 | size)
    elif size < 1 << 16:
        head = struct.pack("!BBH", first, 0xFE, size)
    else:
        head = struct.pack("!BBQ", first, 0xFF, size)
    masked = bytes(byte ^ KEY[index % 4] for index, byte in enumerate(payload))
    return head + KEY + masked


def closing(code: int, reason: str = "") -> bytes:
    """A close frame."""
    return frame(0x8, code.to_bytes(2, "big") + reason.encode())


class Raw:
    """A WebSocket on which bytes are written as they are."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self.writer = writer

    async def receive(self) -> tuple[int, bytes]:
        """The next frame: opcode and payload; (-1, b"") when the connection is over."""
        async with asyncio.timeout(WITHIN):
            try:
                first, second = await self._reader.readexactly(2)
                size = second & 0x7F
                assert not second & 0x80, "frames of a server are not masked"
                if size == 126:
                    (size,) = struct.unpack("!H", await self._reader.readexactly(2))
                elif size == 127:
                    (size,) = struct.unpack("!Q", await self._reader.readexactly(8))
                return first & 0x0F, await self._reader.readexactly(size)
            except (asyncio.IncompleteReadError, ConnectionError):
                return -1, b""

    async def closed(self, *, answering: bool = False) -> int | None:
        """Read to the end; the code with which the server closes, None where it gives none."""
        code = None
        while True:
            opcode, payload = await self.receive()
            if opcode == 0x8:
                code = int.from_bytes(payload[:2], "big") if payload else 1005
            if opcode == 0x9 and answering:
                self.writer.write(frame(0xA, payload))
            if opcode == -1:
                return code

    async def say(self, text: str) -> Self:
        self.writer.write(frame(0x1, text.encode()))
        await self.writer.drain()
        return self

    async def hear(self) -> str:
        """The next text; pings are answered."""
        while True:
            opcode, payload = await self.receive()
            if opcode == 0x9:
                self.writer.write(frame(0xA, payload))
                continue
            assert opcode == 0x1, (opcode, payload)
            return payload.decode()


@asynccontextmanager
async def websocket(url: str, *fields: str) -> AsyncIterator[Raw]:
    """Open a WebSocket; leaving the block drops the connection."""
    parts = urlsplit(url)
    context = None
    if parts.scheme in {"https", "wss"}:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port, ssl=context)
    head = (
        f"GET {parts.path or '/'} HTTP/1.1",
        f"Host: {parts.netloc}",
        "Upgrade: websocket",
        "Connection: keep-alive, Upgrade",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
        *fields,
    )
    writer.write("\r\n".join((*head, "", "")).encode())
    try:
        async with asyncio.timeout(WITHIN):
            answer = await reader.readuntil(b"\r\n\r\n")
        # Section 1.3 has this key and this answer as its example.
        assert b" 101 " in answer.partition(b"\r\n")[0], answer
        assert b"s3pPLMBiTxaQ9kYGzzhZRbK+xOo=" in answer
        yield Raw(reader, writer)
    finally:
        writer.close()
