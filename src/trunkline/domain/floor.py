"""The guests of one room: who is there, and what they say to each other."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice, starmap
from typing import assert_never

from trunkline.domain.audience import Audience
from trunkline.domain.chat import Chat
from trunkline.domain.effect import Effect
from trunkline.domain.guest import Guest
from trunkline.domain.lines import Lines
from trunkline.domain.original import owed
from trunkline.domain.remote import Remote
from trunkline.domain.stage import Stage
from trunkline.domain.track import Track
from trunkline.model import signal
from trunkline.model.command import Close
from trunkline.model.id import ParticipantId, RoomName, TrackId, TransportId
from trunkline.model.media import Port
from trunkline.model.rule import Rule
from trunkline.model.signal import Tell
from trunkline.model.trunk import HERE, LAST, Lock, SaidHere, SpokenHere

MAX_SPEAKERS = 16
"""Speakers that a room is told of."""

RESUMPTION_TIME = 15.0
"""Seconds for which a guest whose conversation broke off keeps its place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What a floor needs of its room."""

    room: RoomName
    rule: Rule
    tracks: Callable[[], Iterable[Track]]
    """Those of the other publishers, and of other relays' participants."""
    people: Callable[[], Iterable[signal.Person]]
    """The other publishers, and other relays' participants."""
    relays: Callable[[], Iterable[Remote]]
    """Those of the latter that are original Umbrella relays."""
    lines: Lines


