"""Peers of GStreamer's simple signalling: idle, in a session of two, or in a room."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import assert_never

from trunkline.domain.gathering import Gatherings, is_reserved
from trunkline.errors import Refusal
from trunkline.model import gstreamer as word
from trunkline.model.peering import (
    BROKEN,
    FULL,
    NAME_LIMIT,
    NORMAL,
    Bounds,
    Effect,
    HangUp,
    Note,
    PeerKey,
    Tell,
)

_Effects = Sequence[Effect[word.Event]]
_RESERVED = "session"


@dataclass(slots=True, eq=False)
class _Peer:
    """One that has registered; in a session or in a room, never in both."""

    key: PeerKey
    uid: str
    other: "_Peer | None" = None
    room: str | None = None

    @property
    def idle(self) -> bool:
        return self.other is None and self.room is None


Summon = Callable[[str], PeerKey | None]
"""Puts a part of this program on the line, for one session, where a name is that of one."""


class Peers:
    """Who has registered.

    Invariant: both ends of a session are each other's `other`. Who was summoned is in a session,
    and nobody else can reach it.
    """

    def __init__(self, bounds: Bounds | None = None, summon: Summon | None = None) -> None:
        self._bounds = bounds or Bounds()
        self._summon = summon
        self._by_key: dict[PeerKey, _Peer] = {}
        self._by_uid: dict[str, _Peer] = {}
        self._rooms = Gatherings(self._bounds)

    def connect(self, peer: PeerKey) -> _Effects:  # noqa: ARG002 - other dialects welcome it
        """Nothing is said until the peer has registered."""
        return ()

    def receive(self, peer: PeerKey, request: word.Request) -> _Effects:
        """Do what a peer asks for."""
        known = self._by_key.get(peer)
        if known is None:
            return self._register(peer, request)
        if isinstance(request, word.Data):
            return () if known.other is None else (Tell(known.other.key, request),)
        try:
            return self._do(known, request)
        except Refusal as refusal:
            return (Tell(peer, word.Failed(refusal.sentence)),)

    def disconnect(self, peer: PeerKey) -> _Effects:
        """A peer is gone: its session ends for the other, its room is told."""
        known = self._by_key.get(peer)
        if known is None:
            return ()
        effects: list[Effect[word.Event]] = [Note(f"GStreamer peer {known.uid!r} left")]
        self._forget(known)
        if known.room is not None:
            self._rooms.leave(known.room, known.uid)
            members = self._rooms.members(known.room).values()
            effects += [Tell(member, word.PeerLeft(known.uid)) for member in members]
        elif known.other is not None and known.other is not known:
            self._forget(known.other)
            effects.append(HangUp(known.other.key, NORMAL, ""))
        return effects

    def _register(self, peer: PeerKey, request: word.Request) -> _Effects:
        if not isinstance(request, word.Register):
            return ()
        if len(self._by_key) >= self._bounds.peers:
            return (HangUp(peer, FULL, "too many peers"),)
        taken = request.uid in self._by_uid
        if taken or is_reserved(request.uid, self._bounds, own=request.own):
            return (HangUp(peer, BROKEN, "invalid peer uid"),)
        known = _Peer(peer, request.uid)
        self._by_key[peer] = self._by_uid[known.uid] = known
        return (Tell(peer, word.Registered()), Note(f"GStreamer peer {known.uid!r} registered"))

    def _do(self, peer: _Peer, request: word.Request) -> _Effects:
        match request:
            case word.Call(uid, call):
                return self._call(peer, uid, call)
            case word.Enter(room):
                return self._enter(peer, room)
            case word.Message(uid, text):
                return (self._pass_on(peer, uid, text),)
            case word.ListPeers():
                return (Tell(peer.key, word.PeerList(self._others(peer))),)
            case word.Misplaced(reason):
                return (Tell(peer.key, word.Failed(reason)),)
            case word.Register() | word.Data():
                return ()
            case _:
                assert_never(request)

    def _call(self, caller: _Peer, uid: str, call: word.CallWord) -> _Effects:
        callee = self._summoned(caller, uid) or self._by_uid.get(uid)
        if callee is None:
            return (Tell(caller.key, word.Failed(f"peer {uid!r} not found")),)
        if not (callee.idle and caller.idle):
            return (Tell(caller.key, word.Failed(f"peer {uid!r} busy")),)
        caller.other, callee.other = callee, caller
        return (
            Tell(caller.key, word.Called(call)),
            Tell(callee.key, word.CalledBy(caller.uid)),
            Note(f"GStreamer peer {caller.uid!r} called {uid!r}"),
        )

    def _summoned(self, caller: _Peer, uid: str) -> _Peer | None:
        key = self._summon(uid) if self._summon and caller.idle else None
        if key is None:
            return None
        self._by_key[key] = summoned = _Peer(key, uid)
        return summoned

    def _enter(self, peer: _Peer, room: str) -> _Effects:
        if room == _RESERVED or len(room) > NAME_LIMIT or room.split() != [room] or not peer.idle:
            return (Tell(peer.key, word.Failed(f"invalid room id {room[:NAME_LIMIT]!r}")),)
        others = dict(self._rooms.members(room))
        self._rooms.enter(room, peer.uid, peer.key)
        peer.room = room
        return (
            Tell(peer.key, word.Entered(tuple(others))),
            *(Tell(other, word.PeerJoined(peer.uid)) for other in others.values()),
            Note(f"GStreamer peer {peer.uid!r} entered room {room!r}"),
        )

    def _pass_on(self, peer: _Peer, uid: str, text: str) -> Tell[word.Event]:
        addressee = self._by_uid.get(uid)
        if addressee is None:
            return Tell(peer.key, word.Failed(f"peer {uid!r} not found"))
        if addressee.room is None or addressee.room != peer.room:
            return Tell(peer.key, word.Failed(f"peer {uid!r} is not in the room"))
        return Tell(addressee.key, word.Message(peer.uid, text))

    def _others(self, peer: _Peer) -> tuple[str, ...]:
        members = self._rooms.members(peer.room) if peer.room is not None else {}
        return tuple(uid for uid in members if uid != peer.uid)

    def _forget(self, peer: _Peer) -> None:
        del self._by_key[peer.key]
        if self._by_uid.get(peer.uid) is peer:
            del self._by_uid[peer.uid]
