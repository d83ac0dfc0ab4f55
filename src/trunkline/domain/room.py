"""One room: who is in it and who is shown whom."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import count
from typing import assert_never

from trunkline.domain.attention import Followed
from trunkline.domain.effect import Effect
from trunkline.domain.floor import Floor, Surroundings
from trunkline.domain.guest import Guest
from trunkline.domain.lines import Lines
from trunkline.domain.participant import Caller, Consumer, Member, Publisher, Sender, Viewer
from trunkline.domain.remote import Remote
from trunkline.domain.remotes import Remotes
from trunkline.domain.track import Track
from trunkline.domain.viewing import Viewing
from trunkline.domain.wanted import Wanted
from trunkline.errors import Refusal, RefusalCode
from trunkline.model import view
from trunkline.model.camera import CameraSummary
from trunkline.model.event import (
    LeaveCode,
    ParticipantConnected,
    ParticipantJoined,
    ParticipantLeft,
    RoomClosed,
    RoomOpened,
    TrackEnded,
    TrackPublished,
    TrackStarted,
)
from trunkline.model.id import (
    NAME_LIMIT,
    Mid,
    ParticipantId,
    ParticipantName,
    RoomName,
    TrackId,
    TransportId,
)
from trunkline.model.media import Kind, Medium, Port
from trunkline.model.report import (
    Answered,
    Connected,
    Layers,
    Resized,
    Stalled,
    Started,
    Unplayable,
)
from trunkline.model.rule import Rule
from trunkline.model.signal import Departure, People, Person
from trunkline.model.trunk import Encodings, Presence, Verifier

RETRY_PUBLISHER = 2
"""Seconds after which a viewer may look again for somebody who publishes."""

# Sessions that ended for these reasons were not the viewer's own doing: a new one may succeed.
_MENDABLE: tuple[LeaveCode, ...] = ("unplayable", "panic", "stopped", "failed", "silent")


@dataclass(frozen=True, slots=True)
class Law:
    """What other relays lay down for a room."""

    verifier: Verifier | None = None
    """Of the passphrase that opens it, if it is not this relay's own that does."""
    unlisted: bool = False


NO_LAW = Law()


