"""The routes of /api/v1."""

from aiohttp import web

from trunkline.engine import Engine

PATHS = (
    "/api/v1/rooms",
    "/api/v1/rooms/{room}",
    "/api/v1/rooms/{room}/tracks",
    "/api/v1/rooms/{room}/participants/{participant}",
    "/api/v1/statistics",
    "/api/v1/openapi.json",
)


class Api:
    """What there is, for programs.

    `plain_port` is told along with the rooms: programs that refuse a relay's own certificate
    publish at the port without TLS.
    """

    def __init__(self, engine: Engine, plain_port: int | None) -> None:
        self._engine = engine
        self._plain_port = plain_port

    def routes(self) -> list[web.RouteDef]:
        """For the router."""
        return [web.get(path, self._answer) for path in PATHS]

    async def _answer(self, request: web.Request) -> web.Response:
        # Imported by the first who asks: most relays are never asked, and it takes a megabyte.
        from trunkline.web.api.answer import Answers

        answers = Answers(self._engine, self._plain_port)
        resource = request.match_info.route.resource
        path = resource.canonical if resource else ""
        text = await answers.give(path, request.match_info)
        return web.Response(
            text=text, content_type="application/json", headers={"Cache-Control": "no-store"}
        )
