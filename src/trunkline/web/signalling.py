"""Signalling for other programs' peers, which are not guests of our rooms."""

from collections.abc import Callable, Mapping
from http import HTTPStatus

from aiohttp import web

from trunkline.config import SignallingSettings
from trunkline.errors import Refusal, RefusalCode
from trunkline.net.dialect import Dialects, limits
from trunkline.net.websocket import Endpoint
from trunkline.protocol.websocket.handshake import HandshakeError, accept
from trunkline.web.problem import Handler


class Signalling:
    """The routes, and whoever has come by them."""

    def __init__(
        self, dialects: Dialects, settings: SignallingSettings, clock: Callable[[], float]
    ) -> None:
        bounds = limits(settings)
        self._endpoints: Mapping[str, Endpoint] = {
            "/gstreamer": Endpoint(dialects.gstreamer, bounds, clock),
            "/webrtcsink": Endpoint(dialects.webrtcsink, bounds, clock),
            "/flitter": Endpoint(dialects.flitter, bounds, clock),
            # For programs that know no other path.
            "/": Endpoint(dialects.by_first_message, bounds, clock),
        }

    def join(self, application: web.Application) -> None:
        """Become part of a site, which may have a page on / besides."""
        application.middlewares.append(self._on_the_page)
        application.add_routes(
            web.get(path, self._talk, allow_head=False) for path in self._endpoints if path != "/"
        )

    def pass_time(self, now: float) -> None:
        """See `Endpoint.pass_time`."""
        for endpoint in self._endpoints.values():
            endpoint.pass_time(now)

    def stop(self) -> None:
        """Hang up on everybody."""
        for endpoint in self._endpoints.values():
            endpoint.stop()

    @web.middleware
    async def _on_the_page(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        # Others ask for HTTP/2, and get the page.
        if request.path == "/" and request.headers.get("upgrade", "").lower() == "websocket":
            return await self._talk(request)
        return await handler(request)

    async def _talk(self, request: web.Request) -> web.StreamResponse:
        endpoint = self._endpoints[request.path]
        try:
            accepted = accept(request.method, request.headers)
        except HandshakeError as error:
            fields = {"Upgrade": "websocket", "Sec-WebSocket-Version": "13"}
            shown = fields if error.status == HTTPStatus.UPGRADE_REQUIRED else {}
            return web.Response(status=error.status, text=f"{error}\n", headers=shown)
        if endpoint.full:
            raise Refusal(RefusalCode.FULL, "There are too many peers: try again later.", 10)
        transport = request.transport
        if transport is None:
            raise ConnectionResetError
        transport.write(accepted)
        # From here on the connection is the endpoint's, and for aiohttp it is gone: what is
        # returned is not sent. So nothing of HTTP is kept for each peer.
        request.protocol.transport = None
        request.protocol.connection_lost(None)
        endpoint.open(transport)
        return web.Response()
