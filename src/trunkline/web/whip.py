"""WHIP and WHEP over HTTP; what is right and what is not is decided in `protocol.whip`."""

import asyncio
from http import HTTPStatus

from aiohttp import web

from trunkline.engine import Engine
from trunkline.errors import ProtocolError, Refusal, RefusalCode
from trunkline.model.id import SessionId
from trunkline.model.request import Enter, Find, Leave, Publish, Watch
from trunkline.protocol.name import participant_name, room_name
from trunkline.protocol.whip import exchange
from trunkline.protocol.whip.answer import finish_answer
from trunkline.protocol.whip.offer import LIMIT, read_offer, too_large

BODY_TIME = 5.0
"""Seconds for a body to arrive."""


class Whip:
    """The endpoints /whip/… and /whep/…, and the sessions that they open."""

    def __init__(self, engine: Engine, body_time: float = BODY_TIME) -> None:
        self._engine = engine
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
            *(web.options(path, _preflight) for path, _ in endpoints),
            web.delete(session, self._leave),
            web.patch(session, self._trickle),
            web.get(session, self._exists),
            web.options(session, _preflight),
        ]

    async def _publish(self, request: web.Request) -> web.Response:
        room = room_name(request.match_info["room"])
        name = participant_name(request.query["name"]) if request.query.get("name") else None
        offer = read_offer(
            request.headers.get("Content-Type"), await self._body(request), "publisher"
        )
        return await self._enter(Publish(room, name, offer))

    async def _watch(self, request: web.Request) -> web.Response:
        room = room_name(request.match_info["room"])
        wanted = request.match_info.get("publisher")
        publisher = participant_name(wanted) if wanted is not None else None
        offer = read_offer(request.headers.get("Content-Type"), await self._body(request), "viewer")
        return await self._enter(Watch(room, publisher, offer))

    async def _enter(self, request: Enter) -> web.Response:
        opened = await self._engine.ask(request)
        return web.Response(
            status=HTTPStatus.CREATED,
            headers=exchange.created(opened.session),
            body=finish_answer(opened.answer).encode(),
        )

    async def _leave(self, request: web.Request) -> web.Response:
        await self._engine.ask(Leave(_session(request)))
        return web.Response(headers=exchange.CORS)

    async def _trickle(self, request: web.Request) -> web.Response:
        session = await self._engine.ask(Find(_session(request)))
        headers = request.headers
        exchange.check_trickle(
            session, headers.get("Content-Type"), headers.get("If-Match"), await self._body(request)
        )
        return web.Response(status=HTTPStatus.NO_CONTENT, headers=exchange.CORS)

    async def _exists(self, request: web.Request) -> web.Response:
        await self._engine.ask(Find(_session(request)))
        return await _discover(request)

    async def _body(self, request: web.Request) -> bytes:
        if (request.content_length or 0) > LIMIT:
            raise too_large()
        try:
            async with asyncio.timeout(self._body_time):
                return await request.read()
        except TimeoutError:
            sentence = f"The body did not arrive within {self._body_time:g} s."
            raise Refusal(RefusalCode.TOO_SLOW, sentence) from None
        except web.HTTPRequestEntityTooLarge:
            raise too_large() from None
        except (web.RequestPayloadError, ConnectionError) as error:
            raise ProtocolError("The body ended before it was complete.") from error


async def _discover(_: web.Request) -> web.Response:
    return web.Response(headers=exchange.DISCOVERY)


async def _preflight(_: web.Request) -> web.Response:
    return web.Response(headers=exchange.PREFLIGHT)


def _session(request: web.Request) -> SessionId:
    return SessionId(request.match_info["session"])
