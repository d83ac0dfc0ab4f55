"""How HTTP is served: the bounds on connections."""

from aiohttp import web

HANDLER_TIME = 1.0
"""Seconds that requests have to end when the relay stops."""

IDLE_TIME = 20.0
"""Seconds that a connection may be without a complete header: before a request, and between two.

aiohttp counts from the connection's beginning, and bytes that trickle in do not extend it: this is
what ends clients that send header fields slowly, or none at all."""


def runner(application: web.Application, idle_time: float = IDLE_TIME) -> web.AppRunner:
    """What serves the application on the sockets that it is given."""
    return web.AppRunner(
        application,
        access_log=None,
        handle_signals=False,
        keepalive_timeout=idle_time,
        shutdown_timeout=HANDLER_TIME,
        lingering_time=HANDLER_TIME,
    )
