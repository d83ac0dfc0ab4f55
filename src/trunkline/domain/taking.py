"""What programs take of participants, here and at other relays."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from trunkline.domain.attention import Followed
from trunkline.domain.directory import Directory
from trunkline.domain.effect import Effect
from trunkline.domain.room import Room
from trunkline.domain.track import Track
from trunkline.errors import Refusal, RefusalCode
from trunkline.model.id import ParticipantId, ParticipantName, RoomName
from trunkline.model.media import Kind, Port


@dataclass(frozen=True, slots=True, eq=False)
class Taking:
    """Tracks of a participant that are wanted, from `Takings.take` to `Takings.let_go`."""

    room: Room
    tracks: tuple[Track, ...]

    @property
    def ports(self) -> dict[Kind, Port]:
        """Where they come in, those that do: what comes over a trunk takes its time."""
        return {track.kind: track.port for track in self.tracks if track.port is not None}

    @property
    def is_remote(self) -> bool:
        """Whether they come over trunks."""
        return any(track.is_remote for track in self.tracks)

    def is_settled(self) -> bool:
        """Whether there is nothing to wait for: all come in, or one of them is gone."""
        return len(self.ports) == len(self.tracks) or self.is_gone()

    def is_gone(self) -> bool:
        """Whether one of them is not in the room any more."""
        known = {track.id for track in self.room.floor.every_track()}
        return any(track.id not in known for track in self.tracks)


class Takings:
    """A program is a viewer without a connection: whoever sends on demand sends to it, too."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory

    def take(
        self, name: RoomName, publisher: ParticipantName | None, kinds: Iterable[Kind]
    ) -> tuple[Taking, list[Effect]]:
        """Take the first track of each kind that a participant has; of None who published last.

        Raises:
            Refusal: there is nobody.
        """
        room = self._directory.known(name)
        if room is None or room.is_empty:
            sentence = f"There is nobody in room {name!r} now."
            raise Refusal(RefusalCode.NOBODY_PUBLISHES, sentence)
        return _take(room, room.source_of(publisher), kinds)

    def take_from(
        self, name: RoomName, participant: ParticipantId, kinds: Iterable[Kind]
    ) -> tuple[Taking, list[Effect]]:
        """The same of the participant with this id; errors as above."""
        room = self._directory.known(name)
        one = None if room is None else room.participant(participant)
        if room is None or one is None:
            raise Refusal(
                RefusalCode.NOBODY_PUBLISHES,
                f"There is no {participant!r} in room {name!r} now.",
                2,
            )
        return _take(room, one, kinds)

    def let_go(self, taking: Taking) -> list[Effect]:
        """Take no more."""
        effects: list[Effect] = []
        for track in taking.tracks:
            effects += taking.room.release(track)
        return effects


def _take(room: Room, one: Followed, kinds: Iterable[Kind]) -> tuple[Taking, list[Effect]]:
    tracks = tuple(_tracks(one, kinds))
    effects = [effect for track in tracks for effect in room.hold(track)]
    return Taking(room, tracks), effects


def _tracks(one: Followed, kinds: Iterable[Kind]) -> Iterator[Track]:
    every = (one.track(kind) for kind in kinds)
    return (track for track in every if track is not None)
