"""Which rooms there are, and in which one each transport is."""

import hmac
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import count

from trunkline.domain.room import Room
from trunkline.errors import Refusal, RefusalCode
from trunkline.model.id import RoomName, TransportId
from trunkline.model.rule import Rule

RETRY_FULL = 10
"""Seconds after which somebody turned away for want of room may ask again."""


EXPIRY = 60.0
"""Seconds for which what was said in a room is kept when everybody has left."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much is let in; beyond it, requests are refused as `RefusalCode.FULL`."""

    rooms: int = 500
    sessions: int = 2000
    """Publishers, viewers and guests of all rooms."""


class Directory:
    """Rooms by their names, oldest first.

    Invariant after `tidy`: each has somebody in it, or rests because something was said there.
    """

    def __init__(self, limits: Limits, rules: Mapping[RoomName, Rule]) -> None:
        self.homes: dict[TransportId, Room] = {}  # at most two for each participant
        self._limits = limits
        self._rules = rules
        self._rooms: dict[RoomName, Room] = {}  # twice Limits.rooms at most, with those that rest
        self._resting: dict[RoomName, float | None] = {}  # since when; bounded by Limits.rooms
        self._numbers = count(1)

    def __iter__(self) -> Iterator[Room]:
        return iter(self._rooms.values())

    def number(self) -> TransportId:
        """A new transport, not yet in any room."""
        return TransportId(next(self._numbers))

    def room(self, name: RoomName, passphrase: str | None) -> Room:
        """The room by this name, a new one if need be, with a place for one more.

        It counts from `keep` on. Without a passphrase none is asked for, nor whether it is locked.

        Raises:
            Refusal: the room is locked, its passphrase is another, or a limit is reached.
        """
        if sum(map(len, self)) >= self._limits.sessions:
            raise full(f"This relay already serves {self._limits.sessions} sessions.")
        # One that rests has nobody in it, and so is false.
        known = self._rooms.get(name)
        room = self._make(name) if known is None else known
        _check(room, passphrase)
        if room.is_empty and len(self._rooms) - len(self._resting) >= self._limits.rooms:
            raise full(f"This relay already has {self._limits.rooms} rooms.")
        if len(room) >= room.rule.participants:
            raise full(f"Room {name!r} already has {room.rule.participants} participants.")
        return room

    def room_afar(self, name: RoomName) -> Room | None:
        """The room by this name for somebody of another relay, a new one if need be.

        None: there is no place for one more room.
        """
        known = self._rooms.get(name)
        room = self._make(name) if known is None else known
        if room.is_empty and len(self._rooms) - len(self._resting) >= self._limits.rooms:
            return None
        self.keep(room)
        return room

    def known(self, name: RoomName) -> Room | None:
        """The room by this name, if there is one."""
        return self._rooms.get(name)

    def opens(self, name: RoomName, passphrase: str) -> bool:
        """Whether a room has this passphrase, or none."""
        return _is_opened(self._rules.get(name) or Rule(), passphrase)

    def keep(self, room: Room) -> None:
        """Somebody has entered."""
        self._rooms[room.name] = room
        self._resting.pop(room.name, None)

    def close(self, transport: TransportId) -> None:
        """A transport is gone."""
        del self.homes[transport]

    def tidy(self, room: Room) -> None:
        """Somebody has left."""
        if not room.is_empty or room.name not in self._rooms:
            return
        room.floor.locked = False
        self._resting[room.name] = None
        if not room.floor.remembers:
            self._forget(room.name)
        elif len(self._resting) > self._limits.rooms:
            self._forget(next(iter(self._resting)))

    def pass_time(self, now: float) -> None:
        """Forget rooms in which nobody has been for long."""
        for name, since in tuple(self._resting.items()):
            if since is None:
                self._resting[name] = now
            elif now - since >= EXPIRY:
                self._forget(name)

    def _forget(self, name: RoomName) -> None:
        del self._rooms[name], self._resting[name]

    def _make(self, name: RoomName) -> Room:
        return Room(name, self._rules.get(name) or Rule(), self._open, self.close)

    def _open(self, room: Room) -> TransportId:
        transport = self.number()
        self.homes[transport] = room
        return transport


def _check(room: Room, passphrase: str | None) -> None:
    if passphrase is not None and not _is_opened(room.rule, passphrase):
        sentence = f"A passphrase is needed for room {room.name!r}: ask whoever invited you."
        if passphrase:
            sentence = f"That is not the passphrase of room {room.name!r}."
        raise Refusal(RefusalCode.PASSPHRASE, sentence)
    if room.floor.locked:
        sentence = f"Room {room.name!r} is locked: ask somebody inside to unlock it."
        raise Refusal(RefusalCode.LOCKED, sentence)


def _is_opened(rule: Rule, passphrase: str) -> bool:
    wanted = rule.passphrase
    return wanted is None or hmac.compare_digest(wanted.encode(), passphrase.encode())


def full(cause: str) -> Refusal:
    """Says that there is no place for one more."""
    return Refusal(RefusalCode.FULL, f"{cause} Ask again later.", retry_after=RETRY_FULL)
