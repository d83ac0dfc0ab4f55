"""A whole relay on loopback over the real core, asked as clients of WHIP and WHEP ask."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp
from multidict import CIMultiDictProxy

from support.offer import offer
from trunkline.app import Relay
from trunkline.config import Settings
from trunkline.protocol import sdp

SDP = {"Content-Type": "application/sdp"}
FRAGMENT = {"Content-Type": "application/trickle-ice-sdpfrag"}
PASSWORD = "abcdefghijklmnopqrstuv"


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer, read to its end."""

    status: int
    headers: CIMultiDictProxy[str]
    text: str

    @property
    def url(self) -> str:
        return self.headers["Location"]

    @property
    def tag(self) -> str:
        return self.headers["ETag"]

    @property
    def description(self) -> sdp.Description:
        return sdp.parse(self.text.encode())

    def links(self, relation: str) -> list[str]:
        return [link for link in self.headers.getall("Link", []) if f'rel="{relation}"' in link]


@dataclass(frozen=True, slots=True)
class Live:
    """A running relay and a client."""

    relay: Relay
    http: aiohttp.ClientSession

    async def ask(
        self, method: str, path: str, headers: Mapping[str, str] | None = None, body: str = ""
    ) -> Reply:
        async with self.http.request(
            method, path, headers=headers, data=body.encode() or None, allow_redirects=False
        ) as response:
            return Reply(response.status, response.headers, await response.text())

    async def post(self, path: str, body: str, **headers: str) -> Reply:
        return await self.ask("POST", path, {**SDP, **headers}, body)

    async def publish(self, name: str = "cam", body: str | None = None) -> Reply:
        return await self.post(f"/whip/studio?name={name}", body or offer("sendonly"))

    async def watch(self, body: str | None = None) -> Reply:
        """Watch the first publisher, who comes if need be."""
        if not self.relay.rooms:
            assert (await self.publish()).status == 201
        return await self.post("/whep/studio", body or offer("recvonly"))

    async def trickle(self, session: Reply, body: str, **headers: str) -> Reply:
        return await self.ask("PATCH", session.url, {**FRAGMENT, **headers}, body)

    async def restart(self, session: Reply, ufrag: str = "new1", star: str = "*") -> Reply:
        return await self.trickle(session, fragment(ufrag), **{"If-Match": star})


def fragment(ufrag: str = "abcd", *more: str, password: str = PASSWORD) -> str:
    """What a client sends by PATCH."""
    lines = [f"a=ice-ufrag:{ufrag}", f"a=ice-pwd:{password}"]
    lines += ["m=audio 9 UDP/TLS/RTP/SAVPF 0", "a=mid:0"]
    lines.append("a=candidate:1 1 udp 2130706431 127.0.0.1 50000 typ host")
    return sdp.join([*lines, *more])


@asynccontextmanager
async def live(directory: Path, **settings: object) -> AsyncIterator[Live]:
    """Run a relay on free ports of 127.0.0.1."""
    given = {"host": "127.0.0.1", "port": 0, "media_port": 0, "tls": "off"}
    chosen = Settings.of({**given, "state_dir": directory, **settings})
    async with Relay(chosen) as relay, aiohttp.ClientSession(relay.url) as http:
        yield Live(relay, http)
