"""ICE connectivity checks (RFC 8445 section 7) to the candidates of an answer."""

import asyncio
import os
import secrets
from dataclasses import dataclass, field

from trunkline.client.doctor.session import Candidate, Told
from trunkline.errors import ProtocolError
from trunkline.protocol import stun

PATIENCE = 3.0
"""Seconds for the answer to any of the checks of one candidate."""

_PAUSES = (0.0, 0.2, 0.4, 0.8)
"""Seconds before each of the checks."""

_FRAME = 4096  # bytes of one frame over TCP


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one candidate's checks."""

    candidate: Candidate
    seconds: float | None
    """Round-trip time; None when no good answer came."""
    reason: str = ""
    """Why not; empty when there was only silence."""


@dataclass(slots=True)
class _Checks:
    """The checks under way to one candidate: at most one for each pause."""

    told: Told
    sent: dict[bytes, float] = field(default_factory=dict)
    reason: str = ""

    def make(self, now: float) -> bytes:
        transaction = secrets.token_bytes(stun.TRANSACTION)
        self.sent[transaction] = now
        username = f"{self.told.ufrag}:{self.told.own_ufrag}"
        return stun.check(transaction, username, self.told.password, secrets.randbits(64))

    def take(self, data: bytes, now: float) -> float | None:
        """The round-trip time, when these bytes answer a check."""
        try:
            message = stun.decode(data)
        except ProtocolError:
            return None  # DTLS, or somebody else's datagram
        if message.transaction not in self.sent or message.kind == stun.BINDING_REQUEST:
            return None
        if message.kind == stun.BINDING_ERROR:
            code, words = stun.error_code(message) or (0, "without a code")
            self.reason = f"the answer is the error {code} {words}"
            return None
        if not stun.is_authentic(data, self.told.password):
            self.reason = "something else answers there, without the relay's password"
            return None
        return now - self.sent[message.transaction]


async def probe(told: Told, candidate: Candidate, patience: float = PATIENCE) -> Result:
    """Check one candidate as a client would, for at most `patience` seconds."""
    checks = _Checks(told)
    over = _over_tcp if candidate.protocol == "tcp" else _over_udp
    try:
        async with asyncio.timeout(patience):
            return Result(candidate, await over(checks, candidate))
    except TimeoutError:
        return Result(candidate, None, checks.reason)
    except asyncio.IncompleteReadError:
        return Result(candidate, None, checks.reason or "the connection was closed")
    except OSError as error:
        words = os.strerror(error.errno) if error.errno else str(error)
        return Result(candidate, None, checks.reason or words.lower())


class _Datagrams(asyncio.DatagramProtocol):
    """The first good answer, or the first error, becomes the result."""

    def __init__(self, checks: _Checks) -> None:
        self._checks = checks
        self._loop = asyncio.get_running_loop()
        self.result: asyncio.Future[float] = self._loop.create_future()

    def datagram_received(self, data: bytes, _addr: object) -> None:
        """Look whether it answers one of ours."""
        time = self._checks.take(data, self._loop.time())
        if time is not None and not self.result.done():
            self.result.set_result(time)

    def error_received(self, exc: Exception) -> None:
        """Keep the reason."""
        # Told by the network, or by a firewall of our own. An answer may still come.
        self._checks.reason = str(getattr(exc, "strerror", exc)).lower()


async def _over_udp(checks: _Checks, candidate: Candidate) -> float:
    loop = asyncio.get_running_loop()
    transport, protocol = await loop.create_datagram_endpoint(
        lambda: _Datagrams(checks), remote_addr=(str(candidate.address), candidate.port)
    )
    try:
        for pause in _PAUSES:
            await asyncio.wait([protocol.result], timeout=pause)
            if protocol.result.done():
                break
            transport.sendto(checks.make(loop.time()))
        return await protocol.result
    finally:
        transport.close()


async def _over_tcp(checks: _Checks, candidate: Candidate) -> float:
    """Messages are framed by their length in two bytes (RFC 4571)."""
    loop = asyncio.get_running_loop()
    reader, writer = await asyncio.open_connection(
        str(candidate.address), candidate.port, limit=_FRAME
    )
    try:
        data = checks.make(loop.time())
        writer.write(len(data).to_bytes(2) + data)
        while True:
            length = int.from_bytes(await reader.readexactly(2))
            time = checks.take(await reader.readexactly(length), loop.time())
            if time is not None:
                return time
    finally:
        writer.transport.abort()