class Room:
    """Members and guests in the order in which they came.

    Members came by WHIP and WHEP, or call; guests talk with us. Invariant: each consumer of an
    answered viewer or caller shows the producer of its kind of whom that one follows, or nothing
    when there is nobody. Who is told of demand knows which of its producers somebody is shown.
    """

    def __init__(
        self,
        name: RoomName,
        rule: Rule,
        open_transport: "Callable[[Room], TransportId]",
        close_transport: Callable[[TransportId], None],
    ) -> None:
        self.name = name
        self.rule = rule
        self.law = NO_LAW
        self.floor = Floor(
            Surroundings(
                room=name,
                rule=rule,
                tracks=self._tracks,
                people=self._people,
                relays=self._relays,
                lines=Lines(lambda: open_transport(self), close_transport),
            )
        )
        self.remotes = Remotes(name, self.floor, self.floor.every_track)
        self.changed = True
        """Whether there may be news for neighbours since this was unset."""
        self.wanted = Wanted()
        self._viewing = Viewing(self.__iter__, self._performers, self.floor, self.remotes)
        self._members: dict[TransportId, Member] = {}  # bounded by Limits.participants
        self._opened = False

    def __len__(self) -> int:
        return len(self._members) + len(self.floor)

    def __iter__(self) -> Iterator[Member]:
        return iter(self._members.values())

    @property
    def is_empty(self) -> bool:
        """Whether nobody is in it, here or elsewhere."""
        return not len(self) and not len(self.remotes)

    def member(self, transport: TransportId) -> Member:
        """Who has this transport; it must be in the room."""
        return self._members[transport]

    def owner(self, transport: TransportId) -> Member | Guest:
        """Whose transport it is; it must be in the room."""
        return self.floor.guest_of(transport) or self._members[transport]

    def free_name(self, wanted: ParticipantName | None) -> ParticipantName:
        """The name wanted, or one of our own.

        Raises:
            Refusal: somebody publishes by the name wanted.
        """
        taken = {publisher.name for publisher in self._publishers()}
        if wanted is None:
            numbers = range(1, len(taken) + 2)
            names = (ParticipantName(f"publisher-{number}") for number in numbers)
            return next(name for name in names if name not in taken)
        if wanted in taken:
            raise Refusal(
                RefusalCode.NAME_TAKEN,
                f"Somebody publishes as {wanted!r} in room {self.name!r}: choose another ?name=, "
                "or end that session. One that died without a word is freed within seconds.",
                retry_after=RETRY_PUBLISHER,
            )
        return wanted

    def spare_name(self, wanted: ParticipantName | None) -> ParticipantName:
        """The name wanted, or one like it that is free."""
        taken = {publisher.name for publisher in self._publishers()}
        if wanted is None or wanted not in taken:
            return self.free_name(wanted)
        head = wanted[: NAME_LIMIT - len(str(len(taken))) - 1]
        names = (ParticipantName(f"{head}-{number}") for number in count(2))
        return next(name for name in names if name not in taken)

    def source_of(self, name: ParticipantName | None) -> Followed:
        """Who is shown to a viewer that follows this name (None: who published last).

        Raises:
            Refusal: there is nobody.
        """
        publisher = self._viewing.followed(name)
        if publisher is None:
            who = "Nobody" if name is None else f"No {name!r}"
            raise Refusal(
                RefusalCode.NOBODY_PUBLISHES,
                f"{who} publishes in room {self.name!r} now: ask again in a moment.",
                retry_after=RETRY_PUBLISHER,
            )
        return publisher

    def participant(self, who: ParticipantId) -> Followed | None:
        """Who has this id, here or at another relay."""
        everybody = (*self._performers(), *self.floor, *self.remotes)
        return next((one for one in everybody if one.id == who), None)

    def enter(self, member: Member) -> None:
        """Keep a place for somebody whose offer is on its way to the core."""
        self._members[member.transport] = member

    def answered(self, report: Answered) -> list[Effect]:
        """The core took the offer of a member: it is here now."""
        member = self._members[report.transport]
        member.answered = True
        effects: list[Effect] = [] if self._opened else [RoomOpened(self.name)]
        self._opened = True
        tracks = _take(member, report.media)
        effects.append(ParticipantJoined(self.name, member.id, member.role, member.name))
        effects += [TrackPublished(self.name, member.id, each.id, each.kind) for each in tracks]
        if isinstance(member, Sender) and member.role == "publisher":
            effects += self.floor.tell_others(None, People((member.person(),)))
        return [*effects, *self.update()]

    def agreed_anew(self, caller: Caller, media: Iterable[Medium]) -> list[Effect]:
        """A caller that is here has other media from now on."""
        sent = {medium.mid for medium in media if medium.direction == "in"}
        gone = [track for mid, track in caller.tracks.items() if mid not in sent]
        effects: list[Effect] = [
            TrackEnded(self.name, caller.id, track.id, track.kind) for track in gone
        ]
        begun = _take(caller, media)
        effects += [TrackPublished(self.name, caller.id, each.id, each.kind) for each in begun]
        if caller.role == "publisher":
            effects += self.floor.tell_others(None, People((caller.person(),)))
        return [*effects, *self.update()]

    def announce(self, transport: TransportId, kinds: tuple[Kind, ...]) -> list[Effect]:
        """A member has tracks of these kinds now, of those that it can send."""
        member = self._members[transport]
        assert isinstance(member, Publisher), "viewers send nothing"
        effects: list[Effect] = []
        every = {**member.tracks, **member.withdrawn}
        for mid, track in every.items():
            present, wanted = mid in member.tracks, track.kind in kinds
            if present and not wanted:
                effects.append(TrackEnded(self.name, member.id, track.id, track.kind))
            elif wanted and not present:
                effects.append(TrackPublished(self.name, member.id, track.id, track.kind))
        member.tracks = {mid: one for mid, one in every.items() if one.kind in kinds}
        member.withdrawn = {mid: one for mid, one in every.items() if one.kind not in kinds}
        return [*effects, *self.update()]

    def inform(self, transport: TransportId, camera: CameraSummary) -> None:
        """How it is with a member that is a camera: neighbours are told, and who asks."""
        member = self._members[transport]
        assert isinstance(member, Publisher), "viewers are no cameras"
        self.changed = self.changed or camera != member.camera
        member.camera = camera

    def hold(self, track: Track) -> list[Effect]:
        """A program takes a track: it is wanted, until `release`."""
        if track.is_remote:
            self.remotes.hold(track.id)
            return self.update()
        if track.port is None or not self._is_on_demand(track.port):
            return []
        self.wanted.hold(track.port)
        return self.update()

    def release(self, track: Track) -> list[Effect]:
        """The program takes no more."""
        if track.is_remote:
            self.remotes.release(track.id)
            return self.update()
        released = track.port is not None and self.wanted.release(track.port)
        return self.update() if released else []

    def fall_back(self, report: Unplayable) -> list[Effect] | None:
        """A viewer cannot play what it is shown; None: there is nothing else."""
        viewer = self._members.get(report.consumer.transport)
        falls = isinstance(viewer, Viewer) and self._viewing.falls_back(viewer, report)
        return self.update() if falls else None

    def connected(self, report: Connected) -> list[Effect]:
        """The media connection of a member is up."""
        member = self._members[report.transport]
        effects: list[Effect] = [
            ParticipantConnected(
                self.name, member.id, member.role, member.name, report.remote, report.protocol
            )
        ]
        if isinstance(member, Sender):
            member.connected = True
            effects += self.update()
        return effects

    def listen(self, levels: Mapping[Port, int]) -> list[Effect]:
        """Take the levels of those who speak, loudest first; all other tracks are silent."""
        return [*self.floor.listen(levels), *self._viewing.aim()]

    def started(self, report: Started) -> list[Effect]:
        """A track's codec is known."""
        track = self._track_at(report.producer)
        if track is None:
            return []
        track.codec = report.codec
        event = TrackStarted(self.name, track.owner, track.id, track.kind, report.codec)
        return [event, *self.update()]

    def noted(self, report: Stalled | Layers | Resized) -> list[Effect]:
        """How a track comes has changed."""
        track = self._track_at(report.producer)
        if track is None:
            return []
        track.note(report)
        return self.update()

    def leave(self, transport: TransportId, code: LeaveCode, reason: str) -> list[Effect]:
        """Take a member out; its viewers are shown somebody else, or nothing for now."""
        member = self._members.pop(transport)
        self.wanted.forget(transport)
        if isinstance(member, Viewer):
            for stream in member.streams.values():
                stream.end(reconnect=code in _MENDABLE)
        if not member.answered:
            return []
        effects: list[Effect] = []
        if isinstance(member, Sender) and member.role == "publisher":
            for track in member.tracks.values():
                effects.append(TrackEnded(self.name, member.id, track.id, track.kind))
            gone = Departure(member.id, code, reason)
            effects += self.floor.tell_others(None, People(gone=(gone,)))
        effects.append(
            ParticipantLeft(self.name, member.id, member.role, member.name, code, reason)
        )
        return [*effects, *self.update(), *self._close_if_empty()]

    def receive_guest(self, guest: Guest) -> list[Effect]:
        """Let a guest in."""
        effects: list[Effect] = [] if self._opened else [RoomOpened(self.name)]
        self._opened = True
        effects.append(ParticipantJoined(self.name, guest.id, guest.role, guest.name))
        return [*effects, *self.floor.enter(guest), *self.update()]

    def dismiss_guest(self, guest: Guest, code: LeaveCode, reason: str) -> list[Effect]:
        """Take a guest out."""
        effects = self.floor.leave(guest, code, reason)
        effects.append(ParticipantLeft(self.name, guest.id, guest.role, guest.name, code, reason))
        return [*effects, *self.update(), *self._close_if_empty()]

    def present(self, presence: Presence) -> list[Effect]:
        """A participant of another relay is in the room, or has changed."""
        effects: list[Effect] = [] if self._opened else [RoomOpened(self.name)]
        self._opened = True
        return [*effects, *self.remotes.present(presence), *self.update()]

    def absent(self, who: ParticipantId, code: LeaveCode, reason: str) -> list[Effect]:
        """A participant of another relay has left, or no way leads to it."""
        effects = self.remotes.absent(who, code, reason)
        return [*effects, *self.update(), *self._close_if_empty()]

    def presences(self) -> Iterator[Presence]:
        """The room's own participants, as neighbours are told of them."""
        for performer in self._performers():
            yield _presence(self.name, performer)
        for guest in self.floor:
            yield _presence(self.name, guest)

    def demand(self) -> dict[TrackId, Encodings]:
        """What is wanted here of other relays' tracks."""
        return self.remotes.demand(self._viewing.watched())

    def update(self) -> list[Effect]:
        """Show and tell everybody how it is now, after any change."""
        self.changed = True
        self.tell()
        effects = [*self.remotes.look_again(), *self.floor.look_again()]
        effects += [*self._viewing.aim(), *self.floor.update()]
        shown = {*self._viewing.shown(), *self.floor.shown()}
        return [*effects, *self.wanted.tell(self._publishers(), shown)]

    def describe(self) -> view.Room | None:
        """The room as others may see it, or None while nobody has really entered."""
        if not self._opened:
            return None
        publishers = [one.describe() for one in self._performers()]
        others = [one.describe() for one in (*self.floor, *self.remotes)]
        open_to_all = self.rule.passphrase is None and self.law.verifier is None
        listed = open_to_all and self.rule.listed and not self.law.unlisted
        return view.Room(self.name, (*publishers, *others), self._count_viewers(), listed)

    def carried(self, transport: TransportId) -> dict[Mid, view.Carriage]:
        """Which track each medium of a transport in the room carries."""
        owner = self.owner(transport)
        match owner:
            case Sender():
                return owner.carried()
            case Viewer():
                return self._viewing.carried(owner)
            case Guest():
                return owner.carried(transport)
            case _:
                assert_never(owner)

    def sent(self, transport: TransportId) -> dict[Mid, view.Carriage]:
        """Which track each medium that a transport is sent carries."""
        owner = self.owner(transport)
        if isinstance(owner, Caller):
            return self._viewing.carried(owner)
        return self.carried(transport)

    def tell(self) -> None:
        """Let every event stream see how it is now."""
        viewers = self._count_viewers()
        for viewer in self:
            if isinstance(viewer, Viewer) and viewer.streams:
                publisher = self._viewing.followed(viewer.follows)
                active = publisher is not None and publisher.connected
                for stream in viewer.streams.values():
                    stream.see(active=active, viewers=viewers)

    def _is_on_demand(self, producer: Port) -> bool:
        owner = self.owner(producer.transport)
        return isinstance(owner, Publisher) and owner.on_demand

    def _count_viewers(self) -> int:
        return sum(member.role == "viewer" and member.answered for member in self)

    def _publishers(self) -> Iterator[Sender]:
        return (member for member in self if isinstance(member, Sender))

    def _performers(self) -> Iterator[Sender]:
        """Those of them who send something, as far as others need know."""
        return (one for one in self._publishers() if one.answered and one.role == "publisher")

    def _tracks(self) -> Iterator[Track]:
        yield from (track for one in self._publishers() for track in one.tracks.values())
        yield from self.remotes.tracks()

    def _track_at(self, producer: Port) -> Track | None:
        publisher = self._members[producer.transport]
        return publisher.tracks.get(producer.mid) if isinstance(publisher, Sender) else None

    def _people(self) -> Iterator[Person]:
        yield from (one.person() for one in self._performers())
        yield from (remote.person() for remote in self.remotes)

    def _relays(self) -> Iterator[Remote]:
        return (remote for remote in self.remotes if remote.role == "relay")

    def _close_if_empty(self) -> list[Effect]:
        if not self._opened or len(self.floor) or len(self.remotes):
            return []
        if any(member.answered for member in self):
            return []
        self._opened = False
        return [RoomClosed(self.name)]


