"""Rooms as members of Flitter's rooms of the same names."""

import logging
from collections.abc import Iterable
from functools import partial

from trunkline.bridge.call import Call, Said
from trunkline.engine import Engine
from trunkline.errors import ProtocolError
from trunkline.exchange import Exchange
from trunkline.model import flitter as word
from trunkline.model.id import ParticipantName, RoomName
from trunkline.model.request import Call as Request
from trunkline.model.signal import Answered
from trunkline.model.view import Room
from trunkline.protocol.address import read_name, write_address
from trunkline.protocol.flitter.call import read_call, write_answer

log = logging.getLogger(__name__)

FlitterExchange = Exchange[word.Request, word.Event]
Address = tuple[RoomName, ParticipantName | None]


class Desk:
    """Keeps the members of Flitter's rooms that stand for ours.

    There is one for each room, and one for each participant that sends something.
    """

    def __init__(self, engine: Engine, exchange: FlitterExchange) -> None:
        self._engine = engine
        self._exchange = exchange
        self._members: dict[Address, _Member] = {}  # bounded by the participants of all rooms

    def see(self, rooms: Iterable[Room]) -> None:
        """Let those be there whose rooms and participants are."""
        wanted: set[Address] = set()
        for room in rooms:
            if self._engine.opens(room.name, ""):
                wanted.add((room.name, None))
                wanted |= {(room.name, one.name) for one in room.participants if one.tracks}
        for address in self._members.keys() - wanted:
            self._members.pop(address).leave()
        for address in wanted - self._members.keys():
            self._members[address] = _Member(self._engine, self._exchange, address)
            self._members[address].enter()


class _Member:
    """A room, or a participant of it, in Flitter's room of that name.

    A call goes on when its peer has left Flitter's room, as peers do once they are answered.
    """

    def __init__(self, engine: Engine, exchange: FlitterExchange, address: Address) -> None:
        self._engine = engine
        self._exchange = exchange
        self._room, self._follows = address
        self._calls: dict[str, Call] = {}  # by peer, bounded by Limits.sessions
        self._key = exchange.connect(self, own=True)

    def enter(self) -> None:
        """Join."""
        name = write_address(self._room, self._follows)
        self._exchange.hear(self._key, word.Join(name, self._room, own=True))

    def leave(self) -> None:
        """Leave; calls go on."""
        self._exchange.disconnect(self._key)

    def put(self, event: word.Event) -> None:
        """Take what a member says."""
        if isinstance(event, word.Forwarded):
            self._hear(event.sender, event.text)
        elif isinstance(event, word.Failed):
            log.warning("the relay is no member of Flitter's room %s: %s", self._room, event.error)

    def end(self, code: int, reason: str) -> None:
        """It was not let in, which was told."""

    def _hear(self, sender: str, text: str) -> None:
        try:
            offer = read_call(text)
        except ProtocolError as error:
            log.warning("%s in Flitter's room %s: %s", sender, self._room, error)
            return
        if offer is None:
            return
        before = self._calls.pop(sender, None)
        if before is not None:
            # Who calls again has lost the call before, which only media would tell us of.
            before.close()
        # Flitter makes its textures as large as the first picture.
        request = Request(
            room=self._room, name=read_name(sender), follows=self._follows, steady=True
        )
        call = Call(self._engine, request, partial(self._say, sender), partial(self._drop, sender))
        self._calls[sender] = call
        call.hear(offer)

    def _say(self, sender: str, message: Said) -> None:
        if isinstance(message, Answered):
            self._exchange.hear(self._key, word.Forward(sender, write_answer(sender, message)))

    def _drop(self, sender: str) -> None:
        self._calls.pop(sender, None)
