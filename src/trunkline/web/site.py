"""The whole HTTP application."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from aiohttp import web

from trunkline.client.trunk.roster import Roster
from trunkline.config import Settings
from trunkline.domain.allowance import Allowance
from trunkline.engine import Engine
from trunkline.protocol.name import room_name
from trunkline.protocol.whip.offer import LIMIT
from trunkline.web.access import near_only
from trunkline.web.admin import Admin
from trunkline.web.api.cameras import CameraApi, Cameras
from trunkline.web.api.room_cameras import RoomCameraApi
from trunkline.web.api.routes import Api, Find
from trunkline.web.api.snapshots import SnapshotApi, Take
from trunkline.web.api.trunks import TrunkApi
from trunkline.web.camera_shelf import CameraShelf
from trunkline.web.conversation import Conversations
from trunkline.web.events import Events
from trunkline.web.front import believing, entrance, leading_back
from trunkline.web.health import Health
from trunkline.web.metrics import Metrics
from trunkline.web.page import Page
from trunkline.web.problem import explain
from trunkline.web.rate import seldom_enough
from trunkline.web.servers import Servers, Shelf
from trunkline.web.sight import Sight
from trunkline.web.status import Status
from trunkline.web.trunk import Trunks
from trunkline.web.trunk_shelf import TrunkShelf
from trunkline.web.whip import Whip


@dataclass(frozen=True, slots=True)
class Inside:
    """What the routes lead to."""

    engine: Engine
    """Does what is asked."""
    admin: Admin
    """Knows who may change things."""
    roster: Roster
    """Trunks that are dialled, and those that are up."""
    cameras: Cameras
    """What this relay fetches."""
    nearby: Find | None
    """Finds relays on the local network, if they are looked for."""
    snap: Take
    """Takes snapshots."""


def site(
    inside: Inside,
    page: Page,
    settings: Settings,
    *,
    clock: Callable[[], float],
    plain_port: int | None = None,
) -> web.Application:
    """All routes.

    Args:
        inside: what they lead to.
        page: the built page.
        settings: whom to serve, what to show to whom, which ICE servers to tell of.
        clock: seconds, rising.
        plain_port: of the same without TLS beside it, where there is one.
    """
    door = [] if settings.open else [near_only]
    believed = [believing(settings.trusted_proxies)] if settings.trusted_proxies else []
    middlewares = [explain, *believed, *door, seldom_enough(Allowance(), clock)]
    application = web.Application(middlewares=middlewares, client_max_size=LIMIT)
    engine, admin, roster = inside.engine, inside.admin, inside.roster
    whip = Whip(engine, settings.ice_servers)
    sight = Sight(engine, admin, everybody=settings.open)
    api = Api(sight, plain_port, clock, inside.nearby)
    draw = partial(secrets.token_hex, 6)
    shelves: list[Shelf] = [CameraShelf(inside.cameras, draw), TrunkShelf(roster)]
    servers = Servers(shelves, admin, page, everybody=settings.open)
    status = Status(sight, page, servers.urls)
    also = frozenset(room_name(name) for name, room in settings.rooms.items() if room.trunks)
    trunks = Trunks(roster.links, settings.trunk_secret, also, clock)
    talk = Conversations(engine, trunks, settings.ice_servers)
    trunk_api = TrunkApi(roster, admin, engine, clock, everybody=settings.open)
    metrics = Metrics(engine, inside.cameras)
    for part in (page, status, whip, Events(engine), talk, api, Health(engine), metrics):
        application.add_routes(part.routes())
    application.add_routes(trunk_api.routes())
    application.add_routes(servers.routes())
    application.add_routes(CameraApi(inside.cameras, admin).routes())
    application.add_routes(RoomCameraApi(sight, inside.cameras).routes())
    application.add_routes(SnapshotApi(sight, inside.snap, clock).routes())
    if settings.http_prefix:
        application.add_routes([entrance(settings.http_prefix)])
        application.on_response_prepare.append(leading_back(settings.http_prefix))
    return application
