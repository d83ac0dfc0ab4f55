"""What may stand before us: reverse proxies, and the path under which they have us."""

from collections.abc import Callable, Sequence
from typing import Any

from aiohttp import web
from aiohttp.http import RawRequestMessage
from aiohttp.typedefs import Middleware
from yarl import URL

from trunkline.protocol.forwarded import Network, client
from trunkline.web.problem import Handler

_FIELDS = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Proto")


def believing(trusted: Sequence[Network]) -> Middleware:
    """Take the client's address from what a trusted proxy tells."""

    @web.middleware
    async def look_behind(request: web.Request, handler: Handler) -> web.StreamResponse:
        fields = {name.lower(): request.headers.getall(name, []) for name in _FIELDS}
        found = client(request.remote or "", fields, trusted)
        if found is not None:
            scheme = found.scheme or request.scheme
            request = request.clone(remote=found.address, scheme=scheme)
        return await handler(request)

    return look_behind


def live_under(prefix: str, serving: web.BaseRunner) -> None:
    """Be found under a path as well as at the root, where a proxy has taken the path away."""
    server = serving.server
    assert server is not None
    made: Callable[..., web.BaseRequest] = server.request_factory

    def make(message: RawRequestMessage, *rest: Any) -> web.BaseRequest:
        target = _below(prefix, message.path)
        if target is not None:
            path, _, query = target.partition("?")
            url = URL.build(path=path, query_string=query, encoded=True)
            message = message._replace(path=target, url=url)
        return made(message, *rest)

    server.request_factory = make


def entrance(prefix: str) -> web.RouteDef:
    """The path alone leads to the page below it, whose links are relative."""
    last = prefix.rpartition("/")[2]

    async def lead(_: web.Request) -> web.StreamResponse:
        raise web.HTTPPermanentRedirect(f"{last}/")

    return web.get(prefix, lead)


def leading_back(prefix: str) -> Callable[[web.Request, web.StreamResponse], Any]:
    """What puts the path before the addresses in an answer's header."""

    async def write(_: web.Request, response: web.StreamResponse) -> None:
        headers = response.headers
        if headers.get("Location", "").startswith("/"):
            headers["Location"] = prefix + headers["Location"]
        if "Link" in headers:
            links = [_link(prefix, link) for link in headers.popall("Link")]
            headers.extend([("Link", link) for link in links])

    return write


def _below(prefix: str, target: str) -> str | None:
    """What of a request's target is ours, if it is under the path."""
    return target.removeprefix(prefix) if target.startswith(f"{prefix}/") else None


def _link(prefix: str, link: str) -> str:
    return link.replace("</", f"<{prefix}/", 1) if link.startswith("</") else link
