"""The routes of /api/v1/trunks: which there are, and changing them."""

from collections.abc import Callable
from http import HTTPStatus
from typing import TYPE_CHECKING

from aiohttp import web

from trunkline.client.trunk.roster import Entry, Roster
from trunkline.engine import Engine
from trunkline.errors import ProtocolError, Refusal, RefusalCode
from trunkline.model.request import Measure
from trunkline.web.admin import Admin
from trunkline.web.api.meter import Meter, bitrates, guest_figures
from trunkline.web.body import read_body

if TYPE_CHECKING:
    from pydantic import BaseModel

    from trunkline.listing.settings import TrunkSettings

PATH = "/api/v1/trunks"


class TrunkApi:
    """Trunks, for programs.

    Where strangers are served (`everybody`), they are shown to the operator alone; nobody else
    changes them anywhere.
    """

    def __init__(
        self,
        roster: Roster,
        admin: Admin,
        engine: Engine,
        clock: Callable[[], float],
        *,
        everybody: bool,
    ) -> None:
        self._roster = roster
        self._engine = engine
        self._clock = clock
        self._meter = Meter()
        self._admin = admin
        self._everybody = everybody

    def routes(self) -> list[web.RouteDef]:
        """For the router."""
        return [
            web.get(PATH, self._list),
            web.post(PATH, self._add),
            web.put(f"{PATH}/{{trunk}}", self._change),
            web.delete(f"{PATH}/{{trunk}}", self._remove),
        ]

    async def _list(self, request: web.Request) -> web.Response:
        from trunkline.web.api.trunk_shape import Trunks

        if self._everybody:
            self._admin.require(request)
        statistics = await self._engine.ask(Measure())
        rates = self._meter.rates(statistics, self._clock())
        guests = guest_figures(statistics, rates)
        return _answer(Trunks.of(self._roster, bitrates(statistics, rates), guests))

    async def _add(self, request: web.Request) -> web.Response:
        self._admin.require(request)
        entry = await self._roster.add(await _settings(request))
        return self._entry(entry, HTTPStatus.CREATED)

    async def _change(self, request: web.Request) -> web.Response:
        self._admin.require(request)
        number = request.match_info["trunk"]
        entry = await self._roster.change(number, await _settings(request))
        return self._entry(entry, HTTPStatus.OK)

    async def _remove(self, request: web.Request) -> web.Response:
        self._admin.require(request)
        await self._roster.remove(request.match_info["trunk"])
        return web.Response(status=HTTPStatus.NO_CONTENT)

    def _entry(self, entry: Entry, status: HTTPStatus) -> web.Response:
        from trunkline.web.api.trunk_shape import one

        return _answer(one(self._roster, entry), status)


async def _settings(request: web.Request) -> "TrunkSettings":
    if request.content_type != "application/json":
        raise Refusal(RefusalCode.WRONG_TYPE, "Send JSON, as application/json.")
    # Imported when asked: pydantic takes nine megabytes.
    from pydantic import ValidationError

    from trunkline.listing.settings import TrunkSettings, fault

    try:
        body = await read_body(request)
        return TrunkSettings.model_validate_json(body, by_alias=True, by_name=False)
    except ValidationError as error:
        if error.errors()[0]["type"] == "json_invalid":
            raise ProtocolError("The body is no JSON.") from None
        raise Refusal(RefusalCode.UNSUPPORTED, fault(error)) from None


def _answer(shape: "BaseModel", status: HTTPStatus = HTTPStatus.OK) -> web.Response:
    return web.Response(
        status=status,
        text=shape.model_dump_json(by_alias=True),
        content_type="application/json",
        headers={"Cache-Control": "no-store", "Vary": "Authorization"},
    )
