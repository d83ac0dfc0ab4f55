"""The composition root: builds the parts, joins them, and runs them in one TaskGroup."""

import asyncio
import errno
import logging
import secrets
import socket
import ssl
from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from types import TracebackType
from typing import TYPE_CHECKING, Self
from urllib.parse import quote

from aiohttp import web

from trunkline.client.trunk.memory import remember
from trunkline.client.trunk.roster import Roster
from trunkline.config import Settings, SignallingSettings
from trunkline.domain.rooms import Rooms
from trunkline.engine import Engine
from trunkline.errors import ProtocolError, RelayError, StartupError
from trunkline.feed import Listener
from trunkline.media.core import Core, deliver
from trunkline.media.native import NativeCore
from trunkline.model import view
from trunkline.model.camera import Camera
from trunkline.model.id import ParticipantId, RoomName
from trunkline.model.media import Kind
from trunkline.model.request import Measure, Produce
from trunkline.model.rule import Rule
from trunkline.net import whereabouts
from trunkline.net.address_watch import AddressWatch
from trunkline.net.clock import tick, wall
from trunkline.net.dialect import Dialects, dialects
from trunkline.net.interface import (
    candidates,
    is_everywhere,
    local_host,
    media_listen,
    network_addresses,
    reachable,
)
from trunkline.net.links import Links
from trunkline.net.listener import explain_media, listen
from trunkline.net.supervise import supervise
from trunkline.protocol.name import participant_name, room_name
from trunkline.sources import demo
from trunkline.sources.cameras import Cameras, fixed_id
from trunkline.web.admin import Admin
from trunkline.web.api.snapshots import Form, Take
from trunkline.web.front import live_under
from trunkline.web.operator_token import OperatorToken, operator_token
from trunkline.web.page import Page
from trunkline.web.runner import runner
from trunkline.web.signalling import Signalling
from trunkline.web.site import Inside, site

if TYPE_CHECKING:
    from trunkline.client.audio_output import AudioSettings
    from trunkline.client.inside import Producer, Tapped
    from trunkline.client.video_output import VideoSettings
    from trunkline.net.mdns import Neighbourhood
    from trunkline.net.renewal import Renewal

log = logging.getLogger(__name__)

CoreMaker = Callable[[Sequence[tuple[str, int]], Sequence[str], int, float], Core]
"""Makes a core from addresses to bind, candidates, workers (0: one for each processor) and silence;
may raise OSError."""


Ports = Sequence[tuple[str, int]]
"""Addresses to bind, each with the same port."""


@dataclass(frozen=True, slots=True)
class _Media:
    """The core, where it listens, and which addresses its clients are told."""

    core: Core
    ports: Ports
    told: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Running:
    """What there is between entering and leaving."""

    core: Core
    engine: Engine
    port: int
    plain_port: int | None
    token: OperatorToken


