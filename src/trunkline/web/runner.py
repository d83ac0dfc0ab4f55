"""How HTTP is served: the bounds on connections."""

from aiohttp import web, web_app

HANDLER_TIME = 1.0
"""Seconds that requests have to end when the relay stops."""

IDLE_TIME = 20.0
"""Seconds that a connection may be without a complete header: before a request, and between two.

aiohttp counts from the connection's beginning, and bytes that trickle in do not extend it: this is
what ends clients that send header fields slowly, or none at all."""


def runner(application: web.Application, idle_time: float = IDLE_TIME) -> web.AppRunner:
    """What serves the application on the sockets that it is given."""
    application.on_cleanup.append(_forget)
    return web.AppRunner(
        application,
        access_log=None,
        handle_signals=False,
        keepalive_timeout=idle_time,
        shutdown_timeout=HANDLER_TIME,
        lingering_time=HANDLER_TIME,
    )


async def _forget(_: web.Application) -> None:
    """Let go of the handlers of what is over, and with them of the relay that they lead to.

    aiohttp keeps the last 1,024 that went through middlewares, of all applications of the process.
    """
    web_app._cached_build_middleware.cache_clear()  # noqa: SLF001 - there is no other way to it
