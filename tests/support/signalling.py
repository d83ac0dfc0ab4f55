"""Signalling servers on loopback: in this process, and by the command."""

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from support.network import Namespace, prefix
from support.process import Process, process
from support.relay import free_port
from support.waiting import until
from trunkline.config import SignallingSettings
from trunkline.net.dialect import dialects
from trunkline.signalling import Place, signalling


@asynccontextmanager
async def serving(dialect: str, **bounds: float) -> AsyncIterator[str]:
    """Serve a dialect in this process; a URL."""
    settings = SignallingSettings.of(bounds)
    chosen = getattr(dialects(settings), dialect)
    place = Place(host="127.0.0.1", port=0, health="/health")
    async with signalling(chosen, place, settings) as url:
        yield url


@asynccontextmanager
async def command(
    dialect: str, *options: str, place: Namespace | None = None, host: str = "127.0.0.1"
) -> AsyncIterator[tuple[str, Process]]:
    """Serve a dialect by the command; a URL, and the process."""
    port = free_port() if place is None else 8443
    where = ("--addr" if dialect == "gstreamer" else "--host", host, "--port", str(port))
    arguments = (*prefix(place), sys.executable, "-m", "trunkline", "signal", dialect)
    async with process([*arguments, *where, *options]) as server:

        async def look() -> str:
            assert server.running, server.output
            return server.output

        said = await until(look, lambda text: "Ctrl-C" in text, within=20, what="server ready")
        scheme = "wss" if "wss://" in said else "ws"
        yield f"{scheme}://{host}:{port}", server
