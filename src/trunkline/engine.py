"""The loop: request → domain → effects → core, listeners and answers. It decides nothing."""

import asyncio
import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import count
from typing import assert_never, overload

from trunkline.crossroads import Crossroads
from trunkline.domain.callers import Word
from trunkline.domain.directory import RETRY_FULL
from trunkline.domain.effect import Effect
from trunkline.domain.event_stream import EventStream
from trunkline.domain.journal import level, sentence
from trunkline.domain.rooms import Rooms
from trunkline.errors import ProtocolError, Refusal, RefusalCode, RelayError
from trunkline.feed import Feed
from trunkline.feeder import Feeder, Feeders
from trunkline.media.core import Core
from trunkline.model import signal, trunk, view
from trunkline.model.command import Close, Command, Count, SetCandidates
from trunkline.model.demand import Demand
from trunkline.model.event import ParticipantLeft, RoomEvent
from trunkline.model.id import (
    ParticipantId,
    ParticipantName,
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
    Publish,
    Request,
    Restart,
    Watch,
)
from trunkline.switchboard import Switchboard

log = logging.getLogger(__name__)

ANSWER_LIMIT = 5.0
"""Seconds the core may take to answer; it needs a few milliseconds."""

RETRY_BUSY = 1
"""Seconds after which a session that is being restarted may be restarted again."""


