"""The routes of /api/v1."""

from collections.abc import Callable

from aiohttp import web

from trunkline.web.api.meter import Meter
from trunkline.web.sight import Sight

PATHS = (
    "/api/v1/rooms",
    "/api/v1/rooms/{room}",
    "/api/v1/rooms/{room}/tracks",
    "/api/v1/rooms/{room}/participants/{participant}",
    "/api/v1/statistics",
    "/api/v1/status",
    "/api/v1/openapi.json",
)


class Api:
    """What there is, for programs.

    `plain_port` is told along with the rooms: programs that refuse a relay's own certificate
    publish at the port without TLS. `clock` gives seconds, rising.
    """

    def __init__(self, sight: Sight, plain_port: int | None, clock: Callable[[], float]) -> None:
        self._sight = sight
        self._plain_port = plain_port
        self._clock = clock
        # By whether it is the operator who asks, who sees other media.
        self._meters = {False: Meter(), True: Meter()}

    def routes(self) -> list[web.RouteDef]:
        """For the router."""
        return [web.get(path, self._answer) for path in PATHS]

    async def _answer(self, request: web.Request) -> web.Response:
        # Imported by the first who asks: most relays are never asked, and it takes a megabyte.
        from trunkline.web.api.answer import Answers

        look = self._sight.of(request)
        answers = Answers(look, self._plain_port, self._meters[look.operates], self._clock)
        resource = request.match_info.route.resource
        path = resource.canonical if resource else ""
        text = await answers.give(path, request.match_info)
        return web.Response(
            text=text,
            content_type="application/json",
            headers={"Cache-Control": "no-store", "Vary": "Authorization"},
        )