class Relay:
    """A relay inside your program: `async with Relay(settings) as relay:`.

    Entering it binds the ports (`StartupError` says why it cannot); leaving it closes every session
    within 3 s. A bug that ends the media core raises `RelayError` out of the block.
    """

    def __init__(self, settings: Settings | None = None, *, core: CoreMaker = NativeCore) -> None:
        self._settings = settings or Settings()
        self._make_core = core
        self._stack = AsyncExitStack()
        self._parts: _Running | None = None

    async def __aenter__(self) -> Self:
        with _ungrouped():
            await self._enter()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with _ungrouped():
            await self._stack.__aexit__(kind, error, trace)

    @property
    def url(self) -> str:
        """Where pages and clients on this machine find it: "https://127.0.0.1:8443"."""
        scheme = "http" if self._settings.tls == "off" else "https"
        return f"{scheme}://{reachable(self._settings.host)}:{self._running.port}"

    @property
    def plain_url(self) -> str | None:
        """The same without TLS, or None where there is no such port."""
        port = self._running.plain_port
        if port is None:
            return self.url if self._settings.tls == "off" else None
        return f"http://{reachable(self._settings.host)}:{port}"

    @property
    def media_port(self) -> int:
        """The port of all media, UDP and TCP."""
        return self._running.core.port

    @property
    def new_token(self) -> str | None:
        """The operator's token, if it was made at this start: it is shown once, to be kept."""
        token = self._running.token
        return token.text if token.is_new else None

    @property
    def rooms(self) -> tuple[view.Room, ...]:
        """All rooms with anybody in them, oldest first."""
        return self._running.engine.rooms()

    def events(self) -> Listener:
        """An async iterator over what happens from now on; it ends when the relay does.

        It holds 1,000 events; of a slower reader the oldest are dropped, and `EventsLost` says how
        many.
        """
        return self._running.engine.feed.listen()

    async def statistics(self) -> view.Statistics:
        """All counters of the sessions that run now.

        Raises:
            Refusal: the media core did not answer within 5 s.
        """
        return await self._running.engine.ask(Measure())

    def tap(
        self, room: str, participant: str | None = None
    ) -> "AbstractAsyncContextManager[Tapped]":
        """The pictures and the sound of a participant, without a network between.

        Its first track of each kind; when they end, what reads them ends.

        Args:
            room: its name.
            participant: its name; who published last, when not given.

        Raises:
            Refusal: there is nobody, or nothing is sent.
            ProtocolError: a name cannot be one.
        """
        # Imported where it is needed: codecs take tens of megabytes.
        from trunkline import studio

        name = participant_name(participant) if participant else None
        return studio.tap(self._running.engine, self._running.core, room_name(room), name)

    def produce(
        self,
        room: str,
        name: str | None = None,
        *,
        video: "VideoSettings | None" = None,
        audio: "AudioSettings | None" = None,
    ) -> "AbstractAsyncContextManager[Producer]":
        """Be a participant of a room, without a network between; leaving the block leaves it.

        Args:
            room: its name; neither passphrase nor lock hinder us.
            name: how others see us; the relay chooses one when not given.
            video: how pictures are sent; None: there are none.
            audio: how sound is sent; None: there is none.

        Raises:
            Refusal: the name is taken, or the relay is full.
            FrameError: there is no such encoder.
            ProtocolError: a name cannot be one.
            ValueError: neither picture nor sound is asked for.
        """
        from trunkline import studio

        chosen: list[tuple[Kind, object]] = [("video", video), ("audio", audio)]
        kinds = tuple(kind for kind, settings in chosen if settings)
        if not kinds:
            raise ValueError("Produce video=VideoSettings(), audio=AudioSettings(), or both.")
        wanted = participant_name(name) if name else None
        request = Produce(room_name(room), wanted, kinds)
        return studio.produce(self._running.engine, self._running.core, request, video, audio)

    @property
    def _running(self) -> _Running:
        if self._parts is None:
            raise RelayError("The relay was not started: use it inside `async with Relay(…)`.")
        return self._parts

    async def _enter(self) -> None:
        async with AsyncExitStack() as stack:
            renewal = self._renewal()
            # Names are resolved and a key may be made: not for the loop's thread.
            media, context = await asyncio.to_thread(self._open)
            core = media.core
            stack.push_async_callback(asyncio.to_thread, core.stop)
            group = await stack.enter_async_context(asyncio.TaskGroup())
            memory = await asyncio.to_thread(remember, self._settings)
            rooms = Rooms(rules=rules(self._settings), me=memory.me)
            # Participants are known by their ids at other relays, too.
            engine = Engine(rooms, core, secrets.token_urlsafe, f"{memory.me.instance}-")
            beside = partial(_beside, stack, group)
            beside(deliver(core, engine.receive), "core")
            beside(tick(partial(_pass_time, engine)), "clock")
            token = await asyncio.to_thread(self._token)
            clock = asyncio.get_running_loop().time
            admin = Admin(token.text, clock, behind_proxy=self._settings.behind_proxy)
            bounds = self._settings.signalling
            signalling = Signalling(_dialects(stack, group, engine, bounds), bounds, clock)
            roster = memory.roster(Links(engine.crossroads, engine), self._settings)
            neighbourhood = await asyncio.to_thread(self._surroundings, roster)
            nearby = neighbourhood.relays if neighbourhood else None
            cameras = Cameras(engine, core, self._settings.state_dir, _cameras(self._settings))
            snap = _snapshots(engine, core, cameras)
            inside = Inside(engine, admin, roster, cameras, nearby, snap)
            port, plain_port = await self._serve(stack, inside, signalling, context)
            beside(tick(signalling.pass_time), "signalling")
            stack.callback(signalling.stop)
            if renewal is not None and context is not None:
                beside(renewal.run(context), "certificate")
            beside(cameras.run(), "cameras")
            self._parts = _Running(core, engine, port, plain_port, token)
            self._leave_note(stack, roster)
            self._watch(stack, group, media, inside)
            if neighbourhood is not None:
                beside(supervise("multicast DNS", neighbourhood.run), "mdns")
            self._publish_demo(beside)
            beside(roster.run(), "trunks")
            stack.push_async_callback(roster.links.stop)
            stack.callback(engine.stop)
            self._stack = stack.pop_all()

    def _watch(
        self, stack: AsyncExitStack, group: asyncio.TaskGroup, media: _Media, inside: Inside
    ) -> None:
        """Notice addresses of this machine that come and go."""
        if self._settings.announce or not is_everywhere(self._settings.host):
            return

        def tell(addresses: tuple[str, ...]) -> None:
            inside.engine.set_candidates(addresses)
            inside.roster.hurry()

        watch = AddressWatch(media.told, partial(self._told, media.ports), tell)
        _beside(stack, group, supervise("the watch over addresses", watch.run), "addresses")

    def _leave_note(self, stack: AsyncExitStack, roster: Roster) -> None:
        """Let commands on this machine find us."""
        if roster.store is not None:
            whereabouts.leave(roster.store, self.url)
            stack.callback(whereabouts.forget, roster.store, self.url)

    def _publish_demo(self, beside: Callable[[Coroutine[object, object, None], str], None]) -> None:
        if self._settings.demo:
            url = f"{self.plain_url or self.url}/whip/{demo.ROOM}?name={quote(demo.NAME)}"
            beside(demo.Demo(url).run(), "demo")

    def _renewal(self) -> "Renewal | None":
        certificate = self._settings.certificate
        if certificate is None or self._settings.tls == "off":
            return None
        # Imported where it is needed, as below.
        from trunkline.net.renewal import Renewal

        return Renewal(self._settings, certificate)

    def _open(self) -> tuple[_Media, ssl.SSLContext | None]:
        settings = self._settings
        context = None
        if settings.tls == "auto":
            # Imported where it is needed: X.509 takes eight megabytes.
            from trunkline.net.certificate import server_context

            context = server_context(settings)
        return self._open_core(media_listen(settings.host, settings.media_port)), context

    def _surroundings(self, roster: Roster) -> "Neighbourhood | None":
        settings = self._settings
        everywhere = is_everywhere(settings.host)
        if not settings.mdns or not (everywhere or network_addresses(settings.host)):
            return None
        # Imported where it is needed: it takes four megabytes.
        from trunkline.net.mdns import Announcement, Neighbourhood

        def announcement() -> Announcement:
            return Announcement(
                id=roster.links.trunking.me.relay,
                host=local_host(),
                port=self._running.port,
                path=settings.http_prefix,
                tls=settings.tls != "off",
            )

        return Neighbourhood(announcement, partial(network_addresses, settings.host))

    def _token(self) -> OperatorToken:
        settings = self._settings
        return operator_token(settings.operator_token, settings.state_dir, secrets.token_urlsafe)

    def _told(self, ports: Ports) -> tuple[str, ...]:
        """The addresses for clients, those announced or those of a family that is listened on."""
        addresses = candidates(self._settings.host, self._settings.announce)
        has_newer = any(":" in address for address, _ in ports)
        return tuple(address for address in addresses if has_newer or ":" not in address)

    def _open_core(self, ports: Ports) -> _Media:
        settings = self._settings
        told = self._told(ports)
        try:
            core = self._make_core(ports, told, settings.workers or 0, settings.silence)
        except ValueError as error:
            raise StartupError(
                f"The media core cannot use the settings: {error}.",
                "Leave that setting out, or give it another value.",
            ) from error
        except OSError as error:
            older = [(address, port) for address, port in ports if ":" not in address]
            newer_failed = "[" in str(error.filename) and error.errno != errno.EADDRINUSE
            if not older or len(older) == len(ports) or not newer_failed:
                raise explain_media(error) from error
            log.warning("media goes over IPv4 only: IPv6 cannot be bound (%s)", error.strerror)
            return self._open_core(older)
        return _Media(core, ports, told)

    async def _serve(
        self,
        stack: AsyncExitStack,
        inside: Inside,
        signalling: Signalling,
        context: ssl.SSLContext | None,
    ) -> tuple[int, int | None]:
        """Answer HTTP until the stack is closed; the port, and that without TLS."""
        settings = self._settings
        sockets = await _bound(stack, settings.host, settings.http_port, "--port")
        plain: Sequence[socket.socket] = ()
        if settings.plain_port is not None:
            plain = await _bound(stack, settings.host, settings.plain_port, "--plain-port")
        port, plain_port = _port(sockets), _port(plain) if plain else None
        application = site(
            inside,
            Page(),
            settings,
            clock=asyncio.get_running_loop().time,
            plain_port=plain_port,
        )
        signalling.join(application)
        serving = runner(application)
        await serving.setup()
        stack.push_async_callback(serving.cleanup)
        if settings.http_prefix:
            live_under(settings.http_prefix, serving)
        for each in sockets:
            await web.SockSite(serving, each, ssl_context=context).start()
        for each in plain:
            await web.SockSite(serving, each).start()
        return port, plain_port


