"""The load of `benchmarks.signalling`: a process of its own, so that it is not measured.

It reads one word a line: `connect N`, `pairs N SECONDS`; it answers each with one line of JSON.
"""

import asyncio
import base64
import json
import os
import ssl
import sys
from collections import deque
from collections.abc import Callable
from functools import cache, partial
from urllib.parse import urlsplit

# Compiled, since the load must not be what is slow.
from aiohttp._websocket.helpers import websocket_mask

IN_FLIGHT = 8
SIZE = 1_000
WITHIN = 60.0
_KEY = b"\x37\xfa\x21\x3d"


def frame(text: str) -> bytes:
    """A masked frame of text."""
    data = bytearray(text.encode())
    size = len(data)
    length = bytes((0x80 | size,)) if size < 126 else b"\xfe" + size.to_bytes(2, "big")
    websocket_mask(_KEY, data)
    return b"\x81" + length + _KEY + data


class Line(asyncio.Protocol):
    """A client's WebSocket: `heard` is called with each text once it is set."""

    def __init__(self) -> None:
        self.opened: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.texts: deque[str] = deque()
        self.heard: Callable[[str], None] | None = None
        self._news = asyncio.Event()
        self._rest = b""
        self._open = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport: asyncio.Transport = transport  # type: ignore[assignment] # uvloop's

    def connection_lost(self, _: Exception | None) -> None:
        if not self.opened.done():
            self.opened.set_exception(ConnectionError("the server hung up"))

    def data_received(self, data: bytes) -> None:
        data = self._rest + data
        if not self._open:
            head, end, data = data.partition(b"\r\n\r\n")
            if not end:
                self._rest = head
                return
            assert b" 101 " in head, head
            self._open = True
            self.opened.set_result(None)
        at = 0
        while len(data) - at >= 2:
            size, start = data[at + 1], at + 2
            if size == 126:
                size, start = int.from_bytes(data[at + 2 : at + 4], "big"), at + 4
            if len(data) < start + size:
                break
            self._take(data[at], data[start : start + size])
            at = start + size
        self._rest = data[at:]

    def _take(self, first: int, payload: bytes) -> None:
        if first == 0x89:
            self.transport.write(b"\x8a" + bytes((0x80 | len(payload),)) + bytes(4) + payload)
        elif first == 0x88:
            raise ConnectionError(f"the server hung up: {payload!r}")
        elif self.heard is not None:
            self.heard(payload.decode())
        else:
            self.texts.append(payload.decode())
            self._news.set()

    def say(self, text: str) -> None:
        self.transport.write(frame(text))

    async def answer(self) -> str:
        while not self.texts:
            self._news.clear()
            await asyncio.wait_for(self._news.wait(), WITHIN)
        return self.texts.popleft()


@cache
def _trusting() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


async def connect(url: str) -> Line:
    """A WebSocket that is open."""
    parts = urlsplit(url)
    loop = asyncio.get_running_loop()
    assert parts.hostname is not None
    assert parts.port is not None, "the URL names a port"
    _, line = await loop.create_connection(
        Line, parts.hostname, parts.port, ssl=_trusting() if parts.scheme == "wss" else None
    )
    key = base64.b64encode(os.urandom(16)).decode()
    fields = (
        f"GET {parts.path or '/'} HTTP/1.1",
        f"Host: {parts.netloc}",
        "Upgrade: websocket",
        "Connection: Upgrade",
        "Sec-WebSocket-Version: 13",
        f"Sec-WebSocket-Key: {key}",
    )
    line.transport.write("\r\n".join((*fields, "", "")).encode())
    await asyncio.wait_for(line.opened, WITHIN)
    return line


class GStreamer:
    """HELLO, SESSION, and texts of any kind."""

    async def register(self, line: Line, name: str) -> None:
        line.say(f"HELLO {name}")
        assert await line.answer() == "HELLO"

    async def pair(self, one: Line, _: Line, names: tuple[str, str]) -> None:
        one.say(f"SESSION {names[1]}")
        assert await one.answer() == "SESSION_OK"

    def message(self, number: int, _: int) -> str:
        return f"{number:08d}".ljust(SIZE, "x")

    def number(self, text: str) -> int:
        return int(text[:8])


