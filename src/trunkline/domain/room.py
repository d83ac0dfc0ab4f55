"""One room: who is in it and who is shown whom."""

from collections.abc import Iterator
from typing import assert_never

from trunkline.domain.participant import Consumer, Member, Producer, Publisher, Viewer
from trunkline.errors import Refusal, RefusalCode
from trunkline.model import view
from trunkline.model.command import Attach, Command, Detach
from trunkline.model.event import (
    LeaveCode,
    ParticipantConnected,
    ParticipantJoined,
    ParticipantLeft,
    RoomClosed,
    RoomEvent,
    RoomOpened,
    TrackEnded,
    TrackPublished,
    TrackStarted,
)
from trunkline.model.id import ParticipantName, RoomName, TrackId, TransportId
from trunkline.model.media import Port
from trunkline.model.report import Answered, Connected, Started

Effect = Command | RoomEvent

RETRY_PUBLISHER = 2
"""Seconds after which a viewer may look again for somebody who publishes."""

# Sessions that ended for these reasons were not the viewer's own doing: a new one may succeed.
_MENDABLE: tuple[LeaveCode, ...] = ("unplayable", "panic", "stopped", "failed", "silent")


class Room:
    """Members in the order in which they came.

    Invariant: each consumer of an answered viewer shows the producer of its kind of the publisher
    that the viewer follows, or nothing when there is none.
    """

    def __init__(self, name: RoomName) -> None:
        self.name = name
        self._members: dict[TransportId, Member] = {}  # bounded by Limits.participants
        self._opened = False

    def __len__(self) -> int:
        return len(self._members)

    def __iter__(self) -> Iterator[Member]:
        return iter(self._members.values())

    def member(self, transport: TransportId) -> Member:
        """Who has this transport; it must be in the room."""
        return self._members[transport]

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

    def source_of(self, name: ParticipantName | None) -> Publisher:
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
        effects.append(ParticipantJoined(self.name, member.id, member.role, member.name))
        match member:
            case Publisher():
                for medium in report.media:
                    if medium.direction == "in":
                        track = TrackId(f"{member.id}-{medium.mid}")
                        member.producers[medium.mid] = Producer(track, medium.kind)
                        effects.append(TrackPublished(self.name, member.id, track, medium.kind))
            case Viewer():
                for medium in report.media:
                    if medium.direction == "out":
                        member.consumers[medium.mid] = Consumer(medium.kind)
            case _:
                assert_never(member)
        effects += self._aim()
        self.tell()
        return effects

    def connected(self, report: Connected) -> list[Effect]:
        """The media connection of a member is up."""
        member = self._members[report.transport]
        effects: list[Effect] = [
            ParticipantConnected(
                self.name, member.id, member.role, member.name, report.remote, report.protocol
            )
        ]
        if isinstance(member, Publisher):
            member.connected = True
            effects += self._aim()
            self.tell()
        return effects

    def started(self, report: Started) -> list[Effect]:
        """A track's codec is known."""
        publisher = self._members[report.producer.transport]
        if not isinstance(publisher, Publisher) or report.producer.mid not in publisher.producers:
            return []
        track = publisher.producers[report.producer.mid]
        track.codec = report.codec
        return [TrackStarted(self.name, publisher.id, track.track, track.kind, report.codec)]

    def leave(self, transport: TransportId, code: LeaveCode, reason: str) -> list[Effect]:
        """Take a member out; its viewers are shown somebody else, or nothing for now."""
        member = self._members.pop(transport)
        if isinstance(member, Viewer):
            for stream in member.streams.values():
                stream.end(reconnect=code in _MENDABLE)
        if not member.answered:
            return []
        effects: list[Effect] = []
        if isinstance(member, Publisher):
            for producer in member.producers.values():
                effects.append(TrackEnded(self.name, member.id, producer.track, producer.kind))
        effects.append(
            ParticipantLeft(self.name, member.id, member.role, member.name, code, reason)
        )
        effects += self._aim()
        self.tell()
        if self._opened and not any(member.answered for member in self):
            self._opened = False
            effects.append(RoomClosed(self.name))
        return effects

    def describe(self) -> view.Room | None:
        """The room as others may see it, or None while nobody has really entered."""
        if not self._opened:
            return None
        publishers = tuple(one.describe() for one in self._publishers() if one.answered)
        return view.Room(self.name, publishers, self._count_viewers())

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
        return sum(isinstance(member, Viewer) and member.answered for member in self)

    def _publishers(self) -> Iterator[Publisher]:
        return (member for member in self if isinstance(member, Publisher))

    def _followed(self, name: ParticipantName | None) -> Publisher | None:
        """Among several, one whose media connection is up comes before one on its way."""
        answered = [one for one in self._publishers() if one.answered and name in (None, one.name)]
        return max(enumerate(answered), key=_liveness)[1] if answered else None

    def _aim(self) -> list[Effect]:
        """Restore the invariant."""
        effects: list[Effect] = []
        for viewer in self:
            if isinstance(viewer, Viewer):
                effects += self._aim_at(viewer, self._followed(viewer.follows))
        return effects

    def _aim_at(self, viewer: Viewer, publisher: Publisher | None) -> Iterator[Effect]:
        for mid, consumer in viewer.consumers.items():
            source = publisher.source(consumer.kind) if publisher else None
            if source == consumer.shown:
                continue
            consumer.shown = source
            port = Port(viewer.transport, mid)
            yield Attach(port, source) if source else Detach(port)


def _liveness(numbered: tuple[int, Publisher]) -> tuple[bool, int]:
    number, publisher = numbered
    return publisher.connected, number
