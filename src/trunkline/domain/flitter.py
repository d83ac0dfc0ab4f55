"""Peers of Flitter's signalling, in rooms."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import assert_never

from trunkline.domain.gathering import Gatherings, is_reserved
from trunkline.errors import Refusal
from trunkline.model import flitter as word
from trunkline.model.peering import FULL, NORMAL, Bounds, Effect, HangUp, Note, PeerKey, Tell

_Effects = Sequence[Effect[word.Event]]
_TAKEN = "User ID already taken"


@dataclass(frozen=True, slots=True)
class _Place:
    id: str
    room: str
    own: bool


class Peers:
    """Who has joined which room, under which name."""

    def __init__(self, bounds: Bounds | None = None) -> None:
        self._bounds = bounds or Bounds()
        self._places: dict[PeerKey, _Place] = {}
        self._rooms = Gatherings(self._bounds)

    def connect(self, peer: PeerKey) -> _Effects:  # noqa: ARG002 - other dialects welcome it
        """Nothing is said until the peer has joined."""
        return ()

    def receive(self, peer: PeerKey, request: word.Request) -> _Effects:
        """Do what a peer asks for."""
        place = self._places.get(peer)
        match request:
            case word.Forward(to, text):
                return () if place is None else self._forward(place, to, text)
            case word.Join(name, room, own):
                return () if place else self._join(peer, _Place(name, room, own))
            case _:
                assert_never(request)

    def disconnect(self, peer: PeerKey) -> _Effects:
        """A peer is gone."""
        place = self._places.pop(peer, None)
        if place is None:
            return ()
        self._rooms.leave(place.room, place.id)
        note = Note(f"Flitter peer {place.id!r} left room {place.room!r}")
        return (*self._tell_members(place.room), note)

    def _forward(self, sender: _Place, to: str, text: str) -> _Effects:
        addressee = self._rooms.members(sender.room).get(to)
        return () if addressee is None else (Tell(addressee, word.Forwarded(sender.id, text)),)

    def _join(self, peer: PeerKey, place: _Place) -> _Effects:
        taken = place.id in self._rooms.members(place.room)
        if taken or is_reserved(place.id, self._bounds, own=place.own):
            return (Tell(peer, word.Failed(_TAKEN)), HangUp(peer, NORMAL, _TAKEN))
        try:
            if len(self._places) >= self._bounds.peers:
                return (HangUp(peer, FULL, "too many peers"),)
            self._rooms.enter(place.room, place.id, peer)
        except Refusal as refusal:
            reason = refusal.sentence[:100]
            return (Tell(peer, word.Failed(refusal.sentence)), HangUp(peer, FULL, reason))
        self._places[peer] = place
        note = Note(f"Flitter peer {place.id!r} joined room {place.room!r}")
        return (*self._tell_members(place.room), note)

    def _tell_members(self, room: str) -> list[Effect[word.Event]]:
        members = self._rooms.members(room)
        own = {name for name, key in members.items() if self._places[key].own}
        # Parts of this program come last, and of these the shortest name, which stands for all.
        others = (name for name in members if name not in own)
        told = word.Members((*others, *sorted(own, key=len, reverse=True)))
        return [Tell(member, told) for member in members.values()]
