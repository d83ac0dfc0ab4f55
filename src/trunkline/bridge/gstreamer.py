"""GStreamer's peers call rooms, and the relay is a member of their own rooms."""

import logging
from collections.abc import Iterable
from functools import partial
from urllib.parse import unquote

from trunkline.bridge.call import Call, Said
from trunkline.engine import Engine
from trunkline.errors import ProtocolError
from trunkline.exchange import Exchange
from trunkline.model import gstreamer as word
from trunkline.model.id import RoomName
from trunkline.model.peering import PeerKey
from trunkline.model.request import Call as Request
from trunkline.protocol.address import read_address, read_name, write_address
from trunkline.protocol.gstreamer.payload import read, write_payload

log = logging.getLogger(__name__)

GStreamerExchange = Exchange[word.Request, word.Event]


class Desk:
    """Answers calls of `room:ROOM` and `room:ROOM/NAME`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._exchange: GStreamerExchange | None = None

    def open(self, exchange: GStreamerExchange, rooms: Iterable[RoomName]) -> None:
        """Take calls from now on, and be a member of these rooms of GStreamer."""
        self._exchange = exchange
        for room in rooms:
            Member(self._engine, exchange, room).enter()

    def summon(self, uid: str) -> PeerKey | None:
        """Somebody to answer one call of this name; None where it is no room, or a closed one."""
        # A uid has no white space, and names of rooms may.
        address = read_address(unquote(uid))
        if self._exchange is None or address is None or not self._engine.opens(address[0], ""):
            return None
        room, follows = address
        return _Session(
            self._engine, self._exchange, Request(room=room, name=None, follows=follows)
        ).key


class _Session:
    """The relay's end of one session."""

    def __init__(self, engine: Engine, exchange: GStreamerExchange, request: Request) -> None:
        self._engine = engine
        self._exchange = exchange
        self._request = request
        self._call: Call | None = None
        self.key = exchange.attach(self)

    def put(self, event: word.Event) -> None:
        """Take what the other end says."""
        if isinstance(event, word.CalledBy):
            name = read_name(event.uid)
            request = Request(room=self._request.room, name=name, follows=self._request.follows)
            self._call = Call(self._engine, request, self._say, self._hang_up)
        elif isinstance(event, word.Data) and self._call is not None:
            hear(self._call, event.payload)

    def end(self, code: int, reason: str) -> None:  # noqa: ARG002 - the other end just left
        """The session is over."""
        if self._call is not None:
            self._call.close()

    def _say(self, message: Said) -> None:
        self._exchange.hear(self.key, word.Data(write_payload(message)))

    def _hang_up(self) -> None:
        self._exchange.disconnect(self.key)


class Member:
    """The relay in a room of GStreamer: each of the others has a call of its own with it.

    It is there from the beginning, so that whoever enters offers to it, as newcomers do.
    """

    def __init__(self, engine: Engine, exchange: GStreamerExchange, room: RoomName) -> None:
        self._engine = engine
        self._exchange = exchange
        self._room = room
        self._calls: dict[str, Call] = {}  # at most one for each member of the room
        self._key: PeerKey | None = None

    def enter(self) -> None:
        """Be there."""
        self._key = self._exchange.connect(self, own=True)
        self._exchange.hear(self._key, word.Register(write_address(self._room), own=True))
        self._exchange.hear(self._key, word.Enter(self._room))

    def put(self, event: word.Event) -> None:
        """Take what is said in the room."""
        if isinstance(event, word.Message):
            call = self._calls.get(event.uid)
            if call is None:
                call = self._calls[event.uid] = self._take(event.uid)
            hear(call, event.text)
        elif isinstance(event, word.PeerLeft) and event.uid in self._calls:
            self._calls.pop(event.uid).close()
        elif isinstance(event, word.Failed):
            log.warning(
                "the relay is no member of GStreamer's room %s: %s", self._room, event.reason
            )

    def end(self, code: int, reason: str) -> None:
        """It was put out."""
        log.warning("the relay left GStreamer's room %s: %d %s", self._room, code, reason)

    def _take(self, uid: str) -> Call:
        request = Request(room=self._room, name=read_name(uid))

        def say(message: Said) -> None:
            if self._key is not None:
                self._exchange.hear(self._key, word.Message(uid, write_payload(message)))

        return Call(self._engine, request, say, partial(self._drop, uid))

    def _drop(self, uid: str) -> None:
        # The room's members know of no end of a call: the next offer begins another.
        self._calls.pop(uid, None)


def hear(call: Call, payload: str | bytes) -> None:
    """Give a call what its peer says."""
    try:
        message = read(payload)
    except ProtocolError as error:
        call.fail(str(error))
        return
    if message == "offer":
        call.ask()
    elif message is not None:
        call.hear(message)
