"""The callers of all rooms: peers of other programs' signalling, each with one transport."""

from collections.abc import Iterable
from typing import assert_never

from trunkline.domain.directory import Directory
from trunkline.domain.effect import Effect
from trunkline.domain.guests import transport_of
from trunkline.domain.participant import Caller
from trunkline.domain.room import Room
from trunkline.model import signal
from trunkline.model.command import Accept, AcceptAnswer, Close, Limit, OfferMedia, Renegotiate
from trunkline.model.event import LeaveCode
from trunkline.model.id import ParticipantId, TransportId
from trunkline.model.media import Kind, Label, OfferedMedium
from trunkline.model.report import (
    Agreed,
    Answered,
    Closed,
    Connected,
    Forwarded,
    Layers,
    Offered,
    Refused,
    Resized,
    SessionReport,
    Stalled,
    Started,
    Unplayable,
)
from trunkline.model.request import Call
from trunkline.model.signal import Tell

Word = signal.Offered | signal.Answered | signal.Goodbye
"""What a caller says."""

MediaReport = Connected | Started | Stalled | Layers | Resized | Forwarded | Unplayable

STREAM = "trunkline"
_KINDS: tuple[Kind, ...] = ("video", "audio")


class Callers:
    """Who called, and in which room."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory
        self._transports: dict[ParticipantId, TransportId] = {}  # bounded by Limits.sessions

    def has(self, transport: TransportId) -> bool:
        """Whether it is a caller's."""
        home = self._directory.homes.get(transport)
        return home is not None and isinstance(home.owner(transport), Caller)

    def enter(self, request: Call, transport: TransportId, who: ParticipantId) -> list[Effect]:
        """Keep a place for a caller; the transport and the id are new.

        Raises:
            Refusal: the room is locked or has a passphrase, or a limit is reached.
        """
        room = self._directory.room(request.room, "")
        caller = Caller(
            id=who,
            transport=transport,
            name=room.spare_name(request.name),
            follows=request.follows,
            steady=request.steady,
        )
        room.enter(caller)
        self._directory.keep(room)
        self._directory.homes[transport] = room
        self._transports[who] = transport
        if request.offer is not None:
            return [Accept(transport, request.offer)]
        takes = request.publishes
        media = tuple(OfferedMedium(kind, Label(STREAM, kind), takes=takes) for kind in _KINDS)
        return [OfferMedia(transport, media)]

    def hear(self, who: ParticipantId, message: Word) -> list[Effect]:
        """Take what a caller says; what somebody says who has left is nothing."""
        transport = self._transports.get(who)
        if transport is None:
            return []
        match message:
            case signal.Offered(sdp):
                return [Renegotiate(transport, sdp)]
            case signal.Answered(sdp):
                return [AcceptAnswer(transport, sdp)]
            case signal.Goodbye():
                return self._end([self._caller(transport)], "left", "It ended its call.")
            case _:
                assert_never(message)

    def receive(self, report: SessionReport) -> list[Effect]:
        """Take in what the core reports of a caller's transport."""
        caller = self._caller(transport_of(report))
        match report:
            case Answered() | Offered() | Agreed() | Refused():
                return self._negotiate(caller, report)
            case Closed(_, code, reason):
                return self._leave(caller, code, reason)
            case _:
                return self._media(caller, report)

    def pass_time(self) -> list[Effect]:
        """End the calls whose picture is gone; to be called twice a second or so."""
        gone = [caller for caller in self._all() if caller.stranded]
        return self._end(gone, "left", "What it was shown is gone, or has another size.")

    def leave_all(self, code: LeaveCode, reason: str) -> list[Effect]:
        """End every call, oldest first."""
        return self._end(self._all(), code, reason)

    def _all(self) -> list[Caller]:
        return [self._caller(transport) for transport in self._transports.values()]

    def _caller(self, transport: TransportId) -> Caller:
        caller = self._directory.homes[transport].owner(transport)
        assert isinstance(caller, Caller), "asked for by `has`, or known"
        return caller

    def _negotiate(
        self, caller: Caller, report: Answered | Offered | Agreed | Refused
    ) -> list[Effect]:
        room = self._directory.homes[caller.transport]
        match report:
            case Answered(_, answer):
                told = Tell(caller.id, signal.Answered(answer, room.rule.bitrate))
                return [told, *_agree(room, caller, report)]
            case Offered(_, offer):
                return [Tell(caller.id, signal.Offered(offer))]
            case Agreed(transport, media):
                return _agree(room, caller, Answered(transport, "", media))
            case Refused(_, _, reason):
                # What runs goes on as it is.
                return [] if caller.answered else self._end([caller], "failed", reason)
            case _:
                assert_never(report)

    def _media(self, caller: Caller, report: MediaReport) -> list[Effect]:
        room = self._directory.homes[caller.transport]
        match report:
            case Connected():
                return room.connected(report)
            case Started():
                return room.started(report)
            case Stalled() | Layers() | Resized():
                return room.noted(report)
            case Forwarded():
                return _note_layer(caller, report)
            case Unplayable():
                # Nothing flows until another one is shown, which may be at any time.
                return []
            case _:
                assert_never(report)

    def _end(self, callers: Iterable[Caller], code: LeaveCode, reason: str) -> list[Effect]:
        effects: list[Effect] = []
        for caller in callers:
            effects += [Close(caller.transport), *self._leave(caller, code, reason)]
        return effects

    def _leave(self, caller: Caller, code: LeaveCode, reason: str) -> list[Effect]:
        room = self._directory.homes[caller.transport]
        del self._transports[caller.id]
        self._directory.close(caller.transport)
        effects = room.leave(caller.transport, code, reason)
        self._directory.tidy(room)
        return [Tell(caller.id, signal.Goodbye(code, reason)), *effects]


def _agree(room: Room, caller: Caller, report: Answered) -> list[Effect]:
    if caller.answered:
        return room.agreed_anew(caller, report.media)
    return room.answered(report)


def _note_layer(caller: Caller, report: Forwarded) -> list[Effect]:
    if not caller.steady or report.layer == caller.layer:
        return []
    if caller.layer is not None:
        caller.stranded = True
        return []
    caller.layer = report.layer
    # None above it, since another encoding has another size.
    return [Limit(report.consumer, report.layer)]
