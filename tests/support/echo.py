"""A WebSocket that says what it hears, over the same sockets and frames as signalling."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from trunkline.exchange import Exchange
from trunkline.model.peering import PeerKey, Tell
from trunkline.net.reception import Reception
from trunkline.net.websocket import Dialect, Endpoint, Limits

Frame = str | bytes


class _Half:
    def receive(self, frame: Frame) -> Frame:
        return frame

    def send(self, event: Frame) -> Frame:
        return event


class _Peers:
    def connect(self, _: PeerKey) -> Sequence[Tell[Frame]]:
        return ()

    def receive(self, peer: PeerKey, request: Frame) -> Sequence[Tell[Frame]]:
        return (Tell(peer, request),)

    def disconnect(self, _: PeerKey) -> Sequence[Tell[Frame]]:
        return ()


@asynccontextmanager
async def echo(limits: Limits) -> AsyncIterator[str]:
    """Serve it; a URL."""
    loop = asyncio.get_running_loop()
    endpoint = Endpoint(Dialect(_Half, Exchange(_Peers())), limits, loop.time)
    reception = Reception(endpoint, None, loop.time)
    server = await loop.create_server(reception.arrival, "127.0.0.1", 0)
    try:
        yield f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
    finally:
        server.close()
        endpoint.stop()
