"""The whole HTTP application."""

from aiohttp import web

from trunkline.engine import Engine
from trunkline.protocol.whip.offer import LIMIT
from trunkline.web.access import near_only
from trunkline.web.health import Health
from trunkline.web.metrics import Metrics
from trunkline.web.page import Page
from trunkline.web.problem import explain
from trunkline.web.rooms import RoomList
from trunkline.web.whip import Whip


def site(engine: Engine, page: Page, *, everybody: bool) -> web.Application:
    """All routes over one engine.

    Args:
        engine: does what is asked.
        page: the built page.
        everybody: serve other than loopback and private addresses, too.
    """
    middlewares = [explain] if everybody else [explain, near_only]
    application = web.Application(middlewares=middlewares, client_max_size=LIMIT)
    for part in (page, Whip(engine), RoomList(engine), Health(engine), Metrics(engine)):
        application.add_routes(part.routes())
    return application
