"""/servers: a page for people; for programs of Umbrella's the list of servers as protobuf."""

from collections.abc import Sequence
from typing import Protocol

from aiohttp import hdrs, web

from trunkline.web.admin import Admin
from trunkline.web.body import read_body
from trunkline.web.page import Page
from trunkline.web.status import PROTOBUF, wants_protobuf

PATH = "/servers"


class Shelf(Protocol):
    """One kind of what an original calls servers."""

    def takes(self, url: str) -> bool:
        """Whether this is of its kind."""

    def urls(self) -> Sequence[str]:
        """Those that there are, without secrets."""

    def check(self, url: str) -> None:
        """Raise ProtocolError where none can be made of this."""

    async def add(self, url: str) -> None:
        """Have one more; raises Refusal."""

    async def remove(self, url: str) -> None:
        """Have it no more; raises Refusal."""


class Servers:
    """The route. Each address belongs to the first of the `shelves` that takes it.

    Where strangers are served (`everybody`), the list is shown to the operator alone.
    """

    def __init__(
        self, shelves: Sequence[Shelf], admin: Admin, page: Page, *, everybody: bool
    ) -> None:
        self._shelves = shelves
        self._admin = admin
        self._page = page
        self._everybody = everybody

    def routes(self) -> list[web.RouteDef]:
        """For the router."""
        return [web.get(PATH, self._show), web.post(PATH, self._replace)]

    def urls(self) -> list[str]:
        """All of them, without secrets."""
        return [url for shelf in self._shelves for url in shelf.urls()]

    async def _show(self, request: web.Request) -> web.StreamResponse:
        if not wants_protobuf(request):
            return self._page.file("/servers.html")
        if self._everybody:
            self._admin.require(request)
        return self._listed()

    async def _replace(self, request: web.Request) -> web.StreamResponse:
        if not wants_protobuf(request):
            raise web.HTTPMethodNotAllowed(request.method, [hdrs.METH_GET, hdrs.METH_HEAD])
        self._admin.require(request)
        from trunkline.protocol.room.servers import read_servers

        wanted = read_servers(await read_body(request))
        # All of them are looked at before the first is touched.
        new = [(url, self._shelf(url)) for url in wanted if url not in self._shelf(url).urls()]
        for url, shelf in new:
            shelf.check(url)
        for shelf in self._shelves:
            for url in shelf.urls():
                if url not in wanted:
                    await shelf.remove(url)
        for url, shelf in new:
            await shelf.add(url)
        return self._listed()

    def _shelf(self, url: str) -> Shelf:
        return next(shelf for shelf in self._shelves if shelf.takes(url))

    def _listed(self) -> web.Response:
        # Imported where it is needed: protobuf takes six megabytes.
        from trunkline.protocol.room.servers import write_servers

        return web.Response(
            body=write_servers(self.urls()),
            headers={"Content-Type": PROTOBUF, "Cache-Control": "no-store"},
        )
