"""All rooms: they are made when somebody enters and gone when the last one leaves."""

from collections.abc import Iterator, Mapping
from typing import assert_never

from trunkline.domain.callers import Callers
from trunkline.domain.directory import Directory, Limits, full
from trunkline.domain.effect import Effect
from trunkline.domain.event_stream import STREAMS, EventStream
from trunkline.domain.guests import Guests, transport_of
from trunkline.domain.participant import Publisher, Viewer
from trunkline.domain.room import Room
from trunkline.domain.speech import Speech
from trunkline.domain.taking import Takings
from trunkline.domain.trunks import Trunks
from trunkline.errors import Refusal, RefusalCode
from trunkline.model import view
from trunkline.model.camera import CameraSummary
from trunkline.model.command import Accept, Close, ProduceMedia, Renegotiate
from trunkline.model.event import LeaveCode
from trunkline.model.id import (
    Mid,
    ParticipantId,
    RelayId,
    RoomName,
    SessionId,
    StreamId,
    TransportId,
)
from trunkline.model.media import Kind, Medium, Offer, Port
from trunkline.model.notice import NoticeKind
from trunkline.model.report import (
    Agreed,
    Answered,
    Closed,
    Connected,
    Counted,
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
from trunkline.model.request import Enter, Produce, Publish, Watch
from trunkline.model.rule import Rule
from trunkline.model.trunk import Hello

NOBODY = Hello(RelayId("unnamed0"), "")
"""A relay without neighbours."""

MediaReport = Connected | Started | Stalled | Layers | Resized | Offered | Agreed | Forwarded


class Rooms:
    """Who is where. Invariant: every room has somebody in it, every member one session."""

    def __init__(
        self,
        limits: Limits | None = None,
        rules: Mapping[RoomName, Rule] | None = None,
        me: Hello | None = None,
    ) -> None:
        """Begin empty.

        Args:
            limits: how much is let in.
            rules: what the operator laid down for rooms.
            me: this relay, as its neighbours know it.
        """
        rules = rules or {}
        self._directory = Directory(limits or Limits(), rules)
        private = [name for name, rule in rules.items() if rule.passphrase is not None]
        self.trunks = Trunks(self._directory, me or NOBODY, private)
        self.guests = Guests(self._directory)
        self.callers = Callers(self._directory)
        self.speech = Speech(self._directory)
        self.takings = Takings(self._directory)
        self._sessions: dict[SessionId, Publisher | Viewer] = {}  # bounded by Limits.sessions

    def number(self) -> TransportId:
        """The id of a new transport, for `enter`."""
        return self._directory.number()

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
        room = self._directory.room(request.room, request.passphrase)
        member: Publisher | Viewer
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
        self._directory.keep(room)
        self._directory.homes[transport] = room
        self._sessions[session.id] = member
        return [Accept(transport, request.offer.sdp, sources)]

    @property
    def limited(self) -> bool:
        """Whether some neighbour may be sent only so much: `weigh` is to be called."""
        return self.trunks.limited or self.guests.limited

    def weigh(self, report: Counted, now: float) -> list[Effect]:
        """Hold back what is too much for neighbours."""
        return [*self.guests.weigh(report, now), *self.trunks.weigh(report, now)]

    def produce(
        self,
        request: Produce,
        transport: TransportId,
        participant: ParticipantId,
        session: view.Session,
    ) -> tuple[tuple[Port, ...], list[Effect]]:
        """Let this program in, to which all rooms are open: its producers, one for each kind.

        Where there are fallbacks, they follow in the same order.

        Raises:
            Refusal: the name is taken, or a limit is reached.
        """
        room = self._directory.room(request.room, None)
        name = room.free_name(request.name)
        kinds = request.kinds * (2 if request.fallbacks else 1)
        media = tuple((Mid(str(index)), kind) for index, kind in enumerate(kinds))
        firsts = media[: len(request.kinds)]
        # There is no network between: it is connected at once.
        member = Publisher(
            id=participant,
            transport=transport,
            session=session,
            name=name,
            connected=True,
            on_demand=True,
        )
        room.enter(member)
        self._directory.keep(room)
        self._directory.homes[transport] = room
        self._sessions[session.id] = member
        answered = Answered(
            transport, "", tuple(Medium(mid, kind, "in", ()) for mid, kind in firsts)
        )
        effects = [ProduceMedia(transport, media), *room.answered(answered)]
        ports = tuple(Port(transport, mid) for mid, _ in media)
        for first, fallback in zip(firsts, ports[len(firsts) :], strict=False):
            member.tracks[first[0]].fallback = fallback
        return ports, effects

    def announce(self, transport: TransportId, kinds: tuple[Kind, ...]) -> list[Effect]:
        """What this program produces there has these kinds now; nothing if it is gone."""
        home = self._directory.homes.get(transport)
        return home.announce(transport, kinds) if home else []

    def inform(self, transport: TransportId, camera: CameraSummary) -> None:
        """How it is with a camera that this program produces there; nothing if it is gone."""
        home = self._directory.homes.get(transport)
        if home is not None:
            home.inform(transport, camera)

    def receive(self, report: SessionReport) -> list[Effect]:
        """Take in what the core reports; what is about a transport that left has no effect."""
        for owner in (self.guests, self.callers, self.trunks):
            if owner.has(transport_of(report)):
                return owner.receive(report)
        match report:
            case Answered():
                return self._answered(report)
            case Refused():
                # An ICE restart that is refused leaves what runs as it is.
                restart = self._is_in(report.transport)
                return [] if restart else self._leave(report.transport, "failed", report.reason)
            case Unplayable():
                return self._unplayable(report)
            case Closed():
                return self._leave(report.transport, report.code, report.reason)
            case _:
                return self._media(report)

    def leave(self, transport: TransportId, code: LeaveCode, reason: str) -> list[Effect]:
        """End a member's session from our side; nothing if it is gone already."""
        if transport not in self._directory.homes:
            return []
        return [Close(transport), *self._leave(transport, code, reason)]

    def leave_all(self, code: LeaveCode, reason: str) -> list[Effect]:
        """End every session, oldest first."""
        effects = [*self.trunks.leave_all(reason), *self.guests.leave_all(code, reason)]
        effects += self.callers.leave_all(code, reason)
        for transport in tuple(self._directory.homes):
            effects += self.leave(transport, code, reason)
        return effects

    def find(self, session: SessionId) -> Publisher | Viewer:
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
            raise full(f"This session already has {STREAMS} event streams: end one.")
        viewer.streams[stream] = EventStream(kinds)
        self._directory.homes[viewer.transport].tell()

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

    def bitrate(self, transport: TransportId) -> int | None:
        """Bits per second that each picture of a transport may have, if its room has a limit."""
        home = self._directory.homes.get(transport)
        return home.rule.bitrate if home else None

    def everywhere(self) -> Iterator[Room]:
        """All rooms, oldest first."""
        return iter(self._directory)

    def describe(self) -> tuple[view.Room, ...]:
        """All rooms, oldest first."""
        views = (room.describe() for room in self._directory)
        return tuple(room for room in views if room is not None)

    def opens(self, room: RoomName, passphrase: str) -> bool:
        """Whether who says this may know of a room by its name."""
        return self._directory.opens(room, passphrase)

    def measured(self, report: Counted) -> view.Statistics:
        """Say whose the core's counters are."""
        participants = []
        for traffic in report.transports:
            room = self._directory.homes.get(traffic.transport)
            if room is None:
                continue
            who = room.owner(traffic.transport)
            participants.append(
                view.ParticipantStatistics(
                    room=room.name,
                    id=who.id,
                    role=who.role,
                    name=who.name,
                    traffic=traffic,
                    carried=room.carried(traffic.transport),
                    sent=room.sent(traffic.transport),
                )
            )
        return view.Statistics(
            tuple(participants),
            report.datagrams_dropped,
            report.batches_dropped,
            report.datagrams_unsent,
            tuple(one for one in map(self.trunks.measured, report.transports) if one),
        )

    def _is_in(self, transport: TransportId) -> bool:
        home = self._directory.homes.get(transport)
        return home is not None and home.member(transport).answered

    def _media(self, report: MediaReport) -> list[Effect]:
        home = self._directory.homes.get(transport_of(report))
        if home is None:
            return []
        match report:
            case Connected():
                return home.connected(report)
            case Started():
                return home.started(report)
            case Stalled() | Layers() | Resized():
                return home.noted(report)
            case Offered() | Agreed() | Forwarded():
                # Members make the offers themselves, and take what comes.
                return []
            case _:
                assert_never(report)

    def _unplayable(self, report: Unplayable) -> list[Effect]:
        home = self._directory.homes.get(report.consumer.transport)
        other = home.fall_back(report) if home else None
        if other is not None:
            return other
        reason = f"The publisher now sends {report.codec}, which was not negotiated."
        return self.leave(report.consumer.transport, "unplayable", reason)

    def _answered(self, report: Answered) -> list[Effect]:
        home = self._directory.homes.get(report.transport)
        # The answer to an ICE restart changes no media, so nobody need know.
        return home.answered(report) if home and not self._is_in(report.transport) else []

    def _viewer(self, session: SessionId) -> Viewer:
        member = self.find(session)
        if not isinstance(member, Viewer):
            raise Refusal(RefusalCode.UNKNOWN, "Only sessions that watch have events.")
        return member

    def _leave(self, transport: TransportId, code: LeaveCode, reason: str) -> list[Effect]:
        room = self._directory.homes.get(transport)
        if room is None:
            return []
        self._directory.close(transport)
        member = room.member(transport)
        assert isinstance(member, Publisher | Viewer), "callers leave by `Callers`"
        del self._sessions[member.session.id]
        effects = room.leave(transport, code, reason)
        self._directory.tidy(room)
        return effects
