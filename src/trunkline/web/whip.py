"""WHIP and WHEP over HTTP; what is right and what is not is decided in `protocol.whip`."""

from collections.abc import Iterable
from http import HTTPStatus

from aiohttp import web
from multidict import CIMultiDict

from trunkline.engine import Engine
from trunkline.model.ice_server import IceServer
from trunkline.model.id import SessionId
from trunkline.model.request import Enter, Find, Leave, Publish, Restart, Watch
from trunkline.protocol.bandwidth import limit_pictures
from trunkline.protocol.bearer import bearer
from trunkline.protocol.name import participant_name, room_name
from trunkline.protocol.whip import exchange
from trunkline.protocol.whip.answer import finish_answer, restart_fragment
from trunkline.protocol.whip.offer import read_offer
from trunkline.protocol.whip.patch import read_patch
from trunkline.web.body import BODY_TIME, read_body


class Whip:
    """The endpoints /whip/… and /whep/…, and the sessions that they open."""

    def __init__(
        self,
        engine: Engine,
        ice_servers: Iterable[IceServer] = (),
        body_time: float = BODY_TIME,
    ) -> None:
        self._engine = engine
        self._links = exchange.ice_links(ice_servers)
        self._body_time = body_time

    def routes(self) -> list[web.RouteDef]:
        """For the router."""
        endpoints = (
            ("/whip/{room}", self._publish),
            ("/whep/{room}", self._watch),
            ("/whep/{room}/{publisher}", self._watch),
        )
        session = f"{exchange.SESSION_PATH}{{session}}"
        return [
            *(web.post(path, handler) for path, handler in endpoints),
            *(web.get(path, _discover) for path, _ in endpoints),
            *(web.options(path, self._options) for path, _ in endpoints),
            web.delete(session, self._leave),
            web.patch(session, self._patch),
            web.get(session, self._exists),
            web.options(session, _session_options),
        ]

    async def _publish(self, request: web.Request) -> web.Response:
        room = room_name(request.match_info["room"])
        passphrase = bearer(request.headers.get("Authorization"))
        name = participant_name(request.query["name"]) if request.query.get("name") else None
        offer = read_offer(
            request.headers.get("Content-Type"), await self._body(request), "publisher"
        )
        return await self._enter(Publish(room, name, offer, passphrase))

    async def _watch(self, request: web.Request) -> web.Response:
        room = room_name(request.match_info["room"])
        wanted = request.match_info.get("publisher")
        publisher = participant_name(wanted) if wanted is not None else None
        passphrase = bearer(request.headers.get("Authorization"))
        offer = read_offer(request.headers.get("Content-Type"), await self._body(request), "viewer")
        return await self._enter(Watch(room, publisher, offer, passphrase))

    async def _enter(self, request: Enter) -> web.Response:
        opened = await self._engine.ask(request)
        headers = CIMultiDict(exchange.created(opened.session))
        headers.extend(self._links)
        if isinstance(request, Watch):
            headers.add(*exchange.streams_link(opened.session.id))
        return web.Response(
            status=HTTPStatus.CREATED,
            headers=headers,
            body=limit_pictures(finish_answer(opened.answer), opened.bitrate).encode(),
        )

    async def _leave(self, request: web.Request) -> web.Response:
        await self._engine.ask(Leave(_session(request)))
        return web.Response(headers=exchange.CORS)

    async def _patch(self, request: web.Request) -> web.Response:
        # The body first: while it arrives, the session may end or restart.
        body = await self._body(request)
        session = await self._engine.ask(Find(_session(request)))
        tags = request.headers.getall("If-Match", [])
        offer = read_patch(
            session, request.headers.get("Content-Type"), ", ".join(tags) or None, body
        )
        if offer is None:
            return web.Response(status=HTTPStatus.NO_CONTENT, headers=exchange.CORS)
        opened = await self._engine.ask(Restart(session.id, offer))
        return web.Response(
            headers=exchange.restarted(opened.session),
            body=restart_fragment(opened.answer).encode(),
        )

    async def _exists(self, request: web.Request) -> web.Response:
        await self._engine.ask(Find(_session(request)))
        return await _discover(request)

    async def _options(self, request: web.Request) -> web.Response:
        headers = CIMultiDict(exchange.ENDPOINT_OPTIONS)
        # RFC 9725 section 4.6: servers may be told here, but not to a preflight.
        if "Access-Control-Request-Method" not in request.headers:
            headers.extend(self._links)
        return web.Response(headers=headers)

    async def _body(self, request: web.Request) -> bytes:
        return await read_body(request, self._body_time)


async def _discover(_: web.Request) -> web.Response:
    return web.Response(headers=exchange.DISCOVERY)


async def _session_options(_: web.Request) -> web.Response:
    return web.Response(headers=exchange.SESSION_OPTIONS)


def _session(request: web.Request) -> SessionId:
    return SessionId(request.match_info["session"])
