"""/api/v1/rooms/{room}/participants/{participant}/snapshot.jpg: a participant's present picture."""

import math
from collections.abc import Awaitable, Callable
from typing import Literal, Protocol

from aiohttp import web

from trunkline.domain.allowance import Allowance, Rate
from trunkline.errors import Refusal, RefusalCode
from trunkline.model.id import ParticipantId, RoomName
from trunkline.web.rate import client_of
from trunkline.web.sight import Sight

PATH = "/api/v1/rooms/{room}/participants/{participant}/snapshot"
RATE = Rate(burst=10, per_second=1)
"""How often one address may ask."""

Form = Literal["jpg", "png"]
_TYPES: dict[Form, str] = {"jpg": "image/jpeg", "png": "image/png"}


class Take(Protocol):
    """Takes a snapshot."""

    def __call__(self, room: RoomName, participant: ParticipantId, form: Form) -> Awaitable[bytes]:
        """The file; may raise Refusal."""


class SnapshotApi:
    """Snapshots, for who may see the room. `clock` gives seconds, rising."""

    def __init__(self, sight: Sight, take: Take, clock: Callable[[], float]) -> None:
        self._sight = sight
        self._take = take
        self._clock = clock
        self._allowance = Allowance(RATE)

    def routes(self) -> list[web.RouteDef]:
        """For the router."""
        return [
            web.get(f"{PATH}.jpg", self._jpeg, allow_head=False),
            web.get(f"{PATH}.png", self._png, allow_head=False),
        ]

    async def _jpeg(self, request: web.Request) -> web.Response:
        return await self._answer(request, "jpg")

    async def _png(self, request: web.Request) -> web.Response:
        return await self._answer(request, "png")

    async def _answer(self, request: web.Request, form: Form) -> web.Response:
        room = self._sight.of(request).room(request.match_info["room"])
        wanted = request.match_info["participant"]
        if not any(one.id == wanted for one in room.participants):
            raise Refusal(RefusalCode.UNKNOWN, f"There is no participant {wanted!r} in this room.")
        wait = self._allowance.take(client_of(request.remote) or "", self._clock())
        if wait > 0:
            sentence = "Too many snapshots were asked for from this address: ask again later."
            raise Refusal(RefusalCode.TOO_OFTEN, sentence, max(1, math.ceil(wait)))
        body = await self._take(room.name, ParticipantId(wanted), form)
        headers = {"Cache-Control": "no-store", "Vary": "Authorization"}
        return web.Response(body=body, content_type=_TYPES[form], headers=headers)
