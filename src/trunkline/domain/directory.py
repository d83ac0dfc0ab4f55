"""Which rooms there are, and in which one each transport is."""

import hmac
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import count

from trunkline.domain.passphrase import is_right
from trunkline.domain.room import NO_LAW, Law, Room
from trunkline.errors import Refusal, RefusalCode
from trunkline.model.id import RoomName, TransportId
from trunkline.model.rule import Rule
from trunkline.model.trunk import Verifier

RETRY_FULL = 10
"""Seconds after which somebody turned away for want of room may ask again."""


TRIES = 4
"""Passphrases of other relays that are tried between two times that time passes: each takes some
40 ms, in which nothing else is done."""

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
        self._laws: dict[RoomName, Law] = {}  # bounded by what routing remembers
        self._rooms: dict[RoomName, Room] = {}  # twice Limits.rooms at most, with those that rest
        # The right ones of those, since to check one takes its time.
        self._known_right: dict[RoomName, str] = {}
        self._tries = TRIES
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
        if passphrase is not None:
            self._check(room, passphrase)
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
        verifier = self._laws.get(name, NO_LAW).verifier
        if verifier is None:
            return _is_opened(self._rules.get(name) or Rule(), passphrase)
        return bool(passphrase) and self._is_right(name, passphrase, verifier)

    def passphrases(self) -> Iterator[tuple[RoomName, str]]:
        """Those that are laid down here, by room."""
        for name, rule in self._rules.items():
            if rule.passphrase is not None:
                yield name, rule.passphrase

    def unlisted(self) -> frozenset[RoomName]:
        """Rooms that are in no list, as is laid down here."""
        return frozenset(name for name, rule in self._rules.items() if not rule.listed)

    def lay_down(self, name: RoomName, law: Law) -> None:
        """What other relays lay down for a room from now on."""
        before = self._laws.pop(name, NO_LAW)
        if before.verifier != law.verifier:
            self._known_right.pop(name, None)
        if law != NO_LAW:
            self._laws[name] = law
        room = self._rooms.get(name)
        if room is not None:
            room.law = law

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
        room.floor.lock = None
        self._resting[room.name] = None
        if not room.floor.remembers:
            self._forget(room.name)
        elif len(self._resting) > self._limits.rooms:
            self._forget(next(iter(self._resting)))

    def pass_time(self, now: float) -> None:
        """Forget rooms in which nobody has been for long; to be called twice a second or so."""
        self._tries = TRIES
        for name, since in tuple(self._resting.items()):
            if since is None:
                self._resting[name] = now
            elif now - since >= EXPIRY:
                self._forget(name)

    def _forget(self, name: RoomName) -> None:
        del self._rooms[name], self._resting[name]

    def _make(self, name: RoomName) -> Room:
        room = Room(name, self._rules.get(name) or Rule(), self._open, self.close)
        room.law = self._laws.get(name, NO_LAW)
        return room

    def _check(self, room: Room, passphrase: str) -> None:
        if not self.opens(room.name, passphrase):
            sentence = f"A passphrase is needed for room {room.name!r}: ask whoever invited you."
            if passphrase:
                sentence = f"That is not the passphrase of room {room.name!r}."
            raise Refusal(RefusalCode.PASSPHRASE, sentence)
        if room.floor.locked:
            sentence = f"Room {room.name!r} is locked: ask somebody inside to unlock it."
            raise Refusal(RefusalCode.LOCKED, sentence)

    def _is_right(self, name: RoomName, passphrase: str, verifier: Verifier) -> bool:
        known = self._known_right.get(name)
        if known is not None and hmac.compare_digest(known.encode(), passphrase.encode()):
            return True
        if not self._tries:
            sentence = f"Too many passphrases are being tried: say that of room {name!r} again."
            raise Refusal(RefusalCode.TOO_OFTEN, sentence, retry_after=1)
        self._tries -= 1
        right = is_right(passphrase, verifier)
        if right:
            self._known_right[name] = passphrase
        return right

    def _open(self, room: Room) -> TransportId:
        transport = self.number()
        self.homes[transport] = room
        return transport


def _is_opened(rule: Rule, passphrase: str) -> bool:
    wanted = rule.passphrase
    return wanted is None or hmac.compare_digest(wanted.encode(), passphrase.encode())


def full(cause: str) -> Refusal:
    """Says that there is no place for one more."""
    return Refusal(RefusalCode.FULL, f"{cause} Ask again later.", retry_after=RETRY_FULL)
