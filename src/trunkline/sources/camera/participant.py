"""A camera as a participant of a room, whether it is connected or not."""

import asyncio
import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress

from trunkline.engine import Engine
from trunkline.errors import Refusal, RefusalCode
from trunkline.feeder import Feeder
from trunkline.media.core import Core
from trunkline.model.camera import Camera, CameraHealth
from trunkline.model.demand import Demand
from trunkline.model.id import TransportId
from trunkline.model.media import Kind, Port
from trunkline.model.request import Produce
from trunkline.net.clock import Epoch
from trunkline.sources.camera.connection import UNKNOWN, Parts
from trunkline.sources.camera.line import Line
from trunkline.sources.camera.outlet import Outlet
from trunkline.sources.camera.summary import summary
from trunkline.sources.camera.tally import Tally
from trunkline.sources.source import Opening

log = logging.getLogger(__name__)

PATIENCE = 12.0
"""Seconds for a camera to send its first picture to who waits for that."""
TELL_EVERY = 2.0
"""Seconds between two words to other relays; pages ask as often."""
KINDS: tuple[Kind, ...] = ("video", "audio")


class CameraParticipant:
    """One camera in its room.

    It is looked at once at the beginning: so it is known what it sends, and there is a picture to
    show while it is on its way to the first viewer.
    """

    def __init__(
        self, camera: Camera, opening: Opening, sub: Opening | None, engine: Engine, core: Core
    ) -> None:
        """Be nowhere yet.

        Args:
            camera: which.
            opening: how its stream is opened.
            sub: how its second stream is opened, if it has one.
            engine: of the relay.
            core: of the relay.
        """
        self._camera = camera
        self._engine = engine
        self._looking = True
        self._loop = asyncio.get_running_loop()
        self._transport: TransportId | None = None
        self._epoch = epoch = Epoch()
        self._tally = Tally()
        name = f"{camera.room}: camera {camera.name}"
        # In the order of the ports: those that get the streams as they are, then the others.
        self._outlets = [Outlet(core.write, epoch) for _ in (*KINDS, *KINDS)]
        self._picture, self._sound, self._second, self._opus = self._outlets
        self._news = asyncio.Event()
        self._picture.on_live = lambda: self._tell(self._news.set)
        for one in (opening, sub):
            if one is not None and one.encrypted == "unchecked":
                log.warning(
                    "%s: anybody can pose as it, and get its password, since its certificate is "
                    "not checked: name a file with it (certificate)",
                    name,
                )
        self._main = Line(name, opening, epoch, self._needs, self._equip, self._outlets)
        self._sub: Line | None = None
        if sub is not None:
            pictures = (self._picture, self._second)
            self._sub = Line(
                f"{name} (second stream)", sub, epoch, self._needs_sub, self._equip_sub, pictures
            )

    @property
    def transport(self) -> TransportId | None:
        """Of its producers, while it is in its room."""
        return self._transport

    async def run(self) -> None:
        """Be there until cancelled.

        Raises:
            Refusal: the name is taken, or the relay is full.
        """
        with self._entered() as ended:
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(line.run()) for line in self._lines()]
                tasks.append(group.create_task(self._keep_telling()))
                await ended.wait()
                for task in tasks:
                    task.cancel()
        raise Refusal(RefusalCode.FULL, "The relay's media core has no place for it, or failed.")

    async def _keep_telling(self) -> None:
        """Let other relays know how it is; what has passed by then they need not hear."""
        while self._transport is not None:
            self._engine.inform(self._transport, summary(self.health()))
            await asyncio.sleep(TELL_EVERY)

    async def ready(self) -> None:
        """Wait till there are pictures of now.

        Raises:
            Refusal: none came in time.
        """
        try:
            async with asyncio.timeout(PATIENCE):
                while not self._picture.live:
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError:
            why = self._main.error or f"No picture came within {PATIENCE:g} s."
            raise Refusal(RefusalCode.NOBODY_PUBLISHES, f"The camera: {why}", 2) from None

    def health(self) -> CameraHealth:
        """How it is."""
        main, sub = self._main, self._sub
        parts = main.parts
        words = [parts.doing()] if parts.kinds else []
        if sub and sub.parts.picture:
            words.append(f"second stream: {sub.parts.picture.doing()}")
        error, trouble = main.error, main.trouble
        if error is None and parts.strange:
            error, trouble = UNKNOWN, "codec"
        if error is None and sub and sub.error:
            error = f"Its second stream: {sub.error}"
            # Who is shown the first stream misses nothing.
            trouble = sub.trouble if self._needs_sub() else None
        return CameraHealth(
            main.state,
            error,
            parts.picture.describe() if parts.picture else None,
            parts.sound.describe() if parts.sound else None,
            "; ".join(words) or None,
            main.restarts + (sub.restarts if sub else 0),
            self._tally.read(self._epoch.now(), self._transcoders()),
            trouble,
        )

    def _transcoders(self) -> int:
        pictures = [line.parts.picture for line in self._lines()]
        return sum(one.transcoders for one in pictures if one)

    def _lines(self) -> Sequence[Line]:
        return [self._main, self._sub] if self._sub else [self._main]

    @contextmanager
    def _entered(self) -> Iterator[asyncio.Event]:
        """In the room; the event says that the core ended it."""
        request = Produce(self._camera.room, self._camera.name, KINDS, fallbacks=True)
        by_port: dict[Port, Outlet] = {}
        ended = asyncio.Event()

        def want_keyframe(port: Port) -> None:
            by_port[port].want_keyframe()

        def want(demand: Demand) -> None:
            self._demand(by_port[demand.producer], wanted=demand.wanted)

        ports = self._engine.produce(request, Feeder(want_keyframe, want, ended.set))
        for port, outlet in zip(ports, self._outlets, strict=True):
            by_port[port] = outlet
            outlet.port = port
        self._transport = ports[0].transport
        try:
            yield ended
        finally:
            self._transport = None
            self._engine.retire(ports[0].transport)

    def _demand(self, outlet: Outlet, *, wanted: bool) -> None:
        outlet.wanted = wanted
        if wanted:
            outlet.welcome()
        for line in self._lines():
            line.look_again()

    def _needs(self) -> bool:
        if self._main.error is not None:
            self._looking = False  # once is enough
        always = self._camera.mode == "always"
        return always or self._looking or any(outlet.wanted for outlet in self._outlets)

    def _needs_sub(self) -> bool:
        return self._second.wanted or (self._picture.wanted and not self._is_shown_as_it_is())

    def _is_shown_as_it_is(self) -> bool:
        picture = self._main.parts.picture
        return picture is None or picture.passes

    def _equip(self, parts: Parts) -> None:
        """Say where the streams go; in the thread that reads them."""
        if parts.picture:
            parts.picture.tally = self._tally
            parts.picture.only_as_it_is = self._sub is not None
            parts.picture.first = lambda: (self._picture,)
            parts.picture.second = lambda: () if self._sub else (self._second,)
            parts.picture.on_verdict = lambda: self._tell(lambda: self._judged(parts))
        if parts.sound:
            parts.sound.first, parts.sound.second = (self._sound,), (self._opus,)
        self._tell(lambda: self._seen(parts))

    def _equip_sub(self, parts: Parts) -> None:
        if parts.picture:
            both, second = (self._picture, self._second), (self._second,)
            parts.picture.first = lambda: second if self._is_shown_as_it_is() else both

    def _seen(self, parts: Parts) -> None:
        """It is there, and it is known what it sends."""
        self._looking = False
        self._tally.connected()
        self._main.clear()
        log.info("%s: camera %s is there: %s", self._camera.room, self._camera.name, parts.doing())
        if self._transport is not None:
            self._engine.announce(self._transport, parts.kinds)
        self._look_again()

    def _judged(self, parts: Parts) -> None:
        """It turned out that the picture cannot be passed through."""
        log.info("%s: camera %s: %s", self._camera.room, self._camera.name, parts.doing())
        self._look_again()

    def _tell(self, news: Callable[[], None]) -> None:
        """Have the loop do something; from a thread, which may outlive the loop."""
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(news)

    def _look_again(self) -> None:
        for line in self._lines():
            line.look_again()
