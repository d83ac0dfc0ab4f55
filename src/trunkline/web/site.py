"""The whole HTTP application."""

from collections.abc import Callable, Iterable

from aiohttp import web

from trunkline.domain.allowance import Allowance
from trunkline.engine import Engine
from trunkline.model.ice_server import IceServer
from trunkline.protocol.whip.offer import LIMIT
from trunkline.web.access import near_only
from trunkline.web.api.routes import Api
from trunkline.web.conversation import Conversations
from trunkline.web.events import Events
from trunkline.web.health import Health
from trunkline.web.metrics import Metrics
from trunkline.web.page import Page
from trunkline.web.problem import explain
from trunkline.web.rate import seldom_enough
from trunkline.web.whip import Whip


def site(
    engine: Engine,
    page: Page,
    *,
    everybody: bool,
    clock: Callable[[], float],
    ice_servers: Iterable[IceServer] = (),
    plain_port: int | None = None,
) -> web.Application:
    """All routes over one engine.

    Args:
        engine: does what is asked.
        page: the built page.
        everybody: serve other than loopback and private addresses, too.
        clock: seconds, rising.
        ice_servers: those that clients are told of.
        plain_port: of the same without TLS beside it, where there is one.
    """
    door = [] if everybody else [near_only]
    middlewares = [explain, *door, seldom_enough(Allowance(), clock)]
    application = web.Application(middlewares=middlewares, client_max_size=LIMIT)
    whip = Whip(engine, ice_servers)
    api = Api(engine, plain_port)
    talk = Conversations(engine, ice_servers)
    for part in (page, whip, Events(engine), talk, api, Health(engine), Metrics(engine)):
        application.add_routes(part.routes())
    return application
