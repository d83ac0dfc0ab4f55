"""/status: a page for people; for programs of Umbrella's the same as protobuf."""

from collections.abc import Callable, Sequence

from aiohttp import hdrs, web

from trunkline.web.page import Page
from trunkline.web.sight import Sight

PATH = "/status"
PROTOBUF = "application/x-protobuf"


class Status:
    """The route; `servers` tells the addresses of trunks and cameras."""

    def __init__(self, sight: Sight, page: Page, servers: Callable[[], Sequence[str]]) -> None:
        self._sight = sight
        self._page = page
        self._servers = servers

    def routes(self) -> list[web.RouteDef]:
        """For the router."""
        return [web.route(hdrs.METH_ANY, PATH, self._answer)]

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        if not wants_protobuf(request):
            if request.method not in (hdrs.METH_GET, hdrs.METH_HEAD):
                raise web.HTTPMethodNotAllowed(request.method, [hdrs.METH_GET, hdrs.METH_HEAD])
            return self._page.file("/status.html")
        # Imported where it is needed: protobuf takes six megabytes.
        from trunkline.protocol.room.status import write_status

        look = self._sight.of(request)
        statistics = await look.statistics()
        servers = self._servers() if look.addresses else ()
        return web.Response(
            body=write_status(look.rooms(), statistics, servers),
            headers={"Content-Type": PROTOBUF, "Cache-Control": "no-store"},
        )


def wants_protobuf(request: web.Request) -> bool:
    """An original client says it in Content-Type, also of a GET without a body."""
    return PROTOBUF in (request.headers.get("Content-Type"), request.headers.get("Accept"))
