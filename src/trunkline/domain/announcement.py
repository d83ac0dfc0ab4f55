"""Which of the tracks that somebody announces are let in."""

from collections.abc import Collection, Sequence

from trunkline.domain.track import Track
from trunkline.model.id import ParticipantId, TrackId
from trunkline.model.signal import Announced, Failed


def sort(
    tracks: Sequence[Announced], taken: Collection[TrackId], most: int
) -> tuple[tuple[Announced, ...], tuple[Failed, ...]]:
    """Those that are let in, `most` of them, and why the others are not; `taken` are others'."""
    accepted: dict[TrackId, Announced] = {}
    failures = []
    for track in tracks:
        if track.id in taken or track.id in accepted:
            reason = f"There is a track {track.id!r} already: give each one a new umbrellaId."
            failures.append(Failed("track-taken", reason, track.id))
        elif len(accepted) >= most:
            reason = f"At most {most} tracks can be sent: stop another one first."
            failures.append(Failed("too-many-tracks", reason, track.id))
        else:
            accepted[track.id] = track
    return tuple(accepted.values()), tuple(failures)


def track(announced: Announced, owner: ParticipantId) -> Track:
    """The room's record of it."""
    return Track(
        id=announced.id,
        owner=owner,
        kind=announced.kind,
        name=announced.name,
        stream=announced.stream or owner,
        source=announced.source,
        muted=announced.muted,
    )
