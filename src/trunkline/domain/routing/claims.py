"""Whose each track is."""

from collections.abc import Iterable

from trunkline.model.id import ParticipantId, TrackId


class Claims:
    """Who says that a track is theirs: the first has it, the next inherits it.

    Guests choose the ids of their tracks, so somebody who moves to another relay may be there under
    two ids for a moment, with the same tracks.
    """

    def __init__(self) -> None:
        self._claims: dict[TrackId, list[ParticipantId]] = {}
        self._tracks: dict[ParticipantId, frozenset[TrackId]] = {}

    def owner(self, track: TrackId) -> ParticipantId | None:
        """Whose it is."""
        claimants = self._claims.get(track)
        return claimants[0] if claimants else None

    def tracks(self, participant: ParticipantId) -> frozenset[TrackId]:
        """All that somebody claims."""
        return self._tracks.get(participant, frozenset())

    def change(
        self, participant: ParticipantId, tracks: Iterable[TrackId], *, first: bool = False
    ) -> set[ParticipantId]:
        """Somebody claims these tracks and no others; those who inherit what it gave up.

        `first`: before all others.
        """
        before, after = self.tracks(participant), frozenset(tracks)
        for track in after - before:
            claimants = self._claims.setdefault(track, [])
            claimants.insert(0 if first else len(claimants), participant)
        heirs = {self._give_up(participant, track) for track in before - after}
        if after:
            self._tracks[participant] = after
        else:
            self._tracks.pop(participant, None)
        return {heir for heir in heirs if heir is not None}

    def _give_up(self, participant: ParticipantId, track: TrackId) -> ParticipantId | None:
        claimants = self._claims[track]
        was_owner = claimants[0] == participant
        claimants.remove(participant)
        if not claimants:
            del self._claims[track]
            return None
        return claimants[0] if was_owner else None
