"""Checks against an answerer on loopback that is good, wrong or no answerer at all."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from ipaddress import ip_address
from typing import Any

import pytest

from trunkline.client.doctor.probe import Result, probe
from trunkline.client.doctor.session import Candidate, Told
from trunkline.protocol import stun
from trunkline.protocol.stun import Message

PASSWORD = "relays-own-password-22"
Answer = Callable[[bytes], list[bytes]]
Server = Callable[[Answer], AbstractAsyncContextManager[Candidate]]


def told(candidate: Candidate) -> Told:
    return Told((candidate,), "them", PASSWORD, "us")


def good(data: bytes) -> list[bytes]:
    """What a relay does: it refuses checks that are not signed with its password."""
    request = stun.decode(data)
    assert stun.is_authentic(data, PASSWORD)
    assert request.first(stun.USERNAME) == b"them:us"
    return [stun.encode(Message(stun.BINDING_SUCCESS, request.transaction), PASSWORD)]


def strange(data: bytes) -> list[bytes]:
    """Datagrams that are none of our business."""
    other = Message(stun.BINDING_SUCCESS, bytes(stun.TRANSACTION))
    return [b"", b"\x16\xfe\xfd DTLS", data, stun.encode(other, PASSWORD)]


def forged(data: bytes) -> list[bytes]:
    return [stun.encode(Message(stun.BINDING_SUCCESS, stun.decode(data).transaction), "guessed")]


def refusing(data: bytes) -> list[bytes]:
    reason = ((stun.ERROR_CODE, b"\0\0\x04\x01Unauthorized"),)
    return [stun.encode(Message(stun.BINDING_ERROR, stun.decode(data).transaction, reason), "x")]


class Udp(asyncio.DatagramProtocol):
    def __init__(self, answer: Answer) -> None:
        self._answer = answer

    def connection_made(self, transport: Any) -> None:
        self._transport = transport

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        for each in self._answer(data):
            self._transport.sendto(each, addr)


@asynccontextmanager
async def udp(answer: Answer) -> AsyncIterator[Candidate]:
    transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(
        lambda: Udp(answer), ("127.0.0.1", 0)
    )
    try:
        yield Candidate("udp", ip_address("127.0.0.1"), transport.get_extra_info("sockname")[1])
    finally:
        transport.close()


@asynccontextmanager
async def tcp(answer: Answer) -> AsyncIterator[Candidate]:
    """Framed as RFC 4571 has it; it closes when it has nothing to say."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        data = await reader.readexactly(int.from_bytes(await reader.readexactly(2)))
        for each in answer(data):
            writer.write(len(each).to_bytes(2) + each)
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        yield Candidate("tcp", ip_address("127.0.0.1"), port)


@pytest.mark.parametrize("over", [udp, tcp])
async def test_a_relay_answers(over: Server) -> None:
    for answer in (good, lambda data: [*strange(data), *good(data)]):
        result = await _ask(over, answer)
        assert result.seconds is not None
        assert result.seconds >= 0
        assert result.reason == ""


@pytest.mark.parametrize("over", [udp, tcp])
@pytest.mark.parametrize(
    ("answer", "reason"), [(forged, "without the relay's password"), (refusing, "401 Unauthorized")]
)
async def test_a_wrong_answer_is_none(over: Server, answer: Answer, reason: str) -> None:
    result = await _ask(over, answer, patience=1.0)
    assert result.seconds is None
    assert reason in result.reason


async def test_what_is_not_ours_is_silence() -> None:
    result = await _ask(udp, strange, patience=0.5)
    assert (result.seconds, result.reason) == (None, "")
    result = await _ask(tcp, strange)
    assert (result.seconds, result.reason) == (None, "the connection was closed")


@pytest.mark.parametrize("protocol", ["udp", "tcp"])
async def test_a_closed_port_says_so(protocol: str) -> None:
    kind = socket.SOCK_DGRAM if protocol == "udp" else socket.SOCK_STREAM
    with socket.socket(socket.AF_INET, kind) as made:
        made.bind(("127.0.0.1", 0))
        port = made.getsockname()[1]
    candidate = Candidate(protocol, ip_address("127.0.0.1"), port)
    result = await probe(told(candidate), candidate, patience=1.0)
    assert (result.seconds, result.reason) == (None, "connection refused")


async def _ask(over: Server, answer: Answer, patience: float = 5.0) -> Result:
    async with over(answer) as candidate:
        return await probe(told(candidate), candidate, patience)
