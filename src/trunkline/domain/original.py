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
) -> Sequence[Track]:
    """Which of these tracks a guest is shown; `relays`: all original relays that were dialled."""
    if guest.policy and not guest.policy.send:
        return []
    # Nothing goes back where it comes from, by whatever way it came.
    known = {track.id for track in guest.offered} if guest.like_umbrella else set()
    others = [one for one in tracks if one.owner != guest.id and one.id not in known]
    if not guest.dialled:
        return others
    beside = [one for one in relays if one.id != guest.id and _is_sent(one)]
    twins = {one.id for one in beside if _is_twin(guest, one)}
    share = _share(guest.id, others, twins)
    return _now(guest, share, {one.id for one in beside if one.name != guest.name})


def _now(guest: Guest, share: list[Track], elsewhere: set[ParticipantId]) -> list[Track]:
    """What of its share an original is shown already; the rest waits.

    If those under other addresses were the same original, too, one link would bring each track. The
    others wait till the original would have announced the track, if it had it.
    """
    patience = guest.patience
    likely = share if patience.settled or not elsewhere else []
    at_once = {one.id for one in _share(guest.id, likely, elsewhere)}
    shown = {one.id for one in guest.told or ()}
    patience.waiting = frozenset({one.id for one in share} - at_once - shown)
    hidden = patience.waiting - patience.ripe
    return [one for one in share if one.id not in hidden]


def _share(me: ParticipantId, tracks: list[Track], twins: set[ParticipantId]) -> list[Track]:
    """Those of them that this link, and none of the others, has to send."""
    if not twins:
        return tracks
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
    theirs = other.offered if isinstance(other, Guest) else other.presence.tracks
    mine = {track.id for track in guest.offered}
    return other.name == guest.name or any(track.id in mine for track in theirs)


def _is_sent(other: Guest | Remote) -> bool:
    """Whether it can have anything by that link; of those of other relays that is not known."""
    return isinstance(other, Remote) or other.policy is None or other.policy.send


def _home(who: ParticipantId) -> str:
    """The relay that a participant is at: ids begin with what that relay drew at its start."""
    return who.rpartition("-")[0]
