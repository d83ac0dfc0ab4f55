"""Who is shown to the viewers and callers of one room."""

from collections.abc import Callable, Iterable, Iterator

from trunkline.domain.attention import Followed, choose, latest
from trunkline.domain.effect import Effect
from trunkline.domain.floor import Floor
from trunkline.domain.participant import Caller, Consumer, Member, Sender, Viewer
from trunkline.domain.remote import Remote, RemoteTrack
from trunkline.domain.remotes import Remotes
from trunkline.domain.track import Track
from trunkline.model import view
from trunkline.model.command import Attach, Detach
from trunkline.model.id import Mid, ParticipantName
from trunkline.model.media import Port
from trunkline.model.report import Unplayable


class Viewing:
    """Invariant after `aim`: a consumer shows the producer of its kind of whom its owner follows.

    `members` are those of the room that came by WHIP, WHEP or a call, `performers` those of them
    who send.
    """

    def __init__(
        self,
        members: Callable[[], Iterable[Member]],
        performers: Callable[[], Iterable[Sender]],
        floor: Floor,
        remotes: Remotes,
    ) -> None:
        self._members = members
        self._performers = performers
        self._floor = floor
        self._remotes = remotes

    def followed(self, name: ParticipantName | None) -> Followed | None:
        """Who is shown to somebody who follows this name (None: who came last)."""
        return latest([one for one in self._candidates() if name in (None, one.name)])

    def aim(self) -> list[Effect]:
        """Restore the invariant."""
        effects: list[Effect] = []
        for one in self._members():
            if isinstance(one, Viewer):
                effects += _aim_at(one, self.followed(one.follows))
            elif isinstance(one, Caller) and one.consumers:
                effects += self._turn(one)
        return effects

    def watched(self) -> Iterator[RemoteTrack]:
        """What of other relays somebody is shown, or is to be as soon as it comes."""
        for one in self._members():
            if isinstance(one, Viewer | Caller):
                followed = self._remote_of(one)
                kinds = [consumer.kind for consumer in one.consumers.values()] if followed else []
                tracks = map(followed.track, kinds) if followed else ()
                yield from (track for track in tracks if track is not None)

    def shown(self) -> set[Port]:
        """The producers that consumers are attached to."""
        watchers = (one for one in self._members() if isinstance(one, Viewer | Caller))
        shown = {consumer.shown for one in watchers for consumer in one.consumers.values()}
        return {port for port in shown if port is not None}

    def carried(self, watcher: Viewer | Caller) -> dict[Mid, view.Carriage]:
        """Which track each medium of a watcher carries."""
        shown = {mid: self._track_of(consumer) for mid, consumer in watcher.consumers.items()}
        return {mid: view.Carriage(track.id) for mid, track in shown.items() if track}

    def falls_back(self, viewer: Viewer, report: Unplayable) -> bool:
        """Whether there is something else for who cannot play this; the next `aim` shows it."""
        consumer = viewer.consumers.get(report.consumer.mid)
        track = self._track_of(consumer) if consumer else None
        if consumer is None or track is None or track.fallback in (None, consumer.shown):
            return False
        consumer.unplayable = report.codec
        return True

    def _candidates(self) -> Iterator[Followed]:
        yield from (remote for remote in self._remotes if remote.tracks)
        yield from self._performers()
        yield from (guest for guest in self._floor if any(guest.live()))

    def _turn(self, caller: Caller) -> Iterator[Effect]:
        if caller.stranded:
            # Its call is about to end.
            return _aim_at(caller, None)
        chosen = choose(caller, self._candidates(), self._floor.speaking)
        track = chosen.track("video") if chosen else None
        size = track.size if track else None
        is_gone = caller.watched is not None and chosen is None
        is_other = None not in (size, caller.size) and size != caller.size
        caller.stranded |= caller.steady and (is_gone or is_other)
        caller.size = caller.size or size
        caller.watched = chosen.id if chosen else None
        return _aim_at(caller, chosen)

    def _remote_of(self, one: Viewer | Caller) -> Remote | None:
        if isinstance(one, Caller):
            return next((each for each in self._remotes if each.id == one.watched), None)
        followed = self.followed(one.follows)
        return followed if isinstance(followed, Remote) else None

    def _track_of(self, consumer: Consumer) -> Track | None:
        if consumer.shown is None:
            return None
        every = self._floor.every_track()
        return next((track for track in every if consumer.shown in track.producers()), None)


def _aim_at(watcher: Viewer | Caller, publisher: Followed | None) -> Iterator[Effect]:
    for mid, consumer in watcher.consumers.items():
        track = publisher.track(consumer.kind) if publisher else None
        source = track.choose(consumer.unplayable) if track else None
        if source == consumer.shown:
            continue
        seamless = track is not None and track.came_in_at(consumer.shown)
        consumer.shown = source
        port = Port(watcher.transport, mid)
        yield Attach(port, source, seamless) if source else Detach(port)
