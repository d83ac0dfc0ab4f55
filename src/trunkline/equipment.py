"""What a relay has besides core and engine, each made as the settings say."""

import secrets
import ssl
from collections.abc import Callable, Coroutine
from functools import partial
from typing import TYPE_CHECKING

from trunkline.client.trunk.roster import Roster
from trunkline.config import Settings, SignallingSettings
from trunkline.engine import Engine
from trunkline.errors import ProtocolError, StartupError
from trunkline.media.core import Core
from trunkline.model.camera import Camera
from trunkline.model.id import ParticipantId, RoomName
from trunkline.model.rule import Rule
from trunkline.net.dialect import Dialects, dialects
from trunkline.net.interface import is_everywhere, local_host, network_addresses
from trunkline.protocol.name import participant_name, room_name
from trunkline.sources.cameras import Cameras, fixed_id
from trunkline.web.api.snapshots import Form, Take
from trunkline.web.operator_token import OperatorToken, operator_token

if TYPE_CHECKING:
    from trunkline.net.mdns import Neighbourhood
    from trunkline.net.renewal import Renewal

Beside = Callable[[Coroutine[object, object, None], str], None]
"""Lets something run for as long as the relay does, under a name."""


def rules(settings: Settings) -> dict[RoomName, Rule]:
    """What the operator laid down for rooms.

    Raises:
        StartupError: a name cannot be one.
    """
    made = {}
    for name, room in settings.rooms.items():
        try:
            key = room_name(name)
        except ProtocolError as error:
            raise StartupError(
                f"The settings lay down rules for room {name!r}, which cannot be: {error}",
                "Give it another name.",
            ) from error
        made[key] = Rule(
            passphrase=room.passphrase,
            listed=room.listed,
            participants=room.participants,
            tracks=room.tracks,
            bitrate=room.bitrate,
        )
    return made


def cameras(settings: Settings, engine: Engine, core: Core) -> Cameras:
    """Those of the settings, and those that were added since.

    Raises:
        StartupError: a name cannot be one.
    """
    return Cameras(engine, core, settings.state_dir, _fixed_cameras(settings))


def _fixed_cameras(settings: Settings) -> list[Camera]:
    made = []
    for one in settings.cameras:
        try:
            room, name = room_name(one.room), participant_name(one.name)
        except ProtocolError as error:
            raise StartupError(
                f"The settings have a camera {one.name!r} that cannot be: {error}",
                "Change it under [[cameras]].",
            ) from error
        made.append(
            Camera(
                id=fixed_id(room, name),
                room=room,
                name=name,
                url=one.url,
                sub=one.sub,
                mode=one.mode,
                transport=one.transport,
                certificate=one.certificate,
                loop=one.loop,
            )
        )
    return made


def snapshots(engine: Engine, core: Core, cameras: Cameras) -> Take:
    """Takes snapshots; FFmpeg is loaded with the first."""
    made: list[Take] = []

    async def take(room: RoomName, participant: ParticipantId, form: Form) -> bytes:
        from trunkline.snapshot import Snapshots

        if not made:
            made.append(Snapshots(engine, core, cameras.ready).take)
        return await made[0](room, participant, form)

    return take


def all_dialects(settings: SignallingSettings, engine: Engine, beside: Beside) -> Dialects:
    """All dialects of signalling, with the relay as a peer where that is wanted.

    Raises:
        StartupError: the name of a room cannot be one.
    """
    if not settings.relay:
        return dialects(settings)
    # Imported where it is needed.
    from trunkline.bridge.bridge import Bridge

    try:
        bridge = Bridge(engine, settings)
    except ProtocolError as error:
        raise StartupError(
            f"The settings of signalling name a room that cannot be: {error}",
            "Give room, or gstreamer_rooms, another name.",
        ) from error
    made = dialects(settings, bridge.summon)
    beside(bridge.run(made), "bridge")
    return made


def neighbourhood(
    settings: Settings, roster: Roster, port: Callable[[], int]
) -> "Neighbourhood | None":
    """Other relays on the local network, where there is one; `port` is told to them."""
    everywhere = is_everywhere(settings.host)
    if not settings.mdns or not (everywhere or network_addresses(settings.host)):
        return None
    # Imported where it is needed: it takes four megabytes.
    from trunkline.net.mdns import Announcement, Neighbourhood

    def announcement() -> Announcement:
        return Announcement(
            id=roster.links.trunking.me.relay,
            host=local_host(),
            port=port(),
            path=settings.http_prefix,
            tls=settings.tls != "off",
        )

    return Neighbourhood(announcement, partial(network_addresses, settings.host))


def tls(settings: Settings) -> "tuple[Renewal | None, ssl.SSLContext | None]":
    """For TLS, where it is wanted, and what takes up a certificate's file when it changes.

    Blocks, since a key may be made.

    Raises:
        StartupError: the certificate cannot be used.
    """
    if settings.tls == "off":
        return None, None
    # Imported where it is needed.
    from trunkline.net.certificate import server_context
    from trunkline.net.renewal import Renewal

    certificate = settings.certificate
    renewal = Renewal(settings, certificate) if certificate is not None else None
    return renewal, server_context(settings)


def token(settings: Settings) -> OperatorToken:
    """The operator's; blocks."""
    return operator_token(settings.operator_token, settings.state_dir, secrets.token_urlsafe)
