"""The built pages, and the files that they load."""

from http import HTTPStatus
from pathlib import Path

from aiohttp import web

from trunkline.protocol.name import room_name

STATIC = Path(__file__).with_name("static")
"""Where `make page` puts what it builds."""

NOT_BUILT = "The page was not built. Run `make page` in the source tree, then start again.\n"

_SECURITY = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
    "img-src 'self' data:; font-src 'self'; media-src 'self' blob: mediastream:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
# The names of assets carry a hash of their content; pages ask each time and get 304 by their ETag.
_FOREVER = {**_SECURITY, "Cache-Control": "public, max-age=31536000, immutable"}
_ASK = {**_SECURITY, "Cache-Control": "no-cache"}
# Pages of other origins load the SDK as a module.
_SDK = {
    **_ASK,
    "Access-Control-Allow-Origin": "*",
    "Cross-Origin-Resource-Policy": "cross-origin",
}


class Page:
    """The files of one directory. Only those there at the start are served."""

    def __init__(self, directory: Path = STATIC) -> None:
        self._directory = directory
        self._files = {
            "/" + path.relative_to(directory).as_posix(): path
            for path in sorted(directory.rglob("*"))
            # Of a file that has one, aiohttp sends this to whoever takes it.
            if path.is_file() and path.suffix != ".gz"
        }

    def routes(self) -> list[web.RouteDef]:
        """For the router."""
        return [
            web.get("/", self._index),
            web.get("/watch/{room}", self._watch),
            web.get("/sfu", self._call),
            web.get("/docs", _to_docs),
            web.get("/docs/{page:[a-z-]*}", self._docs),
            *(web.get(url, self._file) for url in self._files if not url.endswith(".html")),
        ]

    async def _index(self, _: web.Request) -> web.StreamResponse:
        return self.file("/index.html")

    async def _watch(self, request: web.Request) -> web.StreamResponse:
        room_name(request.match_info["room"])
        return self.file("/watch.html")

    async def _call(self, _: web.Request) -> web.StreamResponse:
        return self.file("/sfu.html")

    async def _docs(self, request: web.Request) -> web.StreamResponse:
        url = f"/docs/{request.match_info['page'] or 'index'}.html"
        if self._files and url not in self._files:
            raise web.HTTPNotFound
        return self.file(url)

    def file(self, url: str) -> web.StreamResponse:
        """One of the pages."""
        if url not in self._files:
            return web.Response(
                status=HTTPStatus.SERVICE_UNAVAILABLE,
                text=NOT_BUILT,
                headers={**_SECURITY, "Cache-Control": "no-store"},
            )
        return web.FileResponse(self._files[url], headers=_ASK)

    async def _file(self, request: web.Request) -> web.StreamResponse:
        return web.FileResponse(self._files[request.path], headers=_headers(request.path))


async def _to_docs(_: web.Request) -> web.StreamResponse:
    raise web.HTTPPermanentRedirect("docs/")


def _headers(path: str) -> dict[str, str]:
    if path.startswith("/assets/"):
        return _FOREVER
    return _SDK if path.startswith("/sdk/") else _ASK
