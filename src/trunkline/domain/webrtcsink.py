"""Peers of webrtcsink's signalling: producers, consumers, listeners, and sessions of two."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import assert_never

from trunkline.errors import Refusal, RefusalCode
from trunkline.model import webrtcsink as word
from trunkline.model.peering import FULL, Bounds, Effect, HangUp, Note, PeerKey, Tell

_Effects = Sequence[Effect[word.Event]]


@dataclass(slots=True, eq=False)
class _Peer:
    key: PeerKey
    id: str
    status: word.SetStatus
    sessions: "dict[str, _Session]" = field(default_factory=dict)

    def has(self, role: word.Role) -> bool:
        return role in self.status.roles


@dataclass(frozen=True, slots=True, eq=False)
class _Session:
    id: str
    producer: _Peer
    consumer: _Peer

    def other(self, peer: _Peer) -> _Peer:
        if peer is self.producer:
            return self.consumer
        if peer is self.consumer:
            return self.producer
        raise _failure(f"Peer {peer.id} is not part of {self.id}")


class Peers:
    """Who is connected.

    Invariant: both ends of a session know it, and they alone.
    """

    def __init__(self, ids: Callable[[], str], bounds: Bounds | None = None) -> None:
        self._ids = ids
        self._bounds = bounds or Bounds()
        self._by_key: dict[PeerKey, _Peer] = {}
        self._by_id: dict[str, _Peer] = {}
        self._sessions: dict[str, _Session] = {}

    def connect(self, peer: PeerKey) -> _Effects:
        """Welcome a peer."""
        if len(self._by_key) >= self._bounds.peers:
            return (HangUp(peer, FULL, "too many peers"),)
        name = self._ids()
        known = _Peer(peer, name, word.SetStatus((), peer_id=name))
        self._by_key[peer] = self._by_id[name] = known
        return (Tell(peer, word.Welcome(name)),)

    def receive(self, peer: PeerKey, request: word.Request) -> _Effects:
        """Do what a peer asks for."""
        known = self._by_key.get(peer)
        if known is None:
            return ()
        try:
            if isinstance(request, word.PeerMessage):
                return self._pass_on(known, request)
            return tuple(self._do(known, request))
        except Refusal as refusal:
            return (Tell(peer, word.Failed(refusal.sentence)),)

    def disconnect(self, peer: PeerKey) -> _Effects:
        """A peer is gone: its sessions end, then listeners are told."""
        known = self._by_key.pop(peer, None)
        if known is None:
            return ()
        del self._by_id[known.id]
        effects = list(self._end_all(known, tuple(known.sessions.values())))
        effects += self._announce(word.StatusChanged((), known.status.meta, known.id))
        return [*effects, Note(f"webrtcsink peer {known.id} left")]

    def _do(self, peer: _Peer, request: word.Request) -> Iterator[Effect[word.Event]]:
        match request:
            case word.SetStatus():
                yield from self._set_status(peer, request)
            case word.StartSession(other, offer):
                yield from self._start(peer, other, offer)
            case word.EndSession(session):
                yield from self._end(peer, session, request.error)
            case word.ListProducers():
                yield Tell(peer.key, word.Producers(self._listed("producer")))
            case word.ListConsumers():
                yield Tell(peer.key, word.Consumers(self._listed("consumer")))
            case word.Misplaced(details):
                yield Tell(peer.key, word.Failed(details))
            case word.SetVersion() | word.PeerMessage():
                pass
            case _:
                assert_never(request)

    def _set_status(self, peer: _Peer, status: word.SetStatus) -> Iterator[Effect[word.Event]]:
        # Only a repeat with the right id is one: clients without it wait for the echo.
        if status == peer.status:
            return
        if "producer" in status.roles and "consumer" in status.roles:
            raise _failure(f"Cannot register peer {peer.id} as both producer and passive consumer")
        lost: word.Role | None = None
        if peer.has("producer") and "producer" not in status.roles:
            lost = "producer"
        elif peer.has("consumer") and "consumer" not in status.roles:
            lost = "consumer"
        if lost is not None:
            yield from self._end_all(peer, tuple(_sessions_as(peer, lost)))
        peer.status = word.SetStatus(status.roles, status.meta, peer.id)
        yield from self._announce(word.StatusChanged(status.roles, status.meta, peer.id))
        yield Note(f"webrtcsink peer {peer.id} is {', '.join(status.roles) or 'nothing'}")

    def _start(self, caller: _Peer, other: str, offer: str | None) -> Iterator[Effect[word.Event]]:
        called = self._by_id.get(other)
        if called is None:
            raise _failure(f"Peer with ID '{other}' not found")
        if called.has("producer"):
            producer, consumer = called, caller
        elif called.has("consumer"):
            producer, consumer = caller, called
        else:
            raise _failure(
                f"Missing a producer or a consumer: id {caller.id} roles {_shown(caller)}, "
                f"id {called.id} roles {_shown(called)}"
            )
        if max(len(producer.sessions), len(consumer.sessions)) >= self._bounds.sessions:
            raise _failure("Too many sessions")
        session = _Session(self._ids(), producer, consumer)
        self._sessions[session.id] = session
        producer.sessions[session.id] = consumer.sessions[session.id] = session
        yield Tell(consumer.key, word.SessionStarted(producer.id, session.id))
        yield Tell(producer.key, word.SessionRequested(consumer.id, session.id, offer))
        yield Note(f"webrtcsink peer {consumer.id} consumes {producer.id}")

    def _pass_on(self, peer: _Peer, message: word.PeerMessage) -> _Effects:
        session = self._sessions.get(message.session_id)
        if session is None:
            return ()
        if message.is_offer and peer is session.consumer:
            raise _failure(
                f'cannot forward offer from "{peer.id}" to "{session.producer.id}" '
                f'as "{peer.id}" is not the producer'
            )
        return (Tell(session.other(peer).key, message),)

    def _end(self, peer: _Peer, session_id: str, error: str | None) -> Iterator[Effect[word.Event]]:
        session = self._sessions.get(session_id)
        if session is None:
            return
        other = session.other(peer)
        self._forget(session)
        yield Tell(other.key, word.EndSession(session.id, error))

    def _end_all(self, peer: _Peer, sessions: Sequence[_Session]) -> Iterator[Effect[word.Event]]:
        for session in sessions:
            self._forget(session)
            other = session.other(peer)
            if other is not peer:
                yield Tell(other.key, word.EndSession(session.id))

    def _forget(self, session: _Session) -> None:
        del self._sessions[session.id]
        for end in {session.producer, session.consumer}:
            del end.sessions[session.id]

    def _announce(self, change: word.StatusChanged) -> Iterator[Effect[word.Event]]:
        return (Tell(peer.key, change) for peer in self._by_key.values() if peer.has("listener"))

    def _listed(self, role: word.Role) -> tuple[word.Listed, ...]:
        return tuple(
            word.Listed(peer.id, peer.status.meta)
            for peer in self._by_key.values()
            if peer.has(role)
        )


def _sessions_as(peer: _Peer, role: word.Role) -> Iterator[_Session]:
    for session in peer.sessions.values():
        if (session.producer if role == "producer" else session.consumer) is peer:
            yield session


def _shown(peer: _Peer) -> str:
    """As the original shows roles."""
    return f"[{', '.join(role.capitalize() for role in peer.status.roles)}]"


def _failure(details: str) -> Refusal:
    return Refusal(RefusalCode.UNSUPPORTED, details)
