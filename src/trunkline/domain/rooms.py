"""All rooms: they are made when somebody enters and gone when the last one leaves."""

from dataclasses import dataclass
from typing import assert_never

from trunkline.domain.event_stream import STREAMS, EventStream
from trunkline.domain.participant import Member, Publisher, Viewer
from trunkline.domain.room import Effect, Room
from trunkline.errors import Refusal, RefusalCode
from trunkline.model import view
from trunkline.model.command import Accept, Close, Renegotiate
from trunkline.model.event import LeaveCode
from trunkline.model.id import ParticipantId, RoomName, SessionId, StreamId, TransportId
from trunkline.model.media import Offer, Port
from trunkline.model.notice import NoticeKind
from trunkline.model.report import (
    Answered,
    Closed,
    Connected,
    Counted,
    Refused,
    SessionReport,
    Started,
    Unplayable,
)
from trunkline.model.request import Enter, Publish, Watch

RETRY_FULL = 10
"""Seconds after which somebody turned away for want of room may ask again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much is let in; beyond it, requests are refused as `RefusalCode.FULL`."""

    rooms: int = 500
    participants: int = 500
    """Publishers and viewers of one room."""
    sessions: int = 2000
    """Publishers and viewers of all rooms."""


class Rooms:
    """Who is where. Invariant: every room has a member, every member one transport and session."""

    def __init__(self, limits: Limits | None = None) -> None:
        self._limits = limits or Limits()
        self._rooms: dict[RoomName, Room] = {}  # bounded by Limits.rooms
        self._homes: dict[TransportId, Room] = {}  # bounded by Limits.sessions
        self._sessions: dict[SessionId, Member] = {}  # bounded by Limits.sessions

    def enter(
        self,
        request: Enter,
        transport: TransportId,
        participant: ParticipantId,
        session: view.Session,
    ) -> list[Effect]:
        """Keep a place for somebody; the transport and the ids are new.

        Raises:
            Refusal: the name is taken, nobody publishes what is asked for, or a limit is reached.
        """
        room = self._room(request.room)
        member: Member
        match request:
            case Publish():
                name = room.free_name(request.name)
                member = Publisher(id=participant, transport=transport, session=session, name=name)
                sources: tuple[Port, ...] = ()
            case Watch():
                follows = request.publisher
                sources = room.source_of(follows).sources()
                member = Viewer(
                    id=participant, transport=transport, session=session, follows=follows
                )
            case _:
                assert_never(request)
        room.enter(member)
        self._rooms[room.name] = room
        self._homes[transport] = room
        self._sessions[session.id] = member
        return [Accept(transport, request.offer.sdp, sources)]

    def receive(self, report: SessionReport) -> list[Effect]:
        """Take in what the core reports; what is about a transport that left has no effect."""
        match report:
            case Answered():
                return self._answered(report)
            case Refused():
                # An ICE restart that is refused leaves what runs as it is.
                restart = self._is_in(report.transport)
                return [] if restart else self._leave(report.transport, "failed", report.reason)
            case Connected():
                home = self._homes.get(report.transport)
                return home.connected(report) if home else []
            case Started():
                home = self._homes.get(report.producer.transport)
                return home.started(report) if home else []
            case Unplayable():
                reason = f"The publisher now sends {report.codec}, which was not negotiated."
                return self.leave(report.consumer.transport, "unplayable", reason)
            case Closed():
                return self._leave(report.transport, report.code, report.reason)
            case _:
                assert_never(report)

    def leave(self, transport: TransportId, code: LeaveCode, reason: str) -> list[Effect]:
        """End a member's session from our side; nothing if it is gone already."""
        if transport not in self._homes:
            return []
        return [Close(transport), *self._leave(transport, code, reason)]

    def leave_all(self, code: LeaveCode, reason: str) -> list[Effect]:
        """End every session, oldest first."""
        effects: list[Effect] = []
        for transport in tuple(self._homes):
            effects += self.leave(transport, code, reason)
        return effects

    def find(self, session: SessionId) -> Member:
        """Whose session it is.

        Raises:
            Refusal: there is no such session (any more).
        """
        member = self._sessions.get(session)
        if member is None or not member.answered:
            raise Refusal(
                RefusalCode.UNKNOWN, "There is no such session: it has ended or never was."
            )
        return member

    def restart(self, session: SessionId, offer: Offer) -> list[Effect]:
        """Begin an ICE restart; `restarted` follows when the core has answered.

        Raises:
            Refusal: there is no such session.
        """
        return [Renegotiate(self.find(session).transport, offer.sdp)]

    def restarted(self, session: SessionId, offer: Offer, tag: str) -> view.Session:
        """Note a session's new ICE session.

        Raises:
            Refusal: the session has ended meanwhile.
        """
        member = self.find(session)
        member.session = view.Session(session, tag, offer)
        return member.session

    def open_stream(
        self, session: SessionId, stream: StreamId, kinds: frozenset[NoticeKind]
    ) -> None:
        """Make an event stream; its id is new.

        Raises:
            Refusal: there is no such viewer, or it has too many already.
        """
        viewer = self._viewer(session)
        if len(viewer.streams) >= STREAMS:
            raise _full(f"This session already has {STREAMS} event streams: end one.")
        viewer.streams[stream] = EventStream(kinds)
        self._homes[viewer.transport].tell()

    def find_stream(self, session: SessionId, stream: StreamId) -> EventStream:
        """Whose event stream it is.

        Raises:
            Refusal: there is no such viewer or stream.
        """
        found = self._viewer(session).streams.get(stream)
        if found is None:
            raise Refusal(RefusalCode.UNKNOWN, "There is no such event stream (any more).")
        return found

    def close_stream(self, session: SessionId, stream: StreamId) -> None:
        """End an event stream.

        Raises:
            Refusal: there is no such viewer or stream.
        """
        self.find_stream(session, stream).drop()
        del self._viewer(session).streams[stream]

    def describe(self) -> tuple[view.Room, ...]:
        """All rooms, oldest first."""
        views = (room.describe() for room in self._rooms.values())
        return tuple(room for room in views if room is not None)

    def measured(self, report: Counted) -> view.Statistics:
        """Say whose the core's counters are."""
        participants = []
        for traffic in report.transports:
            room = self._homes.get(traffic.transport)
            if room is None:
                continue
            who = room.member(traffic.transport)
            participants.append(
                view.ParticipantStatistics(room.name, who.id, who.role, who.name, traffic)
            )
        return view.Statistics(
            tuple(participants), report.datagrams_dropped, report.datagrams_unsent
        )

    def _room(self, name: RoomName) -> Room:
        """The room by this name, a new one if need be; it counts once somebody enters."""
        if len(self._homes) >= self._limits.sessions:
            raise _full(f"This relay already serves {self._limits.sessions} sessions.")
        room = self._rooms.get(name) or Room(name)
        if not len(room) and len(self._rooms) >= self._limits.rooms:
            raise _full(f"This relay already has {self._limits.rooms} rooms.")
        if len(room) >= self._limits.participants:
            raise _full(f"Room {name!r} already has {self._limits.participants} participants.")
        return room

    def _is_in(self, transport: TransportId) -> bool:
        home = self._homes.get(transport)
        return home is not None and home.member(transport).answered

    def _answered(self, report: Answered) -> list[Effect]:
        home = self._homes.get(report.transport)
        # The answer to an ICE restart changes no media, so nobody need know.
        return home.answered(report) if home and not self._is_in(report.transport) else []

    def _viewer(self, session: SessionId) -> Viewer:
        member = self.find(session)
        if not isinstance(member, Viewer):
            raise Refusal(RefusalCode.UNKNOWN, "Only sessions that watch have events.")
        return member

    def _leave(self, transport: TransportId, code: LeaveCode, reason: str) -> list[Effect]:
        room = self._homes.pop(transport, None)
        if room is None:
            return []
        del self._sessions[room.member(transport).session.id]
        effects = room.leave(transport, code, reason)
        if not len(room):
            del self._rooms[room.name]
        return effects


def _full(cause: str) -> Refusal:
    return Refusal(RefusalCode.FULL, f"{cause} Ask again later.", retry_after=RETRY_FULL)
