"""HTTP on its ports."""

import asyncio
import socket
import ssl
from collections.abc import Sequence
from contextlib import AsyncExitStack

from aiohttp import web

from trunkline.config import Settings
from trunkline.net.listener import listen
from trunkline.web.front import live_under
from trunkline.web.page import Page
from trunkline.web.runner import runner
from trunkline.web.signalling import Signalling
from trunkline.web.site import Inside, site


async def serve(
    stack: AsyncExitStack,
    settings: Settings,
    inside: Inside,
    signalling: Signalling,
    context: ssl.SSLContext | None,
) -> tuple[int, int | None]:
    """Answer until the stack is closed; the port, and that without TLS.

    Raises:
        StartupError: a port cannot be had.
    """
    sockets = await _bound(stack, settings.host, settings.http_port, "--port")
    plain: Sequence[socket.socket] = ()
    if settings.plain_port is not None:
        plain = await _bound(stack, settings.host, settings.plain_port, "--plain-port")
    port, plain_port = _port(sockets), _port(plain) if plain else None
    application = site(
        inside,
        Page(),
        settings,
        clock=asyncio.get_running_loop().time,
        plain_port=plain_port,
    )
    signalling.join(application)
    serving = runner(application)
    await serving.setup()
    stack.push_async_callback(serving.cleanup)
    if settings.http_prefix:
        live_under(settings.http_prefix, serving)
    for each in sockets:
        await web.SockSite(serving, each, ssl_context=context).start()
    for each in plain:
        await web.SockSite(serving, each).start()
    return port, plain_port


async def _bound(
    stack: AsyncExitStack, host: str | None, port: int, option: str
) -> Sequence[socket.socket]:
    """Sockets that share a port, closed with the stack."""
    sockets = await asyncio.to_thread(listen, host, port, option)
    for each in sockets:
        stack.callback(each.close)
    return sockets


def _port(sockets: Sequence[socket.socket]) -> int:
    return int(sockets[0].getsockname()[1])