_REFUSALS = {
    "unsupported": RefusalCode.UNSUPPORTED,
    "codec": RefusalCode.CODEC,
    "limit": RefusalCode.FULL,
}


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
        self._prefix = prefix
        self._rooms = rooms
        self._core = core
        self._token = token
        self._switchboard = Switchboard()
        self._counts = count(1)
        # Both are bounded by the sessions that `Rooms` lets in, and one count at a time.
        self._offers: dict[TransportId, asyncio.Future[Answered | Refused]] = {}
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
        match request:
            case Publish() | Watch():
                return await self._enter(request)
            case Restart():
                return await self._restart(request)
            case Find(session):
                return self._rooms.find(session).session
            case Leave(session):
                member = self._rooms.find(session)
                self._perform(self._rooms.leave(member.transport, "left", "It ended its session."))
                return None
            case Measure():
                return self._rooms.measured(await self._count())
            case OpenStream() | FindStream() | CloseStream():
                return self._stream(request)
            case _:
                assert_never(request)

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
            raise _stopping()
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
            raise _stopping()
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
            raise _stopping()
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

    @contextmanager
    def holding(self, producer: Port) -> Iterator[None]:
        """Whoever taps a producer in this block wants it, as a viewer does."""
        self._perform(self._rooms.hold(producer))
        try:
            yield
        finally:
            self._perform(self._rooms.release(producer))

    def source(self, room: RoomName, name: ParticipantName | None, kind: Kind) -> Port | None:
        """What a participant sends of a kind; of None who published last.

        Raises:
            Refusal: there is nobody.
        """
        return self._rooms.source(room, name, kind)

    def picture_of(self, room: RoomName, participant: ParticipantId) -> Port:
        """Where the first picture of a participant comes in.

        Raises:
            Refusal: it sends none here.
        """
        return self._rooms.picture_of(room, participant)

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
        for transport in tuple(self._offers):
            self._give_up(transport, _stopping())
        self._perform(self._rooms.leave_all("stopped", "The relay stops."))
        self.feed.end()

    def _receive(self, report: SessionReport) -> None:
        if isinstance(report, Refused | Closed) and report.transport in self._feeders:
            self._feeders.end(report.transport)
            if isinstance(report, Refused):
                self.retire(report.transport)
        self._perform(self._rooms.receive(report))
        if isinstance(report, Answered | Refused):
            offer = self._offers.get(report.transport)
            if offer and not offer.done():
                offer.set_result(report)
        elif isinstance(report, Closed):
            self._give_up(report.transport, _ended())

    def _give_up(self, transport: TransportId, refusal: Refusal) -> None:
        """No answer will come for this transport."""
        offer = self._offers.get(transport)
        if offer and not offer.done():
            offer.set_exception(refusal)

    def _stream(
        self, request: OpenStream | FindStream | CloseStream
    ) -> StreamId | EventStream | None:
        match request:
            case OpenStream(session, kinds):
                stream = StreamId(self._token())
                self._rooms.open_stream(session, stream, kinds)
                return stream
            case FindStream(session, stream):
                return self._rooms.find_stream(session, stream)
            case CloseStream(session, stream):
                self._rooms.close_stream(session, stream)
                return None
            case _:
                assert_never(request)

    async def _enter(self, request: Enter) -> view.Opened:
        if self._stopping:
            raise _stopping()
        transport = self._rooms.number()
        participant = self._participant(transport)
        session = view.Session(SessionId(self._token()), self._token(), request.offer)
        effects = self._rooms.enter(request, transport, participant, session)
        answered = False
        try:
            report = await self._negotiate(transport, effects)
            answered = True
        finally:
            if not answered:
                self._perform(self._rooms.leave(transport, "failed", "Its offer got no answer."))
        bitrate = self._rooms.bitrate(transport) if isinstance(request, Publish) else None
        return view.Opened(session, _granted(report).answer, bitrate)

    async def _restart(self, request: Restart) -> view.Opened:
        transport = self._rooms.find(request.session).transport
        if transport in self._offers:
            raise Refusal(
                RefusalCode.BUSY, "An ICE restart of this session is under way already.", RETRY_BUSY
            )
        effects = self._rooms.restart(request.session, request.offer)
        report = _granted(await self._negotiate(transport, effects))
        session = self._rooms.restarted(request.session, request.offer, self._token())
        return view.Opened(session, report.answer)

    async def _negotiate(
        self, transport: TransportId, effects: Sequence[Effect]
    ) -> Answered | Refused:
        offer: asyncio.Future[Answered | Refused] = asyncio.get_running_loop().create_future()
        self._offers[transport] = offer
        try:
            self._perform(effects)
            async with asyncio.timeout(ANSWER_LIMIT):
                return await offer
        except TimeoutError:
            raise _silent() from None
        finally:
            del self._offers[transport]

    async def _count(self) -> Counted:
        """Those who ask at the same time share one answer."""
        if self._counting is None or self._counting.done():
            self._counting = asyncio.get_running_loop().create_future()
            self._core.submit(Count(next(self._counts)))
        try:
            async with asyncio.timeout(ANSWER_LIMIT):
                return await asyncio.shield(self._counting)
        except TimeoutError:
            raise _silent() from None

    def _perform(self, effects: Sequence[Effect]) -> None:
        self._do(effects)
        if self._rooms.trunks.active:
            self._do(self._rooms.trunks.settle(asyncio.get_running_loop().time()))

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
                    self._give_up(effect.transport, _ended())
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

    def _participant(self, number: int) -> ParticipantId:
        return ParticipantId(f"{self._prefix}{number}")

    def _announce(self, event: RoomEvent) -> None:
        line = sentence(event)
        if line is not None:
            log.log(level(event), "%s", line)
        self.feed.publish(event)
        if isinstance(event, ParticipantLeft):
            self._switchboard.drop(event.participant)


def _granted(report: Answered | Refused) -> Answered:
    """Raise what the core refused."""
    if isinstance(report, Answered):
        return report
    if report.code == "malformed":
        raise ProtocolError(report.reason)
    retry = RETRY_FULL if report.code == "limit" else None
    raise Refusal(_REFUSALS[report.code], report.reason, retry)


def _stopping() -> Refusal:
    return Refusal(RefusalCode.STOPPING, "This relay is stopping.", RETRY_FULL)


def _ended() -> Refusal:
    return Refusal(RefusalCode.UNKNOWN, "The session ended before it was answered.")


def _silent() -> Refusal:
    return Refusal(RefusalCode.FULL, "The media core did not answer in time.", RETRY_FULL)
