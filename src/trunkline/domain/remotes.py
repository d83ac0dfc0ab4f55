"""Participants of other relays that are in one room."""

from collections.abc import Callable, Iterable, Iterator

from trunkline.domain.effect import Effect
from trunkline.domain.floor import Floor
from trunkline.domain.remote import Remote, RemoteTrack
from trunkline.domain.track import Track
from trunkline.model.event import (
    LeaveCode,
    ParticipantJoined,
    ParticipantLeft,
    TrackEnded,
    TrackPublished,
)
from trunkline.model.id import ParticipantId, RoomName, TrackId
from trunkline.model.media import Wish
from trunkline.model.signal import Departure, People
from trunkline.model.trunk import Encodings, Presence


class Remotes:
    """Who they are, told to the room's guests. `tracks` gives all tracks of the room."""

    def __init__(self, room: RoomName, floor: Floor, tracks: Callable[[], Iterable[Track]]) -> None:
        self._room = room
        self._floor = floor
        self._every_track = tracks
        self._held: list[TrackId] = []  # bounded by the descriptors that taps take
        self._there: dict[ParticipantId, Remote] = {}  # bounded by what routing takes

    def __len__(self) -> int:
        return len(self._there)

    def __iter__(self) -> Iterator[Remote]:
        return iter(self._there.values())

    def tracks(self) -> Iterator[RemoteTrack]:
        """Everything that they send."""
        return (track for remote in self for track in remote.live())

    def present(self, presence: Presence) -> list[Effect]:
        """Somebody is there, or has changed."""
        effects: list[Effect] = []
        remote = self._there.get(presence.id)
        if remote is None:
            remote = self._there[presence.id] = Remote(presence)
            effects.append(ParticipantJoined(self._room, remote.id, remote.role, remote.name))
        person = remote.person()
        effects += self._see(remote, presence)
        if effects or person != remote.person():
            effects += self._floor.tell_others(None, People((remote.person(),)))
        return effects

    def look_again(self) -> list[Effect]:
        """Let those have their tracks that others had, and have no more."""
        effects: list[Effect] = []
        for remote in self:
            if len(remote.tracks) < len(remote.presence.tracks):
                effects += self._see(remote, remote.presence)
        return effects

    def absent(self, who: ParticipantId, code: LeaveCode, reason: str) -> list[Effect]:
        """Somebody who was here has left, or no way leads to its relay."""
        remote = self._there.pop(who)
        effects: list[Effect] = [self._ended(track) for track in remote.live()]
        effects += self._floor.tell_others(None, People(gone=(Departure(who, code, reason),)))
        effects.append(ParticipantLeft(self._room, who, remote.role, remote.name, code, reason))
        return effects

    def hold(self, track: TrackId) -> None:
        """A program takes a track, until `release`."""
        self._held.append(track)

    def release(self, track: TrackId) -> None:
        """The program takes no more."""
        self._held.remove(track)

    def demand(self, watched: Iterable[RemoteTrack]) -> dict[TrackId, Encodings]:
        """What has to come: what guests wish, and the best of what viewers and programs take."""
        wanted: dict[TrackId, Encodings] = {}
        for track in self.tracks():
            wishes = (guest.wish_for(track) for guest in self._floor)
            for wish in wishes:
                if wish is not None:
                    _add(wanted, track, wish)
        held = (track for track in self.tracks() if track.id in self._held)
        for track in (*watched, *held):
            _add(wanted, track, Wish())
        return wanted

    def _see(self, remote: Remote, presence: Presence) -> list[Effect]:
        before = {track.id: track for track in remote.live()}
        taken = {one.id for one in self._every_track() if one.owner != remote.id}
        # Whose track it is has it, before an original relay that passes it on.
        second_hand = set() if remote.role == "relay" else self._floor.second_hand()
        remote.see(presence, taken - second_hand)
        effects: list[Effect] = [
            TrackPublished(self._room, remote.id, track.id, track.kind)
            for track in remote.live()
            if track.id not in before
        ]
        after = {track.id for track in remote.live()}
        return [*effects, *(self._ended(one) for name, one in before.items() if name not in after)]

    def _ended(self, track: RemoteTrack) -> TrackEnded:
        return TrackEnded(self._room, track.owner, track.id, track.kind)


def _add(wanted: dict[TrackId, Encodings], track: RemoteTrack, wish: Wish) -> None:
    encodings = track.encodings(wish)
    if encodings:
        wanted[track.id] = wanted.get(track.id, frozenset()) | encodings
