"""The composition root: builds the parts, joins them, and runs them in one TaskGroup."""

import asyncio
import secrets
from collections.abc import Coroutine, Iterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from types import TracebackType
from typing import TYPE_CHECKING, Self
from urllib.parse import quote

from trunkline import equipment
from trunkline.client.trunk.memory import remember
from trunkline.client.trunk.roster import Roster
from trunkline.config import Settings
from trunkline.domain.rooms import Rooms
from trunkline.engine import Engine
from trunkline.equipment import Beside
from trunkline.errors import RelayError
from trunkline.feed import Listener
from trunkline.media.core import Core, deliver
from trunkline.media.native import NativeCore
from trunkline.model import view
from trunkline.model.media import Kind
from trunkline.model.request import Measure, Produce
from trunkline.net import whereabouts
from trunkline.net.address_watch import AddressWatch
from trunkline.net.clock import tick, wall
from trunkline.net.interface import is_everywhere, reachable
from trunkline.net.links import Links
from trunkline.net.supervise import supervise
from trunkline.opening import CoreMaker, Media, open_media, told_addresses
from trunkline.protocol.name import participant_name, room_name
from trunkline.sources import demo
from trunkline.web.admin import Admin
from trunkline.web.operator_token import OperatorToken
from trunkline.web.serving import serve
from trunkline.web.signalling import Signalling
from trunkline.web.site import Inside

if TYPE_CHECKING:
    from trunkline.client.audio_output import AudioSettings
    from trunkline.client.inside import Producer, Tapped
    from trunkline.client.video_output import VideoSettings


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
        settings = self._settings
        async with AsyncExitStack() as stack:
            # Names are resolved and a key may be made: not for the loop's thread.
            renewal, context = await asyncio.to_thread(equipment.tls, settings)
            media = await asyncio.to_thread(open_media, settings, self._make_core)
            core = media.core
            stack.push_async_callback(asyncio.to_thread, core.stop)
            group = await stack.enter_async_context(asyncio.TaskGroup())
            memory = await asyncio.to_thread(remember, settings)
            rooms = Rooms(rules=equipment.rules(settings), me=memory.me)
            # Participants are known by their ids at other relays, too.
            engine = Engine(rooms, core, secrets.token_urlsafe, f"{memory.me.instance}-")
            beside = partial(_beside, stack, group)
            beside(deliver(core, engine.receive), "core")
            beside(tick(partial(_pass_time, engine)), "clock")
            token = await asyncio.to_thread(equipment.token, settings)
            clock = asyncio.get_running_loop().time
            admin = Admin(token.text, clock, behind_proxy=settings.behind_proxy)
            dialects = equipment.all_dialects(settings.signalling, engine, beside)
            signalling = Signalling(dialects, settings.signalling, clock)
            roster = memory.roster(Links(engine.crossroads, engine), settings)
            neighbourhood = await asyncio.to_thread(
                equipment.neighbourhood, settings, roster, lambda: self._running.port
            )
            nearby = neighbourhood.relays if neighbourhood else None
            cameras = equipment.cameras(settings, engine, core)
            snap = equipment.snapshots(engine, core, cameras)
            inside = Inside(engine, admin, roster, cameras, nearby, snap)
            port, plain_port = await serve(stack, settings, inside, signalling, context)
            beside(tick(signalling.pass_time), "signalling")
            stack.callback(signalling.stop)
            if renewal is not None and context is not None:
                beside(renewal.run(context), "certificate")
            beside(cameras.run(), "cameras")
            self._parts = _Running(core, engine, port, plain_port, token)
            self._leave_note(stack, roster)
            self._watch(beside, media, inside)
            if neighbourhood is not None:
                beside(supervise("multicast DNS", neighbourhood.run), "mdns")
            self._publish_demo(beside)
            beside(roster.run(), "trunks")
            stack.push_async_callback(roster.links.stop)
            stack.callback(engine.stop)
            self._stack = stack.pop_all()

    def _watch(self, beside: Beside, media: Media, inside: Inside) -> None:
        """Notice addresses of this machine that come and go."""
        if self._settings.announce or not is_everywhere(self._settings.host):
            return

        def tell(addresses: tuple[str, ...]) -> None:
            inside.engine.set_candidates(addresses)
            inside.roster.hurry()

        watch = AddressWatch(media.told, partial(told_addresses, self._settings, media.ports), tell)
        beside(supervise("the watch over addresses", watch.run), "addresses")

    def _leave_note(self, stack: AsyncExitStack, roster: Roster) -> None:
        """Let commands on this machine find us."""
        if roster.store is not None:
            whereabouts.leave(roster.store, self.url)
            stack.callback(whereabouts.forget, roster.store, self.url)

    def _publish_demo(self, beside: Beside) -> None:
        if self._settings.demo:
            url = f"{self.plain_url or self.url}/whip/{demo.ROOM}?name={quote(demo.NAME)}"
            beside(demo.Demo(url).run(), "demo")


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


@contextmanager
def _ungrouped() -> Iterator[None]:
    """Raise a single error as itself: the group is how we are built, not what happened."""
    try:
        yield
    except BaseExceptionGroup as errors:
        if len(errors.exceptions) > 1:
            raise
        raise errors.exceptions[0] from None
