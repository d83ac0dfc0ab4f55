"""A WHIP session that never carries media: it is opened to see what clients are told."""

import re
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urljoin

import aiohttp

from trunkline.client.doctor.door import OPEN, Reply, ask
from trunkline.client.doctor.finding import Finding, wrong
from trunkline.client.doctor.target import Target
from trunkline.errors import ProtocolError
from trunkline.net.interface import Address
from trunkline.protocol import sdp

CANDIDATES = 32
"""Candidates of an answer that are tried; further ones are left out."""

_CANDIDATE = re.compile(
    r"\S+ 1 (?P<protocol>udp|tcp) \d+ (?P<address>[0-9a-f.:]+) (?P<port>\d{1,5})"
    r" typ \S+(?P<rest>.*)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Candidate:
    """Where a client may send media (RFC 8839 section 5.1)."""

    protocol: str
    """ "udp" or "tcp"."""
    address: Address
    port: int

    def __str__(self) -> str:
        host = f"[{self.address}]" if self.address.version == 6 else str(self.address)
        return f"{host}:{self.port} ({self.protocol.upper()})"


@dataclass(frozen=True, slots=True)
class Told:
    """What the relay's answer tells a client."""

    candidates: tuple[Candidate, ...]
    """As the relay orders them, no candidate twice."""
    ufrag: str
    password: str
    own_ufrag: str


@asynccontextmanager
async def opened(http: aiohttp.ClientSession, target: Target) -> AsyncIterator[Told | Finding]:
    """Publish into a room of its own for as long as the block lasts; or why that cannot be."""
    ufrag, room = secrets.token_hex(4), f"doctor-{secrets.token_hex(4)}"
    endpoint = f"{target.url}/whip/{room}?name=doctor"
    headers = {"Content-Type": "application/sdp"}
    try:
        reply = await ask(http, "POST", endpoint, data=_offer(ufrag).encode(), headers=headers)
    except (aiohttp.ClientError, TimeoutError) as error:
        yield wrong("whip", f"{endpoint} does not answer: {error}.", "Look into the relay's log.")
        return
    if reply.status != 201:
        yield _refused(reply)
        return
    try:
        yield read_answer(reply.text, ufrag)
    finally:
        # A session that never connected would end by itself, too: when its silence is noticed.
        with suppress(aiohttp.ClientError, TimeoutError):
            await ask(http, "DELETE", urljoin(endpoint, reply.headers.get("location", "")))


def read_answer(answer: str, own_ufrag: str) -> Told | Finding:
    """Candidates and credentials of the first medium."""
    try:
        description = sdp.parse(answer.encode())
        section = description.sections[0]
    except (ProtocolError, IndexError):
        return wrong("whip", "The relay's answer is not SDP.", "Is a proxy changing it?")
    ufrag = section.first("ice-ufrag") or description.session.first("ice-ufrag")
    password = section.first("ice-pwd") or description.session.first("ice-pwd")
    found = [_candidate(value) for value in section.values("candidate")[:CANDIDATES]]
    known = tuple(dict.fromkeys(one for one in found if one is not None))
    if ufrag is None or password is None or not known:
        return wrong(
            "media",
            "The relay's answer names no address for media.",
            "Name one with --announce when starting the relay.",
        )
    return Told(known, ufrag, password, own_ufrag)


def _candidate(value: str) -> Candidate | None:
    match = _CANDIDATE.fullmatch(value)
    # Only a passive one waits for connections (RFC 6544 section 4.5).
    if match is None or (match["protocol"].lower() == "tcp" and "passive" not in match["rest"]):
        return None
    try:
        address = ip_address(match["address"])
    except ValueError:
        return None
    port = int(match["port"])
    return Candidate(match["protocol"].lower(), address, port) if 0 < port < 65536 else None


def _refused(reply: Reply) -> Finding:
    if reply.status == 403:
        return wrong("access", f"The relay refuses this machine (403): {reply.detail}", OPEN)
    remedy = "Look into the relay's log."
    if reply.status == 503:
        remedy = "Wait, or end sessions: the relay is full or stops."
    return wrong("whip", f"Publishing is answered with {reply.status}: {reply.detail}", remedy)


def _offer(ufrag: str) -> str:
    """The smallest offer that a relay must take; its fingerprint is never used."""
    return sdp.join(
        [
            "v=0",
            f"o=- {secrets.randbits(62)} 1 IN IP4 0.0.0.0",
            "s=-",
            "t=0 0",
            "a=group:BUNDLE 0",
            "m=audio 9 UDP/TLS/RTP/SAVPF 111",
            "c=IN IP4 0.0.0.0",
            "a=mid:0",
            "a=sendonly",
            "a=rtcp-mux",
            "a=rtpmap:111 opus/48000/2",
            f"a=ice-ufrag:{ufrag}",
            f"a=ice-pwd:{secrets.token_hex(16)}",
            f"a=fingerprint:sha-256 {':'.join(f'{each:02X}' for each in secrets.token_bytes(32))}",
            "a=setup:actpass",
        ]
    )
