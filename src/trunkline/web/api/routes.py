"""The routes of /api/v1."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aiohttp import web

from trunkline.errors import Refusal, RefusalCode
from trunkline.model.id import RelayId
from trunkline.model.nearby import Nearby
from trunkline.web.api.meter import Meter
from trunkline.web.sight import Look, Sight

if TYPE_CHECKING:
    from trunkline.web.api.answer import Answers

Find = Callable[[], Awaitable[Sequence[Nearby]]]

PATHS = (
    "/api/v1/rooms",
    "/api/v1/rooms/{room}",
    "/api/v1/rooms/{room}/tracks",
    "/api/v1/rooms/{room}/participants/{participant}",
    "/api/v1/statistics",
    "/api/v1/status",
    "/api/v1/nearby",
    "/api/v1/openapi.json",
)


KEPT = 0.4
"""Seconds for which what is told of everything is told again, while the map of relays is as it was:
it takes long, and pages ask for it twice a second."""

COMPRESSED = 10_000
"""Bytes from which on it pays to compress an answer."""


class Api:
    """What there is, for programs.

    `plain_port` is told along with the rooms: programs that refuse a relay's own certificate
    publish at the port without TLS. `clock` gives seconds, rising. `nearby` finds the relays on the
    local network, if it is to be asked.
    """

    def __init__(
        self,
        sight: Sight,
        plain_port: int | None,
        clock: Callable[[], float],
        nearby: Find | None = None,
    ) -> None:
        self._sight = sight
        self._plain_port = plain_port
        self._clock = clock
        self._nearby = nearby
        # By whether it is the operator who asks, who sees other media.
        self._meters = {False: Meter(), True: Meter()}
        self._kept: dict[bool, _Kept] = {}

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
        if path == "/api/v1/nearby":
            text = await self._found(look)
        elif path == "/api/v1/status":
            text = await self._status(answers, look)
        else:
            text = await answers.give(path, request.match_info)
        response = web.Response(
            text=text,
            content_type="application/json",
            headers={"Cache-Control": "no-store", "Vary": "Authorization, Accept-Encoding"},
        )
        if len(text) >= COMPRESSED:
            response.enable_compression()
        return response

    async def _found(self, look: Look) -> str:
        from trunkline.web.api import shape

        if self._nearby is None:
            sentence = "This relay does not look for others: multicast DNS is off (see mdns)."
            raise Refusal(RefusalCode.UNKNOWN, sentence)
        look.need_addresses()
        relays = [shape.Nearby.model_validate(one) for one in await self._nearby()]
        return shape.NearbyRelays(relays=tuple(relays)).model_dump_json(by_alias=True)

    async def _status(self, answers: "Answers", look: Look) -> str:
        """Those who look at the same time share one answer."""
        look.rooms()  # refuses a wrong token
        kept, edges = self._kept.get(look.operates), _edges(look)
        if kept is None or kept.edges != edges or self._clock() - kept.at >= KEPT:
            text = await answers.give("/api/v1/status", {})
            self._kept[look.operates] = kept = _Kept(self._clock(), edges, text)
        return kept.text


@dataclass(frozen=True, slots=True)
class _Kept:
    """What was told of everything."""

    at: float
    edges: list[tuple[RelayId, bool]]
    text: str


def _edges(look: Look) -> list[tuple[RelayId, bool]]:
    """Which trunks there are, and which are silent: who looks is to see that change at once."""
    return [(edge.relay, edge.silent) for one in look.relays() for edge in one.edges]