class Webrtcsink:
    """A producer and a consumer with candidates for each other."""

    def __init__(self) -> None:
        self._ids: dict[Line, str] = {}
        self._session = ""

    async def register(self, line: Line, _: str) -> None:
        self._ids[line] = json.loads(await line.answer())["peerId"]
        line.say(json.dumps({"type": "setPeerStatus", "roles": ["producer"], "meta": None}))
        # A status is not answered: what is said after it is, once it counts.
        line.say('{"type": "listConsumers"}')
        await line.answer()

    async def pair(self, one: Line, other: Line, _: tuple[str, str]) -> None:
        one.say(json.dumps({"type": "startSession", "peerId": self._ids[other]}))
        self._session = json.loads(await one.answer())["sessionId"]
        assert json.loads(await other.answer())["type"] == "startSession"
        self.sessions = {one: self._session, other: self._session}

    def message(self, number: int, _: int) -> str:
        ice = {"candidate": f"{number:08d}", "sdpMLineIndex": 0}
        text = json.dumps({"type": "peer", "sessionId": self._session, "ice": ice})
        return text.replace(f"{number:08d}", f"{number:08d}".ljust(SIZE - len(text) + 8, "x"))

    def number(self, text: str) -> int:
        return int(json.loads(text)["ice"]["candidate"][:8])


class Flitter:
    """Calls with an offer of a kilobyte."""

    async def register(self, line: Line, name: str) -> None:
        line.say(json.dumps({"type": "join", "id": name, "room": f"room of {name[:-1]}"}))
        assert json.loads(await line.answer())["type"] == "members"

    async def pair(self, one: Line, other: Line, names: tuple[str, str]) -> None:
        self._names = names
        for line, count in ((one, 1), (other, 0)):
            for _ in range(count):
                assert json.loads(await line.answer())["members"] == list(names)

    def message(self, number: int, to: int) -> str:
        text = json.dumps({"type": "call", "to": self._names[to], "offer": f"{number:08d}"})
        return text.replace(f"{number:08d}", f"{number:08d}".ljust(SIZE - len(text) + 8, "x"))

    def number(self, text: str) -> int:
        return int(json.loads(text)["offer"][:8])


DIALECTS: dict[str, Callable[[], GStreamer | Webrtcsink | Flitter]] = {
    "gstreamer": GStreamer,
    "webrtcsink": Webrtcsink,
    "flitter": Flitter,
}


class Pair:
    """Two that send each other messages, some of them under way at all times."""

    def __init__(self, dialect: str, url: str, names: tuple[str, str]) -> None:
        self._dialect = DIALECTS[dialect]()
        self._url = url
        self._names = names
        self._sent = [0, 0]
        self._got = [0, 0]
        self._going = True
        self.all_arrived = asyncio.Event()

    @property
    def got(self) -> int:
        return sum(self._got)

    def finish(self) -> None:
        """Answer nothing more; `all_arrived` tells when what is on its way is there."""
        self._going = False

    async def begin(self) -> None:
        lines = [await connect(self._url) for _ in self._names]
        for line, name in zip(lines, self._names, strict=True):
            await self._dialect.register(line, name)
        await self._dialect.pair(lines[0], lines[1], self._names)
        self._lines = lines
        for end in (0, 1):
            lines[end].heard = partial(self._hear, end)
        for _ in range(IN_FLIGHT):
            self._send(0)

    def _send(self, end: int) -> None:
        self._lines[end].say(self._dialect.message(self._sent[end], 1 - end))
        self._sent[end] += 1

    def _hear(self, end: int, text: str) -> None:
        number = self._dialect.number(text)
        assert number == self._got[end], f"message {number} instead of {self._got[end]}"
        self._got[end] += 1
        if self._going:
            self._send(end)
        elif self._sent == self._got[::-1]:
            self.all_arrived.set()


async def run(dialect: str, url: str) -> None:
    loop = asyncio.get_running_loop()
    idle: list[Line] = []
    while words := (await loop.run_in_executor(None, sys.stdin.readline)).split():
        if words[0] == "connect":
            speaker = DIALECTS[dialect]()
            for _ in range(int(words[1])):
                line = await connect(url)
                await speaker.register(line, f"idle-{len(idle):06d}")
                idle.append(line)
            print(json.dumps({"connections": len(idle)}), flush=True)
        elif words[0] == "pairs":
            pairs = [Pair(dialect, url, (f"pair-{n}a", f"pair-{n}b")) for n in range(int(words[1]))]
            for pair in pairs:
                await pair.begin()
            await asyncio.sleep(1)
            print(json.dumps({"messages": sum(pair.got for pair in pairs)}), flush=True)
            await asyncio.sleep(float(words[2]))
            print(json.dumps({"messages": sum(pair.got for pair in pairs)}), flush=True)
            for pair in pairs:
                pair.finish()
            async with asyncio.timeout(WITHIN):
                await asyncio.gather(*(pair.all_arrived.wait() for pair in pairs))
            print(json.dumps({"arrived": sum(pair.got for pair in pairs)}), flush=True)


if __name__ == "__main__":
    import uvloop

    uvloop.run(run(sys.argv[1], sys.argv[2]))
