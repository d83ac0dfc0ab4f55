"""Programs use the STUN and TURN servers that a relay tells of."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from support.live import live
from support.waiting import until
from trunkline import Network, Peer
from trunkline.client.whip import Door

HERE = Network(addresses=["127.0.0.1"])
BINDING = b"\x00\x01"  # RFC 8489 section 18.2


class Listener(asyncio.DatagramProtocol):
    """A server that answers nothing and notes what is asked."""

    def __init__(self) -> None:
        self.asked: list[bytes] = []

    def datagram_received(self, data: bytes, _: object) -> None:
        self.asked.append(data[:2])


@asynccontextmanager
async def listening() -> AsyncIterator[tuple[str, Listener]]:
    """A URL, and what comes there."""
    loop = asyncio.get_running_loop()
    transport, listener = await loop.create_datagram_endpoint(Listener, local_addr=("127.0.0.1", 0))
    try:
        yield f"stun:127.0.0.1:{transport.get_extra_info('sockname')[1]}", listener
    finally:
        transport.close()


async def is_asked(listener: Listener) -> None:
    async def asked() -> list[bytes]:
        return listener.asked

    await until(asked, lambda seen: BINDING in seen, within=20, what="a STUN request")


async def test_a_guest_asks_the_servers_of_its_welcome(tmp_path: Path) -> None:
    async with (
        listening() as (url, listener),
        live(tmp_path, ice_servers=[{"url": url}]) as relay,
        Peer.join(relay.relay.url, "studio", network=HERE) as guest,
    ):
        await guest.send_audio()
        await is_asked(listener)


async def test_whip_asks_the_servers_of_the_first_answer_from_the_second_on(
    tmp_path: Path,
) -> None:
    async with (
        listening() as (url, listener),
        live(tmp_path, ice_servers=[{"url": url}]) as relay,
        Peer(HERE) as link,
    ):
        link.send_audio()
        session = await Door(f"{relay.relay.url}/whip/studio").open(relay.http, await link.offer())
        assert [server.url for server in session.ice_servers] == [url]
        assert listener.asked == []
        await link.help(session.ice_servers)
        link.renew()
        await link.offer()
        await is_asked(listener)
