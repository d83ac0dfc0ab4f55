"""The guests of all rooms: how they come, go on after a broken conversation, and leave."""

from typing import assert_never

from trunkline.domain.directory import Directory
from trunkline.domain.downlink import ANSWER_TIME
from trunkline.domain.effect import Effect
from trunkline.domain.guest import Guest
from trunkline.domain.room import Room
from trunkline.domain.throttle import Throttle
from trunkline.errors import Refusal, RefusalCode
from trunkline.model import signal
from trunkline.model.event import LeaveCode, ParticipantConnected
from trunkline.model.id import ParticipantId, ParticipantName, RoomName, TransportId
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
from trunkline.model.signal import Tell
from trunkline.model.trunk import Policy


class Guests:
    """Who talks with the relay, and in which room."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory
        self._homes: dict[ParticipantId, Room] = {}  # bounded by Limits.sessions
        self._resumptions: dict[str, ParticipantId] = {}  # one for each guest

    def has(self, transport: TransportId) -> bool:
        """Whether it is a transport of a guest."""
        home = self._directory.homes.get(transport)
        return home is not None and home.floor.guest_of(transport) is not None

    def rooms(self) -> frozenset[Room]:
        """Where there are guests."""
        return frozenset(self._homes.values())

    def owner(self, transport: TransportId) -> Guest:
        """Whose transport it is; it must be a guest's."""
        guest = self._directory.homes[transport].floor.guest_of(transport)
        assert guest is not None, "asked for by `has`"
        return guest

    def enter(
        self,
        hello: signal.Hello,
        who: ParticipantId,
        resumption: str,
        *,
        address: str = "",
        like_umbrella: bool = False,
        policy: Policy | None = None,
    ) -> list[Effect]:
        """Let a new guest in; its id and the text that names it when it comes back are new.

        `policy` is that of an original relay that we dialled.

        Raises:
            Refusal: the room is locked, its passphrase is another, or a limit is reached.
        """
        if policy is not None:
            self._check(hello.room, policy)
        room = self._directory.room(hello.room, None if policy else hello.passphrase)
        guest = Guest(
            id=who,
            name=hello.name or _free_name(room),
            resumption=resumption,
            address=address,
            like_umbrella=like_umbrella,
            policy=policy,
            throttle=Throttle(policy.max_kbps) if policy and policy.max_kbps else None,
            accepts_all=hello.accept_all,
        )
        self._directory.keep(room)
        self._homes[who] = room
        self._resumptions[resumption] = who
        return room.receive_guest(guest)

    def resume(self, hello: signal.Hello) -> tuple[ParticipantId, list[Effect]] | None:
        """Go on with the guest that a resumption names; None: it is gone, and may enter anew."""
        who = self._resumptions.get(hello.resumption)
        if who is None or self._homes[who].name != hello.room:
            return None
        room = self._homes[who]
        return who, [*room.floor.resume(room.floor.guest(who)), *room.update()]

    def hear(
        self, who: ParticipantId, message: signal.Heard, now: float, wall: int
    ) -> list[Effect]:
        """Take what a guest says; what somebody says who has left is nothing.

        Args:
            who: the guest.
            message: what it says.
            now: seconds, rising.
            wall: milliseconds since 1970.
        """
        room = self._homes.get(who)
        if room is None:
            return []
        if isinstance(message, signal.Goodbye):
            return self.leave(who, "left", "It said goodbye.")
        effects = room.floor.hear(room.floor.guest(who), message, now, wall)
        # Only talk changes nothing of what anybody is shown.
        talk = isinstance(message, signal.Ping | signal.Pong | signal.Say)
        return effects if talk else [*effects, *room.update()]

    def lose(self, who: ParticipantId, now: float) -> list[Effect]:
        """A conversation broke off without a goodbye."""
        room = self._homes.get(who)
        if room is None:
            return []
        guest = room.floor.guest(who)
        if guest.like_umbrella:
            return self.leave(who, "lost", "Its connection is lost.")
        effects = room.floor.lose(guest, now)
        room.changed = True
        return [*effects, *self._dismiss_if_gone(room, guest, now)]

    def pass_time(self, now: float) -> list[Effect]:
        """Take out those who will not come back; to be called twice a second or so."""
        self._directory.pass_time(now)
        effects: list[Effect] = []
        for who, room in tuple(self._homes.items()):
            guest = room.floor.guest(who)
            if guest.like_umbrella and room.floor.pass_time(guest, now):
                effects += room.update()
            effects += self._dismiss_if_gone(room, guest, now)
        return effects

    @property
    def limited(self) -> bool:
        """Whether there is one that may be sent only so much: `weigh` is to be called."""
        return any(room.floor.guest(who).throttle for who, room in self._homes.items())

    def weigh(self, report: Counted, now: float) -> list[Effect]:
        """Hold back what is too much."""
        effects: list[Effect] = []
        for traffic in report.transports:
            if self.has(traffic.transport) and self.owner(traffic.transport).weigh(traffic, now):
                effects += self._directory.homes[traffic.transport].update()
        return effects

    def receive(self, report: SessionReport) -> list[Effect]:
        """Take in what the core reports of a guest's transport."""
        transport = transport_of(report)
        room, guest = self._directory.homes[transport], self.owner(transport)
        effects = self._receive(room, guest, report)
        return [*effects, *room.update()] if guest.id in self._homes else effects

    def leave(self, who: ParticipantId, code: LeaveCode, reason: str) -> list[Effect]:
        """Take a guest out; nothing if it has left."""
        room = self._homes.pop(who, None)
        if room is None:
            return []
        guest = room.floor.guest(who)
        del self._resumptions[guest.resumption]
        effects = room.dismiss_guest(guest, code, reason)
        self._directory.tidy(room)
        return effects

    def leave_all(self, code: LeaveCode, reason: str) -> list[Effect]:
        """Take all guests out, oldest first, with a goodbye."""
        effects: list[Effect] = []
        for who in tuple(self._homes):
            effects.append(Tell(who, signal.Goodbye(code, reason, retry=True)))
            effects += self.leave(who, code, reason)
        return effects

    def _check(self, room: RoomName, policy: Policy) -> None:
        """Raise what keeps an original relay out of its room."""
        is_named = policy.rooms is not None and room in policy.rooms
        if is_named or (policy.rooms is None and self._directory.opens(room, "")):
            return
        raise Refusal(
            RefusalCode.FORBIDDEN,
            f"It is an original Umbrella relay, all of whose clients are in room {room!r}, and "
            f"that is not among the rooms which may cross: name it in this trunk's rooms.",
        )

    def _receive(self, room: Room, guest: Guest, report: SessionReport) -> list[Effect]:
        match report:
            case Offered() | Agreed() | Unplayable() | Forwarded():
                return room.floor.audience.receive(guest, report)
            case Answered() | Started() | Stalled() | Layers() | Resized():
                return room.floor.stage.receive(guest, report)
            case Refused():
                return self._refused(room, guest, report)
            case Connected(transport, remote, protocol):
                if not guest.connect(transport):
                    return []
                name, who = room.name, guest
                return [ParticipantConnected(name, who.id, who.role, who.name, remote, protocol)]
            case Closed(transport, _, reason):
                effects = room.floor.closed(guest, transport, reason)
                # An original client makes no new one.
                gone = guest.away_since is not None or guest.like_umbrella
                return [*effects, *self.leave(guest.id, "lost", reason)] if gone else effects
            case _:
                assert_never(report)

    def _refused(self, room: Room, guest: Guest, report: Refused) -> list[Effect]:
        if guest.downlink and guest.downlink.transport == report.transport:
            # Another offer would be answered as badly.
            code: LeaveCode = "failed" if report.code == "limit" else "protocol"
            goodbye = Tell(guest.id, signal.Goodbye(code, report.reason))
            return [goodbye, *self.leave(guest.id, code, report.reason)]
        return room.floor.stage.receive(guest, report)

    def _dismiss_if_gone(self, room: Room, guest: Guest, now: float) -> list[Effect]:
        if room.floor.is_gone(guest, now):
            return self.leave(guest.id, "lost", "Its connection is lost, and it did not come back.")
        if guest.downlink and guest.downlink.is_overdue(now):
            reason = f"It did not answer an offer within {ANSWER_TIME:.0f} s."
            goodbye = Tell(guest.id, signal.Goodbye("protocol", reason, retry=True))
            return [goodbye, *self.leave(guest.id, "protocol", reason)]
        return []


def transport_of(report: SessionReport) -> TransportId:
    """Which transport a report is about."""
    match report:
        case Started() | Stalled() | Layers() | Resized():
            return report.producer.transport
        case Unplayable() | Forwarded():
            return report.consumer.transport
        case _:
            return report.transport


def _free_name(room: Room) -> ParticipantName:
    taken = {guest.name for guest in room.floor}
    names = (ParticipantName(f"Guest {number}") for number in range(1, len(taken) + 2))
    return next(name for name in names if name not in taken)
