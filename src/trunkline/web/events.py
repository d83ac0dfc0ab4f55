"""The event streams of WHEP sessions; what they say is decided in `domain` and `protocol.whip`."""

import asyncio
import contextlib
from http import HTTPStatus

from aiohttp import web

from trunkline.domain.event_stream import EventStream
from trunkline.engine import Engine
from trunkline.feed import Listener
from trunkline.model.id import SessionId, StreamId
from trunkline.model.request import CloseStream, Find, FindStream, OpenStream
from trunkline.protocol.whip import events, exchange
from trunkline.web.body import read_body

QUIET = 15.0
"""Seconds after which a comment is sent where there is nothing to tell."""


class Events:
    """Makes event streams, sends them, and ends them.

    A stream has one reader: a second takes the place of the first, which may be dead already.
    """

    def __init__(self, engine: Engine, quiet: float = QUIET) -> None:
        self._engine = engine
        self._quiet = quiet
        self._reading: dict[StreamId, Listener] = {}  # bounded by the sessions and their streams

    def routes(self) -> list[web.RouteDef]:
        """For the router."""
        streams = f"{exchange.SESSION_PATH}{{session}}{events.EVENTS_PATH}"
        stream = f"{streams}/{{stream}}"
        return [
            web.post(streams, self._open),
            web.options(streams, _options),
            web.get(stream, self._read, allow_head=False),
            web.delete(stream, self._close),
            web.options(stream, _options),
        ]

    async def _open(self, request: web.Request) -> web.Response:
        session = SessionId(request.match_info["session"])
        body = await read_body(request)
        await self._engine.ask(Find(session))
        kinds = events.read_kinds(request.headers.get("Content-Type"), body)
        stream = await self._engine.ask(OpenStream(session, kinds))
        headers = exchange.stream_created(session, stream)
        return web.Response(status=HTTPStatus.CREATED, headers=headers)

    async def _close(self, request: web.Request) -> web.Response:
        session, stream = _names(request)
        await self._engine.ask(CloseStream(session, stream))
        self._replace(stream, None)
        return web.Response(headers=exchange.CORS)

    async def _read(self, request: web.Request) -> web.StreamResponse:
        session, name = _names(request)
        stream = await self._engine.ask(FindStream(session, name))
        listener = self._engine.feed.listen()
        self._replace(name, listener)
        response = web.StreamResponse(headers={**exchange.CORS, "Cache-Control": "no-store"})
        response.content_type = events.STREAM_TYPE
        try:
            # A reader that is gone is found out by writing.
            with contextlib.suppress(ConnectionError):
                await response.prepare(request)
                await self._send(response, stream, listener)
        finally:
            if self._reading.get(name) is listener:
                del self._reading[name]
        return response

    async def _send(
        self, response: web.StreamResponse, stream: EventStream, listener: Listener
    ) -> None:
        # What is heard is only the sign to look: the stream itself says what is to be told.
        while True:
            for notice in stream.take():
                await response.write(events.write(notice))
            if stream.ended:
                return
            try:
                async with asyncio.timeout(self._quiet):
                    await anext(listener)
            except TimeoutError:
                await response.write(events.ALIVE)
            except StopAsyncIteration:
                return

    def _replace(self, stream: StreamId, listener: Listener | None) -> None:
        before = self._reading.pop(stream, None)
        if before is not None:
            before.close()
        if listener is not None:
            self._reading[stream] = listener


async def _options(_: web.Request) -> web.Response:
    return web.Response(headers=exchange.STREAMS_OPTIONS)


def _names(request: web.Request) -> tuple[SessionId, StreamId]:
    return SessionId(request.match_info["session"]), StreamId(request.match_info["stream"])