def _presence(room: RoomName, one: Sender | Guest) -> Presence:
    person, seen = one.person(), one.describe()
    return Presence(
        id=one.id,
        room=room,
        name=one.name,
        role=person.role,
        hand_raised=person.hand_raised,
        away=person.away,
        tracks=seen.tracks,
        camera=seen.camera,
    )


def _take(member: Member, media: Iterable[Medium]) -> list[Track]:
    """Give a member the media that were agreed on, and no others; its tracks that are new."""
    told = tuple(media)
    begun: list[Track] = []
    if isinstance(member, Sender):
        sent = {medium.mid: medium for medium in told if medium.direction == "in"}
        begun = [_track(member, medium) for mid, medium in sent.items() if mid not in member.tracks]
        kept = {mid: track for mid, track in member.tracks.items() if mid in sent}
        new = {track.port.mid: track for track in begun if track.port}
        member.tracks = {**kept, **new}
    if isinstance(member, Viewer | Caller):
        received = [medium for medium in told if medium.direction == "out"]
        for medium in received:
            member.consumers.setdefault(medium.mid, Consumer(medium.kind, codecs=medium.codecs))
        for mid in member.consumers.keys() - {medium.mid for medium in received}:
            del member.consumers[mid]
    return begun


def _track(publisher: Sender, medium: Medium) -> Track:
    return Track(
        id=TrackId(f"{publisher.id}-{medium.mid}"),
        owner=publisher.id,
        kind=medium.kind,
        name=f"{publisher.id}-{medium.mid}",
        stream=publisher.id,
        port=Port(publisher.transport, medium.mid),
    )
