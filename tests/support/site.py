"""A whole relay on loopback over a core without sockets."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp

from support.core import FakeCore
from support.offer import offer
from trunkline.app import Relay
from trunkline.config import Settings

SDP = {"Content-Type": "application/sdp"}


@dataclass
class Site:
    """A running relay, its core, and a client."""

    relay: Relay
    core: FakeCore
    http: aiohttp.ClientSession
    sessions: list[str] = field(default_factory=list)

    async def post(self, path: str, body: str) -> aiohttp.ClientResponse:
        response = await self.http.post(path, data=body, headers=SDP)
        await response.read()
        self.sessions.append(response.headers.get("Location", ""))
        return response

    async def publish(self, room: str = "studio", name: str = "cam") -> aiohttp.ClientResponse:
        return await self.post(f"/whip/{room}?name={name}", offer("sendonly"))

    async def watch(self, path: str = "studio") -> aiohttp.ClientResponse:
        return await self.post(f"/whep/{path}", offer("recvonly"))


@asynccontextmanager
async def running(directory: Path, **settings: Any) -> AsyncIterator[Site]:
    """Run a relay on free ports of 127.0.0.1."""
    cores: list[FakeCore] = []

    def make(*arguments: Any) -> FakeCore:
        cores.append(FakeCore(*arguments))
        return cores[-1]

    given = {"host": "127.0.0.1", "port": 0, "media_port": 0, "tls": "off"}
    chosen = Settings.of({**given, "state_dir": directory, **settings})
    async with (
        Relay(chosen, core=make) as relay,
        aiohttp.ClientSession(relay.url, connector=aiohttp.TCPConnector(ssl=False)) as http,
    ):
        yield Site(relay, cores[-1], http)
