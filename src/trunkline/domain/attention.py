"""Whom a caller is shown."""

from collections.abc import Iterable, Sequence

from trunkline.domain.guest import Guest
from trunkline.domain.participant import Caller, Sender
from trunkline.domain.remote import Remote
from trunkline.model.id import ParticipantId

Followed = Sender | Guest | Remote
"""Who can be shown to a viewer or caller."""


def choose(
    caller: Caller, present: Iterable[Followed], speaking: Sequence[ParticipantId]
) -> Followed | None:
    """One that can be followed, that the caller can play, and that is not itself.

    The participant that it asked for; else who speaks, loudest first; else whom it is shown; else
    who came last. A steady caller keeps to whom it was shown first.
    """
    fits = [one for one in present if one.id != caller.id and _plays(caller, one)]
    if caller.follows is not None:
        fits = [one for one in fits if one.name == caller.follows]
    by_id = {one.id: one for one in fits}
    if caller.steady and caller.watched is not None:
        return by_id.get(caller.watched)
    heard = (by_id[who] for who in speaking if who in by_id)
    current = by_id.get(caller.watched) if caller.watched is not None else None
    return next(heard, None) or current or latest(fits)


def latest(present: Sequence[Followed]) -> Followed | None:
    """Who came last; one whose media connection is up comes before one on its way.

    Those of other relays come last: what is here costs no trunk.
    """
    return max(enumerate(present), key=_liveness)[1] if present else None


def _liveness(numbered: tuple[int, Followed]) -> tuple[bool, int]:
    number, one = numbered
    return one.connected and not isinstance(one, Remote), number


def _plays(caller: Caller, one: Followed) -> bool:
    """Whether it takes what somebody sends, of every kind that both have, as far as is known."""
    sent = {track.kind: track.codec for track in one.live()}
    kinds = {consumer.kind for consumer in caller.consumers.values()}
    taken = ((sent.get(each.kind), each.codecs) for each in caller.consumers.values())
    return bool(kinds & sent.keys()) and all(codec in (None, *codecs) for codec, codecs in taken)
