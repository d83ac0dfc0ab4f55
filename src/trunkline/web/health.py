"""/healthz: the process answers. /readyz: the media core does, too."""

from aiohttp import web

from trunkline.engine import Engine
from trunkline.model.request import Measure


class Health:
    """Probes for supervisors."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def routes(self) -> list[web.RouteDef]:
        """For the router."""
        return [web.get("/healthz", self._alive), web.get("/readyz", self._ready)]

    async def _alive(self, _: web.Request) -> web.Response:
        return web.Response(text="alive\n", headers={"Cache-Control": "no-store"})

    async def _ready(self, _: web.Request) -> web.Response:
        # A relay that stops, or a core that does not answer, is a refusal: 503.
        await self._engine.ask(Measure())
        return web.Response(text="ready\n", headers={"Cache-Control": "no-store"})
