"""The loop: request → domain → effects → core, listeners and answers. It decides nothing."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from itertools import count
from typing import overload

from trunkline.crossroads import Crossroads
from trunkline.domain.callers import Word
from trunkline.domain.effect import Effect
from trunkline.domain.event_stream import EventStream
from trunkline.domain.journal import level, sentence
from trunkline.domain.rooms import Rooms
from trunkline.errors import RelayError
from trunkline.feed import Feed
from trunkline.feeder import Feeder, Feeders
from trunkline.fetcher import Fetcher
from trunkline.media.core import Core
from trunkline.model import signal, trunk, view
from trunkline.model.camera import CameraSummary
from trunkline.model.command import Close, Command, Count, SetCandidates
from trunkline.model.demand import Demand
from trunkline.model.event import ParticipantLeft, RoomEvent
from trunkline.model.id import (
    ParticipantId,
    RoomName,
    SessionId,
    StreamId,
    TransportId,
)
from trunkline.model.media import Kind, Offer, Port
from trunkline.model.outbox import Outbox
from trunkline.model.report import (
    Answered,
    Closed,
    Counted,
    Died,
    KeyframeWanted,
    Refused,
    Report,
    SessionReport,
    Speakers,
)
from trunkline.model.request import (
    Call,
    CloseStream,
    Enter,
    Find,
    FindStream,
    Leave,
    Measure,
    OpenStream,
    Produce,
    Request,
    Restart,
)
from trunkline.session import ANSWER_LIMIT, Sessions, silent, stopping
from trunkline.switchboard import Switchboard

log = logging.getLogger(__name__)


class Engine:
    """Joins rooms, core, guests and those who ask.

    `token` draws an unguessable text, safe in URLs; `prefix` begins the ids of participants, and is
    no other relay's.
    """

    def __init__(
        self, rooms: Rooms, core: Core, token: Callable[[], str], prefix: str = "p"
    ) -> None:
        self.feed = Feed()
        self.crossroads = Crossroads(rooms.trunks, self._perform)
        self.fetcher = Fetcher(rooms.takings, self._perform)
        self._prefix = prefix
        self._rooms = rooms
        self._core = core
        self._token = token
        self._switchboard = Switchboard()
        self._counts = count(1)
        self._sessions = Sessions(rooms, self._perform, token, self._participant)
        # One count at a time.
        self._counting: asyncio.Future[Counted] | None = None
        self._feeders = Feeders()
        self._stopping = False

    @overload
    async def ask(self, request: Enter) -> view.Opened: ...
    @overload
    async def ask(self, request: Find) -> view.Session: ...
    @overload
    async def ask(self, request: Leave) -> None: ...
    @overload
    async def ask(self, request: Restart) -> view.Opened: ...
    @overload
    async def ask(self, request: OpenStream) -> StreamId: ...
    @overload
    async def ask(self, request: FindStream) -> EventStream: ...
    @overload
    async def ask(self, request: CloseStream) -> None: ...
    @overload
    async def ask(self, request: Measure) -> view.Statistics: ...

    async def ask(self, request: Request) -> object:
        """Do what is asked and give the answer.

        Raises:
            ProtocolError: the core cannot read the offer.
            Refusal: it is not granted; the code and the sentence say why.
        """
        if isinstance(request, Measure):
            return self._rooms.measured(await self._count())
        return await self._sessions.ask(request)

    def enter(
        self,
        hello: signal.Hello,
        outbox: Outbox,
        *,
        address: str = "",
        like_umbrella: bool = False,
        policy: trunk.Policy | None = None,
    ) -> ParticipantId:
        """Let a guest in, or go on with one whose conversation broke off.

        Args:
            hello: what it says of itself.
            outbox: the way to it.
            address: "address:port" that it talks from.
            like_umbrella: it is an original Umbrella client.
            policy: what may cross, where it is an original Umbrella relay that we dialled.

        Raises:
            Refusal: it is not let in; the code and the sentence say why.
        """
        if self._stopping:
            raise stopping()
        guests = self._rooms.guests
        resumed = guests.resume(hello) if hello.resumption else None
        if resumed is not None:
            who, effects = resumed
        else:
            who = self._participant(self._rooms.number())
            effects = guests.enter(
                hello,
                who,
                self._token(),
                address=address,
                like_umbrella=like_umbrella,
                policy=policy,
            )
        self._switchboard.connect(who, outbox)
        self._perform(effects)
        return who

    def hear(self, who: ParticipantId, message: signal.Heard, now: float, wall: int) -> None:
        """Take what a guest says; `now` in seconds, rising, `wall` in milliseconds since 1970."""
        self._perform(self._rooms.guests.hear(who, message, now, wall))

    def hang_up(self, who: ParticipantId, outbox: Outbox, now: float, *, clean: bool) -> None:
        """A guest's line is closed: on purpose (`clean`), or it broke."""
        if not self._switchboard.disconnect(who, outbox):
            return
        guests = self._rooms.guests
        left = "It closed its connection."
        self._perform(guests.leave(who, "left", left) if clean else guests.lose(who, now))

    def dismiss(self, who: ParticipantId, reason: str) -> None:
        """Take a guest out that broke the protocol."""
        self._perform(self._rooms.guests.leave(who, "protocol", reason))

    def call(self, request: Call, outbox: Outbox) -> ParticipantId:
        """Let a caller in; by the outbox it is told our offer or answer, and of the end.

        Raises:
            Refusal: it is not let in; the code and the sentence say why.
        """
        if self._stopping:
            raise stopping()
        transport = self._rooms.number()
        who = self._participant(transport)
        effects = self._rooms.callers.enter(request, transport, who)
        self._switchboard.connect(who, outbox)
        self._perform(effects)
        return who

    def hear_caller(self, who: ParticipantId, message: Word) -> None:
        """Take what a caller says; by `Goodbye` it hangs up."""
        self._perform(self._rooms.callers.hear(who, message))

    def pass_time(self, now: float, wall: int) -> None:
        """Let what waits for a moment happen; to be called twice a second or so.

        Args:
            now: seconds, rising.
            wall: milliseconds since 1970.
        """
        self._perform([*self._rooms.guests.pass_time(now), *self._rooms.callers.pass_time()])
        self._perform(self._rooms.trunks.pass_time(now, wall))
        if self._rooms.limited:
            self._core.submit(Count(next(self._counts)))

    def produce(self, request: Produce, feeder: Feeder) -> tuple[Port, ...]:
        """Enter a room with tracks of this program: where it writes, in the order of the kinds.

        Where fallbacks are wanted, they follow in the same order.

        Raises:
            Refusal: the name is taken, or a limit is reached.
        """
        if self._stopping:
            raise stopping()
        transport = self._rooms.number()
        session = view.Session(SessionId(self._token()), self._token(), Offer("", ""))
        who = self._participant(transport)
        ports, effects = self._rooms.produce(request, transport, who, session)
        self._feeders.add(transport, feeder)
        self._perform(effects)
        return ports

    def retire(self, transport: TransportId) -> None:
        """End what `produce` began; nothing if it is gone."""
        self._feeders.remove(transport)
        self._perform(self._rooms.leave(transport, "left", "It left."))

    def announce(self, transport: TransportId, kinds: tuple[Kind, ...]) -> None:
        """What `produce` began has tracks of these kinds now, of those that it began with."""
        self._perform(self._rooms.announce(transport, kinds))

    def inform(self, transport: TransportId, camera: CameraSummary) -> None:
        """How it is now with the camera that `produce` began; people at other relays see it."""
        self._rooms.inform(transport, camera)
        self._perform([])

    def rooms(self) -> tuple[view.Room, ...]:
        """All rooms, oldest first."""
        return self._rooms.describe()

    def opens(self, room: RoomName, passphrase: str) -> bool:
        """Whether who says this may know of a room by its name."""
        return self._rooms.opens(room, passphrase)

    def receive(self, report: Report) -> None:
        """Take what the core reports.

        Raises:
            RelayError: the core died.
        """
        match report:
            case Died():
                raise RelayError(f"The media core ended by a bug of its own: {report.reason}")
            case Counted():
                if self._counting and not self._counting.done():
                    self._counting.set_result(report)
                if self._rooms.limited:
                    now = asyncio.get_running_loop().time()
                    self._perform(self._rooms.weigh(report, now))
            case KeyframeWanted(producer):
                self._feeders.want_keyframe(producer)
            case Speakers():
                self._perform(self._rooms.speech.receive(report))
            case _:
                self._receive(report)

    def set_candidates(self, addresses: tuple[str, ...]) -> None:
        """Tell clients these addresses for media from now on."""
        self._perform([SetCandidates(addresses)])

    def stop(self) -> None:
        """End all sessions and let nobody in any more."""
        self._stopping = True
        self._sessions.stop()
        self._perform(self._rooms.leave_all("stopped", "The relay stops."))
        self.feed.end()

    def _receive(self, report: SessionReport) -> None:
        if isinstance(report, Refused | Closed) and report.transport in self._feeders:
            self._feeders.end(report.transport)
            if isinstance(report, Refused):
                self.retire(report.transport)
        self._perform(self._rooms.receive(report))
        if isinstance(report, Answered | Refused):
            self._sessions.receive(report)
        elif isinstance(report, Closed):
            self._sessions.close(report.transport)

    async def _count(self) -> Counted:
        """Those who ask at the same time share one answer."""
        if self._counting is None or self._counting.done():
            self._counting = asyncio.get_running_loop().create_future()
            self._core.submit(Count(next(self._counts)))
        try:
            async with asyncio.timeout(ANSWER_LIMIT):
                return await asyncio.shield(self._counting)
        except TimeoutError:
            raise silent() from None

    def _perform(self, effects: Sequence[Effect]) -> None:
        self._do(effects)
        if self._rooms.trunks.active:
            self._do(self._rooms.trunks.settle(asyncio.get_running_loop().time()))
        self.fetcher.look()

    def _do(self, effects: Sequence[Effect]) -> None:
        for effect in effects:
            if isinstance(effect, signal.Tell):
                self._switchboard.tell(effect.guest, effect.message)
            elif isinstance(effect, Demand):
                self._feeders.tell(effect)
            elif isinstance(effect, Command):
                log.debug("to the core: %r", effect)
                self._core.submit(effect)
                if isinstance(effect, Close):
                    self._sessions.close(effect.transport)
            elif isinstance(effect, trunk.Tell):
                self.crossroads.tell(effect)
            elif isinstance(effect, trunk.SaidHere | trunk.SpokenHere):
                self._spread(effect)
            else:
                self._announce(effect)

    def _spread(self, news: trunk.SaidHere | trunk.SpokenHere) -> None:
        if self._rooms.trunks.active:
            now = asyncio.get_running_loop().time()
            self._do(self._rooms.trunks.spread(news, now))

    def _participant(self, number: TransportId) -> ParticipantId:
        return ParticipantId(f"{self._prefix}{number}")

    def _announce(self, event: RoomEvent) -> None:
        line = sentence(event)
        if line is not None:
            log.log(level(event), "%s", line)
        self.feed.publish(event)
        if isinstance(event, ParticipantLeft):
            self._switchboard.drop(event.participant)
