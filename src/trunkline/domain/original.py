"""What an original Umbrella relay or client is sent: all that it does not have from elsewhere.

One that several links lead to, of this relay or of others that it has trunks with, gets each track
once: its own relay sends it, and of relays that have no such link the lowest of those that do.
"""

from collections.abc import Iterable, Sequence

from trunkline.domain.guest import Guest
from trunkline.domain.remote import Remote
from trunkline.domain.track import Track
from trunkline.model.id import ParticipantId


def owed(
    guest: Guest, tracks: Sequence[Track], relays: Iterable[Guest | Remote]
) -> Iterable[Track]:
    """Which of these tracks a guest is shown; `relays`: all original relays that were dialled."""
    if guest.policy and not guest.policy.send:
        return []
    # Nothing goes back where it comes from, by whatever way it came.
    known = {track.id for track in guest.offered} if guest.like_umbrella else set()
    others = [one for one in tracks if one.owner != guest.id and one.id not in known]
    twins = [one for one in relays if _is_twin(guest, one)] if guest.dialled else []
    return _share(guest.id, others, {one.id for one in twins}) if twins else others


def _share(me: ParticipantId, tracks: Sequence[Track], twins: set[ParticipantId]) -> list[Track]:
    """Those of them that this link, and none of the others, has to send."""
    here = _home(me)
    if any(twin < me for twin in twins if _home(twin) == here):
        return []
    away = {_home(twin) for twin in twins} - {here}
    is_first = me < min(twins)
    return [
        track
        for track in tracks
        if _home(track.owner) == here or (is_first and _home(track.owner) not in away)
    ]


def _is_twin(guest: Guest, other: Guest | Remote) -> bool:
    """Whether both links lead to the same original, as far as address and tracks tell."""
    if other.id == guest.id:
        return False
    theirs = other.offered if isinstance(other, Guest) else other.presence.tracks
    mine = {track.id for track in guest.offered}
    return other.name == guest.name or any(track.id in mine for track in theirs)


def _home(who: ParticipantId) -> str:
    """The relay that a participant is at: ids begin with what that relay drew at its start."""
    return who.rpartition("-")[0]
