"""Joins the peers of one dialect with what is decided about them; decides nothing."""

import logging
from collections.abc import Iterable
from typing import Generic

from trunkline.model.peering import (
    Effect,
    Event,
    HangUp,
    Note,
    Outbox,
    PeerKey,
    Peers,
    Request,
    Tell,
)

log = logging.getLogger(__name__)


class Exchange(Generic[Request, Event]):
    """The peers of a dialect and the ways to them; bounded by whoever lets peers in.

    A peer is whatever has an `Outbox`: a socket, or a part of this program.
    """

    def __init__(self, peers: Peers[Request, Event]) -> None:
        self._peers = peers
        self._outboxes: dict[PeerKey, Outbox[Event]] = {}
        self._own: set[PeerKey] = set()  # parts of this program, which are no persons
        self._last = 0

    def __len__(self) -> int:
        return len(self._outboxes)

    def connect(self, outbox: Outbox[Event], *, own: bool = False) -> PeerKey:
        """Somebody is on the line, and may be told something already; `own`: it is of ours."""
        key = self._add(outbox, own=own)
        self._perform(self._peers.connect(key))
        return key

    def attach(self, outbox: Outbox[Event]) -> PeerKey:
        """Put a part of this program on the line, whose peers know it already."""
        return self._add(outbox, own=True)

    def hear(self, peer: PeerKey, request: Request) -> None:
        """A peer asks for something."""
        if peer in self._outboxes:
            self._perform(self._peers.receive(peer, request), quiet=peer in self._own)

    def disconnect(self, peer: PeerKey) -> None:
        """A peer is gone; nothing happens if it was hung up on."""
        if self._outboxes.pop(peer, None) is not None:
            quiet = peer in self._own
            self._own.discard(peer)
            self._perform(self._peers.disconnect(peer), quiet=quiet)

    def _add(self, outbox: Outbox[Event], *, own: bool) -> PeerKey:
        self._last += 1
        key = PeerKey(self._last)
        self._outboxes[key] = outbox
        if own:
            self._own.add(key)
        return key

    def _perform(self, effects: Iterable[Effect[Event]], *, quiet: bool = False) -> None:
        """`quiet`: what is done is no person's doing, and not for the log."""
        for effect in effects:
            if isinstance(effect, Tell):
                self._outboxes[effect.peer].put(effect.event)
            elif isinstance(effect, HangUp):
                self._own.discard(effect.peer)
                self._outboxes.pop(effect.peer).end(effect.code, effect.reason)
            elif not quiet:
                _tell_log(effect)


def _tell_log(note: Note) -> None:
    log.info("%s", note.sentence)
