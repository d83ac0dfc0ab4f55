"""Participants as producers of webrtcsink's world, and its producers as participants."""

import asyncio
import logging
from collections.abc import Callable, Iterable
from functools import partial

from trunkline.bridge.call import Call, Said
from trunkline.engine import Engine
from trunkline.errors import ProtocolError
from trunkline.exchange import Exchange
from trunkline.model import webrtcsink as word
from trunkline.model.id import ParticipantId, ParticipantName, RoomName
from trunkline.model.request import Call as Request
from trunkline.model.signal import Offered
from trunkline.model.view import Room
from trunkline.protocol.webrtcsink.call import read_meta, read_peer, write_meta, write_peer

log = logging.getLogger(__name__)

RETRY = 5.0
"""Seconds after which a producer whose call ended is called again."""

WebrtcsinkExchange = Exchange[word.Request, word.Event]


class Desk:
    """Keeps a producer for each participant that sends something, and calls others' producers."""

    def __init__(self, engine: Engine, exchange: WebrtcsinkExchange, room: RoomName) -> None:
        self._engine = engine
        self._exchange = exchange
        self._producers: dict[ParticipantId, _Producer] = {}  # bounded by the participants
        self._listener = _Listener(engine, exchange, room, self._is_ours)

    def open(self) -> None:
        """Listen for producers from now on."""
        self._listener.open()

    def see(self, rooms: Iterable[Room]) -> None:
        """Let those be producers who send something that everybody may know of."""
        theirs = self._listener.participants()
        wanted = {
            one.id: (room.name, one.name)
            for room in rooms
            for one in room.participants
            if room.listed and one.tracks and one.id not in theirs
        }
        for who in self._producers.keys() - wanted.keys():
            self._producers.pop(who).leave()
        for who in wanted.keys() - self._producers.keys():
            producer = _Producer(self._engine, self._exchange, *wanted[who])
            self._producers[who] = producer
            producer.enter()

    def _is_ours(self, peer_id: str) -> bool:
        return any(one.peer_id == peer_id for one in self._producers.values())


class _Producer:
    """One participant; each consumer has a call of its own with it."""

    def __init__(
        self,
        engine: Engine,
        exchange: WebrtcsinkExchange,
        room: RoomName,
        name: ParticipantName,
    ) -> None:
        self.peer_id = ""
        self._engine = engine
        self._exchange = exchange
        self._room = room
        self._name = name
        self._calls: dict[str, Call] = {}  # by session, bounded by Bounds.sessions
        self._key = exchange.connect(self, own=True)

    def enter(self) -> None:
        """Be a producer."""
        meta = write_meta(self._room, self._name)
        self._exchange.hear(self._key, word.SetStatus(("producer",), meta))

    def leave(self) -> None:
        """Be none any more."""
        self._exchange.disconnect(self._key)
        for call in self._calls.values():
            call.close()

    def put(self, event: word.Event) -> None:
        """Take what consumers say."""
        match event:
            case word.Welcome(peer_id):
                self.peer_id = peer_id
            case word.SessionRequested(_, session, offer):
                self._begin(session, offer)
            case word.PeerMessage(session, text) if session in self._calls:
                hear(self._calls[session], text)
            case word.EndSession(session) if session in self._calls:
                self._calls.pop(session).close()
            case _:
                pass

    def end(self, code: int, reason: str) -> None:
        """It was put out."""
        log.warning("%s is no producer any more: %d %s", self._name, code, reason)

    def _begin(self, session: str, offer: str | None) -> None:
        request = Request(room=self._room, name=None, follows=self._name, publishes=False)
        say, end = partial(self._say, session), partial(self._end, session)
        call = self._calls[session] = Call(self._engine, request, say, end)
        if offer is None:
            call.ask()
        else:
            call.hear(Offered(offer))

    def _say(self, session: str, message: Said) -> None:
        self._exchange.hear(self._key, write_peer(session, message))

    def _end(self, session: str) -> None:
        if self._calls.pop(session, None) is not None:
            self._exchange.hear(self._key, word.EndSession(session))


class _Listener:
    """Hears of producers, and consumes each of them for a room."""

    def __init__(
        self,
        engine: Engine,
        exchange: WebrtcsinkExchange,
        room: RoomName,
        is_ours: Callable[[str], bool],
    ) -> None:
        self._engine = engine
        self._exchange = exchange
        self._room = room
        self._is_ours = is_ours
        self._metas: dict[str, str] = {}  # of all producers, bounded by Bounds.peers
        self._sessions: dict[str, str] = {}  # by producer, those that begin or run
        self._calls: dict[str, Call] = {}  # by session
        self._key = exchange.connect(self, own=True)

    def open(self) -> None:
        """Listen; nobody was there before us."""
        self._exchange.hear(self._key, word.SetStatus(("listener",)))

    def participants(self) -> frozenset[ParticipantId]:
        """Who the producers are in our rooms."""
        return frozenset(call.who for call in self._calls.values() if call.who is not None)

    def _consume(self) -> None:
        """Begin a session with each producer that we have none with."""
        for peer in tuple(self._metas.keys() - self._sessions.keys()):
            self._exchange.hear(self._key, word.StartSession(peer))

    def put(self, event: word.Event) -> None:
        """Take what is told of producers, and what they say."""
        match event:
            case word.StatusChanged(roles, meta, peer):
                self._note(peer, meta if "producer" in roles else None)
            case word.SessionStarted(peer, session):
                self._sessions[peer] = session
                self._begin(peer, session)
            case word.PeerMessage(session, text) if session in self._calls:
                hear(self._calls[session], text)
            case word.EndSession(session) if session in self._calls:
                self._calls.pop(session).close()
                self._forget(session)
            case _:
                pass

    def end(self, code: int, reason: str) -> None:
        """It was put out."""
        log.warning("the relay hears of webrtcsink's producers no more: %d %s", code, reason)

    def _note(self, peer: str, meta: str | None) -> None:
        if meta is None:
            self._metas.pop(peer, None)
        elif not self._is_ours(peer):
            self._metas[peer] = meta
            self._consume()

    def _begin(self, peer: str, session: str) -> None:
        room, name = read_meta(self._metas[peer])
        request = Request(room=room or self._room, name=name)
        say, end = partial(self._say, session), partial(self._end, session)
        self._calls[session] = Call(self._engine, request, say, end)

    def _say(self, session: str, message: Said) -> None:
        self._exchange.hear(self._key, write_peer(session, message))

    def _end(self, session: str) -> None:
        if self._calls.pop(session, None) is not None:
            self._exchange.hear(self._key, word.EndSession(session))
            self._forget(session)
            asyncio.get_running_loop().call_later(RETRY, self._consume)

    def _forget(self, session: str) -> None:
        self._sessions = {peer: one for peer, one in self._sessions.items() if one != session}


def hear(call: Call, text: str) -> None:
    """Give a call what its peer says."""
    try:
        message = read_peer(text)
    except ProtocolError as error:
        call.fail(str(error))
        return
    if message is not None:
        call.hear(message)