class Floor:
    """Guests in the order in which they came.

    Invariant after `update`: each guest knows of every live track of the others and who speaks, and
    is sent those that it wants.
    """

    def __init__(self, around: Surroundings) -> None:
        self.lock: Lock | None = None
        """Whether it is locked, and since when; None: nobody has locked or unlocked it."""
        self.stage = Stage(around.room, around.rule, around.lines, self._tracks_of_others)
        self.audience = Audience(around.lines)
        self._around = around
        self._lines = around.lines
        self._guests: dict[ParticipantId, Guest] = {}  # bounded by Limits.participants
        self._chat = Chat()
        self._levels: Mapping[Port, int] = {}
        self._own_speakers: tuple[signal.Speaker, ...] = ()
        self._far_speakers: tuple[signal.Speaker, ...] = ()
        self._speakers: tuple[signal.Speaker, ...] = ()

    def __len__(self) -> int:
        return len(self._guests)

    def __iter__(self) -> Iterator[Guest]:
        return iter(self._guests.values())

    @property
    def remembers(self) -> bool:
        """Whether anything was said."""
        return bool(self._chat.lines)

    @property
    def locked(self) -> bool:
        """Whether nobody is let in."""
        return self.lock is not None and self.lock.locked

    def obey(self, lock: Lock | None) -> list[Effect]:
        """Be locked or unlocked, as those say who are in the room, here and elsewhere."""
        before, self.lock = self.locked, lock
        if self.locked == before:
            return []
        return self.tell_others(None, signal.RoomChanged(self.locked))

    @property
    def lines(self) -> tuple[signal.Line, ...]:
        """What was said lately, the oldest first."""
        return self._chat.lines

    def guest(self, who: ParticipantId) -> Guest:
        """Who has this id; it must be here."""
        return self._guests[who]

    def guest_of(self, transport: TransportId) -> Guest | None:
        """Whose transport it is."""
        return self._lines.guest(transport)

    def enter(self, guest: Guest) -> list[Effect]:
        """Let a guest in, and welcome it."""
        self._guests[guest.id] = guest
        effects = [self._welcome(guest, resumed=False), *self._tell_of(guest)]
        return [*effects, *self.audience.greet(guest)] if guest.like_umbrella else effects

    def resume(self, guest: Guest) -> list[Effect]:
        """Go on with a guest whose conversation broke off."""
        guest.away_since = None
        guest.told, guest.mapped, guest.speakers = None, (), ()
        effects = [self._welcome(guest, resumed=True), *self._tell_of(guest)]
        if guest.downlink and guest.downlink.offer:
            effects.append(Tell(guest.id, signal.Offered(guest.downlink.offer)))
        return effects

    def lose(self, guest: Guest, now: float) -> list[Effect]:
        """The conversation broke off."""
        guest.away_since = now
        return self._tell_of(guest)

    def is_gone(self, guest: Guest, now: float) -> bool:
        """Whether somebody who is away will not come back."""
        if guest.away_since is None:
            return False
        waited = now - guest.away_since >= RESUMPTION_TIME
        return waited or guest.silent or (guest.reached and not guest.reachable)

    def leave(self, guest: Guest, code: str, reason: str) -> list[Effect]:
        """Take a guest out."""
        del self._guests[guest.id]
        effects = self.stage.clear(guest)
        for transport in self._lines.of(guest):
            self._lines.close(transport)
            effects.append(Close(transport))
        gone = signal.Departure(guest.id, code, reason)
        return [*effects, *self.tell_others(guest.id, signal.People(gone=(gone,)))]

    def hear(self, guest: Guest, message: signal.Heard, now: float, wall: int) -> list[Effect]:
        """Take what a guest says; `wall` is the time in milliseconds since 1970."""
        match message:
            case signal.Announce() | signal.Offered() | signal.Mapped():
                return self._perform(guest, message)
            case signal.Accept() | signal.Answered() | signal.RestartMedia():
                return self._watch(guest, message)
            case signal.Status() | signal.Lock() | signal.Say():
                return self._talk(guest, message, now, wall)
            case signal.Ping(number):
                return [Tell(guest.id, signal.Pong(number))]
            case signal.Pong() | signal.Goodbye():
                return []
            case _:
                assert_never(message)

    def closed(self, guest: Guest, transport: TransportId, reason: str) -> list[Effect]:
        """A transport of a guest is gone; where it still talks, a new one takes its place."""
        self._lines.close(transport)
        sending = guest.downlink is not None and guest.downlink.transport == transport
        effects: list[Effect] = []
        if sending:
            self.audience.close(guest)
        else:
            effects += self.stage.close(guest)
        return [*effects, Tell(guest.id, signal.ConnectionClosed(sending, reason))]

    def update(self) -> list[Effect]:
        """Restore the invariant."""
        every = self.every_track()
        relays: list[Guest | Remote] = [*self._dialled(), *self._around.relays()]
        effects: list[Effect] = []
        for guest in self:
            effects += self.audience.show(guest, owed(guest, every, relays))
        return [*effects, *self._tell_speakers(every)]

    def look_again(self) -> list[Effect]:
        """Let each track of original relays and clients be there once."""
        effects: list[Effect] = []
        for guest in self:
            if guest.like_umbrella:
                effects += self.stage.look_again(guest)
        return effects

    def pass_time(self, guest: Guest, now: float) -> bool:
        """Look at what original relays and clients had the time for; whether that is news."""
        gave_up = self.stage.pass_time(guest, now)
        return (guest.dialled and guest.patience.pass_time(now)) or gave_up

    def second_hand(self) -> set[TrackId]:
        """Tracks of original relays, which may be others' in truth."""
        return {track for guest in self._dialled() for track in guest.tracks}

    def listen(self, levels: Mapping[Port, int]) -> list[Effect]:
        """Take the levels of those who speak, loudest first; all other tracks are silent."""
        self._levels = levels
        return self._tell_speakers(self.every_track())

    def listen_afar(self, speakers: tuple[signal.Speaker, ...]) -> list[Effect]:
        """Take the levels of participants of other relays."""
        self._far_speakers = speakers
        return self._tell_speakers(self.every_track())

    @property
    def speaking(self) -> tuple[ParticipantId, ...]:
        """Who speaks now, loudest first."""
        return tuple(one.id for one in self._speakers)

    def hear_afar(self, line: signal.Line) -> list[Effect]:
        """Take a line that was said at another relay."""
        self._chat.add(line)
        return self.tell_others(None, line)

    def shown(self) -> Iterator[Port]:
        """The producers that guests are sent."""
        for guest in self:
            if guest.downlink:
                yield from guest.downlink.shown()

    def every_track(self) -> list[Track]:
        """All that can be shown in the room."""
        every = [*self._around.tracks()]
        for guest in self:
            every += guest.live()
        return every

    def tell_others(self, who: ParticipantId | None, message: signal.Told) -> list[Effect]:
        """Say something to all guests but one."""
        return [Tell(guest.id, message) for guest in self if guest.id != who]

    def _dialled(self) -> Iterator[Guest]:
        return (guest for guest in self if guest.dialled)

    def _tell_speakers(self, tracks: Iterable[Track]) -> list[Effect]:
        speaking = self._speaking(tracks)
        own = tuple(starmap(signal.Speaker, islice(speaking.items(), MAX_SPEAKERS)))
        effects: list[Effect] = []
        if own != self._own_speakers:
            self._own_speakers = own
            effects.append(SpokenHere(self._around.room, own))
        every = sorted([*own, *self._far_speakers], key=lambda speaker: speaker.level)
        speakers = self._speakers = tuple(every[:MAX_SPEAKERS])
        for guest in self:
            if guest.speakers != speakers:
                guest.speakers = speakers
                effects.append(Tell(guest.id, signal.Speakers(speakers)))
        return effects

    def _speaking(self, tracks: Iterable[Track]) -> dict[ParticipantId, int]:
        """How loud each is."""
        owners = {
            track.port: track.owner for track in tracks if not (track.muted or track.is_remote)
        }
        speaking: dict[ParticipantId, int] = {}
        for port, level in self._levels.items():
            if port in owners:
                speaking.setdefault(owners[port], level)
        return speaking

    def _tell_of(self, guest: Guest) -> list[Effect]:
        return self.tell_others(guest.id, signal.People((guest.person(),)))

    def _welcome(self, guest: Guest, *, resumed: bool) -> Tell:
        people = [*self._around.people(), *(one.person() for one in self if one is not guest)]
        return Tell(
            guest.id,
            signal.Welcome(
                you=guest.person(),
                room=self._around.room,
                resumption=guest.resumption,
                resumption_time=int(RESUMPTION_TIME),
                resumed=resumed,
                people=tuple(people),
                lines=self._chat.lines,
                locked=self.locked,
            ),
        )

    def _tracks_of_others(self, guest: Guest) -> Iterator[TrackId]:
        yield from (track.id for track in self._around.tracks())
        for other in self:
            if other is not guest:
                yield from other.tracks

    def _perform(
        self, guest: Guest, message: signal.Announce | signal.Offered | signal.Mapped
    ) -> list[Effect]:
        match message:
            case signal.Announce(tracks):
                return self.stage.announce(guest, tracks)
            case signal.Offered(sdp):
                return self.stage.offer(guest, sdp)
            case signal.Mapped():
                return self.stage.map(guest, message)
            case _:
                assert_never(message)

    def _watch(
        self, guest: Guest, message: signal.Accept | signal.Answered | signal.RestartMedia
    ) -> list[Effect]:
        match message:
            case signal.Accept():
                return self.audience.accept(guest, message)
            case signal.Answered(sdp):
                return [*guest.downlink.answered(sdp)] if guest.downlink else []
            case signal.RestartMedia():
                return [*guest.downlink.restart()] if guest.downlink else []
            case _:
                assert_never(message)

    def _talk(
        self,
        guest: Guest,
        message: signal.Status | signal.Lock | signal.Say,
        now: float,
        wall: int,
    ) -> list[Effect]:
        match message:
            case signal.Status(hand, mutes):
                for track_id, muted in mutes:
                    if track := guest.tracks.get(track_id):
                        track.muted = muted
                if hand is None or hand == guest.hand_raised:
                    return []
                guest.hand_raised = hand
                return self.tell_others(None, signal.People((guest.person(),)))
            case signal.Lock(locked):
                last = self.lock.stamp if self.lock else 0
                self.lock = Lock(min(max(wall, last + 1), LAST), HERE, locked)
                return self.tell_others(None, signal.RoomChanged(locked))
            case signal.Say(text):
                line = self._chat.say(guest, text, now, wall)
                if isinstance(line, signal.Failed):
                    return [Tell(guest.id, line)]
                return [*self.tell_others(None, line), SaidHere(self._around.room, line)]
            case _:
                assert_never(message)
