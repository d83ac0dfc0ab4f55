"""One room: who is in it and who is shown whom."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import count
from typing import assert_never

from trunkline.domain.attention import choose, latest
from trunkline.domain.effect import Effect
from trunkline.domain.floor import Floor, Surroundings
from trunkline.domain.guest import Guest
from trunkline.domain.lines import Lines
from trunkline.domain.participant import Caller, Consumer, Member, Sender, Viewer
from trunkline.domain.track import Track
from trunkline.errors import Refusal, RefusalCode
from trunkline.model import view
from trunkline.model.command import Attach, Detach
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
from trunkline.model.id import Mid, ParticipantName, RoomName, TrackId, TransportId
from trunkline.model.media import Medium, Port
from trunkline.model.report import Answered, Connected, Layers, Stalled, Started
from trunkline.model.rule import Rule
from trunkline.model.signal import Departure, People, Person

LONGEST = 64
"""Characters of a name."""

RETRY_PUBLISHER = 2
"""Seconds after which a viewer may look again for somebody who publishes."""

# Sessions that ended for these reasons were not the viewer's own doing: a new one may succeed.
_MENDABLE: tuple[LeaveCode, ...] = ("unplayable", "panic", "stopped", "failed", "silent")


class Room:
    """Members and guests in the order in which they came.

    Members came by WHIP and WHEP, or call; guests talk with us. Invariant: each consumer of an
    answered viewer or caller shows the producer of its kind of whom that one follows, or nothing
    when there is nobody.
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
        self.floor = Floor(
            Surroundings(
                room=name,
                rule=rule,
                tracks=self._tracks,
                people=self._people,
                lines=Lines(lambda: open_transport(self), close_transport),
            )
        )
        self._members: dict[TransportId, Member] = {}  # bounded by Limits.participants
        self._opened = False

    def __len__(self) -> int:
        return len(self._members) + len(self.floor)

    def __iter__(self) -> Iterator[Member]:
        return iter(self._members.values())

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
        head = wanted[: LONGEST - len(str(len(taken))) - 1]
        names = (ParticipantName(f"{head}-{number}") for number in count(2))
        return next(name for name in names if name not in taken)

    def source_of(self, name: ParticipantName | None) -> Sender | Guest:
        """Who is shown to a viewer that follows this name (None: who published last).

        Raises:
            Refusal: there is nobody.
        """
        publisher = self._followed(name)
        if publisher is None:
            who = "Nobody" if name is None else f"No {name!r}"
            raise Refusal(
                RefusalCode.NOBODY_PUBLISHES,
                f"{who} publishes in room {self.name!r} now: ask again in a moment.",
                retry_after=RETRY_PUBLISHER,
            )
        return publisher

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
        return [*self.floor.listen(levels), *self._aim()]

    def started(self, report: Started) -> list[Effect]:
        """A track's codec is known."""
        track = self._track_at(report.producer)
        if track is None:
            return []
        track.codec = report.codec
        event = TrackStarted(self.name, track.owner, track.id, track.kind, report.codec)
        return [event, *self.update()]

    def noted(self, report: Stalled | Layers) -> list[Effect]:
        """How a track comes has changed."""
        track = self._track_at(report.producer)
        if track is None:
            return []
        track.note(report)
        return self.update()

    def leave(self, transport: TransportId, code: LeaveCode, reason: str) -> list[Effect]:
        """Take a member out; its viewers are shown somebody else, or nothing for now."""
        member = self._members.pop(transport)
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

    def update(self) -> list[Effect]:
        """Show and tell everybody how it is now, after any change."""
        self.tell()
        return [*self._aim(), *self.floor.update()]

    def describe(self) -> view.Room | None:
        """The room as others may see it, or None while nobody has really entered."""
        if not self._opened:
            return None
        publishers = [one.describe() for one in self._performers()]
        guests = [guest.describe() for guest in self.floor]
        listed = self.rule.listed and self.rule.passphrase is None
        return view.Room(self.name, (*publishers, *guests), self._count_viewers(), listed)

    def carried(self, transport: TransportId) -> dict[Mid, view.Carriage]:
        """Which track each medium of a transport in the room carries."""
        owner = self.owner(transport)
        match owner:
            case Sender():
                return owner.carried()
            case Viewer():
                return self._sent(owner)
            case Guest():
                return owner.carried(transport)
            case _:
                assert_never(owner)

    def sent(self, transport: TransportId) -> dict[Mid, view.Carriage]:
        """Which track each medium that a transport is sent carries."""
        owner = self.owner(transport)
        return self._sent(owner) if isinstance(owner, Caller) else self.carried(transport)

    def tell(self) -> None:
        """Let every event stream see how it is now."""
        viewers = self._count_viewers()
        for viewer in self:
            if isinstance(viewer, Viewer) and viewer.streams:
                publisher = self._followed(viewer.follows)
                active = publisher is not None and publisher.connected
                for stream in viewer.streams.values():
                    stream.see(active=active, viewers=viewers)

    def _count_viewers(self) -> int:
        return sum(member.role == "viewer" and member.answered for member in self)

    def _publishers(self) -> Iterator[Sender]:
        return (member for member in self if isinstance(member, Sender))

    def _performers(self) -> Iterator[Sender]:
        """Those of them who send something, as far as others need know."""
        return (one for one in self._publishers() if one.answered and one.role == "publisher")

    def _tracks(self) -> Iterator[Track]:
        return (track for one in self._publishers() for track in one.tracks.values())

    def _track_at(self, producer: Port) -> Track | None:
        publisher = self._members[producer.transport]
        return publisher.tracks.get(producer.mid) if isinstance(publisher, Sender) else None

    def _sent(self, watcher: Viewer | Caller) -> dict[Mid, view.Carriage]:
        shown = {mid: self._shown(consumer) for mid, consumer in watcher.consumers.items()}
        return {mid: view.Carriage(track.id) for mid, track in shown.items() if track}

    def _shown(self, consumer: Consumer) -> Track | None:
        producer = consumer.shown
        if producer is None:
            return None
        guest = self.floor.guest_of(producer.transport)
        return guest.track_at(producer) if guest else self._track_at(producer)

    def _people(self) -> Iterator[Person]:
        return (one.person() for one in self._performers())

    def _close_if_empty(self) -> list[Effect]:
        if not self._opened or len(self.floor) or any(member.answered for member in self):
            return []
        self._opened = False
        return [RoomClosed(self.name)]

    def _followed(self, name: ParticipantName | None) -> Sender | Guest | None:
        return latest([one for one in self._shown_to_others() if name in (None, one.name)])

    def _shown_to_others(self) -> Iterator[Sender | Guest]:
        yield from self._performers()
        yield from (guest for guest in self.floor if any(guest.live()))

    def _aim(self) -> list[Effect]:
        """Restore the invariant."""
        effects: list[Effect] = []
        for one in self:
            if isinstance(one, Viewer):
                effects += _aim_at(one, self._followed(one.follows))
            elif isinstance(one, Caller) and one.consumers:
                effects += self._turn(one)
        return effects

    def _turn(self, caller: Caller) -> Iterator[Effect]:
        chosen = choose(caller, self._shown_to_others(), self.floor.speaking)
        caller.stranded |= caller.steady and caller.watched is not None and chosen is None
        caller.watched = chosen.id if chosen else None
        return _aim_at(caller, chosen)


def _aim_at(watcher: Viewer | Caller, publisher: Sender | Guest | None) -> Iterator[Effect]:
    for mid, consumer in watcher.consumers.items():
        source = publisher.source(consumer.kind) if publisher else None
        if source == consumer.shown:
            continue
        consumer.shown = source
        port = Port(watcher.transport, mid)
        yield Attach(port, source) if source else Detach(port)


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