def _dialects(
    stack: AsyncExitStack, group: asyncio.TaskGroup, engine: Engine, settings: SignallingSettings
) -> Dialects:
    """All dialects of signalling, with the relay as a peer where that is wanted."""
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
    stack.callback(group.create_task(bridge.run(made), name="bridge").cancel)
    return made


def _beside(
    stack: AsyncExitStack,
    group: asyncio.TaskGroup,
    work: Coroutine[object, object, None],
    name: str,
) -> None:
    """Let something run for as long as the relay does."""
    stack.callback(group.create_task(work, name=name).cancel)


def _pass_time(engine: Engine, now: float) -> None:
    engine.pass_time(now, wall())


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


def _snapshots(engine: Engine, core: Core, cameras: Cameras) -> Take:
    """Takes snapshots; FFmpeg is loaded with the first."""
    made: list[Take] = []

    async def take(room: RoomName, participant: ParticipantId, form: Form) -> bytes:
        from trunkline.snapshot import Snapshots

        if not made:
            made.append(Snapshots(engine, core, cameras.ready).take)
        return await made[0](room, participant, form)

    return take


def _cameras(settings: Settings) -> list[Camera]:
    """The cameras of the settings.

    Raises:
        StartupError: a name cannot be one.
    """
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
                loop=one.loop,
            )
        )
    return made


@contextmanager
def _ungrouped() -> Iterator[None]:
    """Raise a single error as itself: the group is how we are built, not what happened."""
    try:
        yield
    except BaseExceptionGroup as errors:
        if len(errors.exceptions) > 1:
            raise
        raise errors.exceptions[0] from None


async def _bound(
    stack: AsyncExitStack, host: str | None, port: int, option: str
) -> Sequence[socket.socket]:
    """Sockets that share a port, closed with the stack."""
    sockets = await asyncio.to_thread(listen, host, port, option)
    for each in sockets:
        stack.callback(each.close)
    return sockets


def _port(sockets: Sequence[socket.socket]) -> int:
    return int(sockets[0].getsockname()[1])
