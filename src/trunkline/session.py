"""Sessions by WHIP and WHEP: from a request to its answer, for which the core is waited for."""

import asyncio
from collections.abc import Callable, Sequence
from typing import assert_never

from trunkline.domain.directory import RETRY_FULL
from trunkline.domain.effect import Effect
from trunkline.domain.event_stream import EventStream
from trunkline.domain.rooms import Rooms
from trunkline.errors import ProtocolError, Refusal, RefusalCode
from trunkline.model import view
from trunkline.model.id import ParticipantId, SessionId, StreamId, TransportId
from trunkline.model.report import Answered, Refused
from trunkline.model.request import (
    CloseStream,
    Enter,
    Find,
    FindStream,
    Leave,
    OpenStream,
    Publish,
    Restart,
    Watch,
)

ANSWER_LIMIT = 5.0
"""Seconds the core may take to answer; it needs a few milliseconds."""

RETRY_BUSY = 1
"""Seconds after which a session that is being restarted may be restarted again."""


_REFUSALS = {
    "unsupported": RefusalCode.UNSUPPORTED,
    "codec": RefusalCode.CODEC,
    "limit": RefusalCode.FULL,
}

Asked = Enter | Restart | Find | Leave | OpenStream | FindStream | CloseStream


class Sessions:
    """Those that come by an offer and are known by an id.

    `token` draws an unguessable text; `identify` makes a participant's id of a transport.
    """

    def __init__(
        self,
        rooms: Rooms,
        perform: Callable[[Sequence[Effect]], None],
        token: Callable[[], str],
        identify: Callable[[TransportId], ParticipantId],
    ) -> None:
        self._rooms = rooms
        self._perform = perform
        self._token = token
        self._identify = identify
        # Bounded by the sessions that `Rooms` lets in.
        self._offers: dict[TransportId, asyncio.Future[Answered | Refused]] = {}
        self._stopping = False

    async def ask(self, request: Asked) -> object:
        """See `Engine.ask`."""
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
            case OpenStream() | FindStream() | CloseStream():
                return self._stream(request)
            case _:
                assert_never(request)

    def receive(self, report: Answered | Refused) -> None:
        """The core has answered an offer, of these sessions or others."""
        offer = self._offers.get(report.transport)
        if offer and not offer.done():
            offer.set_result(report)

    def close(self, transport: TransportId) -> None:
        """No answer will come for this transport."""
        self._give_up(
            transport, Refusal(RefusalCode.UNKNOWN, "The session ended before it was answered.")
        )

    def stop(self) -> None:
        """Let nobody in any more."""
        self._stopping = True
        for transport in tuple(self._offers):
            self._give_up(transport, stopping())

    def _give_up(self, transport: TransportId, refusal: Refusal) -> None:
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
            raise stopping()
        transport = self._rooms.number()
        participant = self._identify(transport)
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
            raise silent() from None
        finally:
            del self._offers[transport]


def _granted(report: Answered | Refused) -> Answered:
    """Raise what the core refused."""
    if isinstance(report, Answered):
        return report
    if report.code == "malformed":
        raise ProtocolError(report.reason)
    retry = RETRY_FULL if report.code == "limit" else None
    raise Refusal(_REFUSALS[report.code], report.reason, retry)


def stopping() -> Refusal:
    """To whoever comes too late."""
    return Refusal(RefusalCode.STOPPING, "This relay is stopping.", RETRY_FULL)


def silent() -> Refusal:
    """To whoever waited for the core in vain."""
    return Refusal(RefusalCode.FULL, "The media core did not answer in time.", RETRY_FULL)
