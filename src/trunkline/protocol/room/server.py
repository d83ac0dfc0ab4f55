"""The relay's half of one conversation: frames in, what they say out, and the other way round."""

from dataclasses import dataclass, replace

from trunkline.errors import ProtocolError
from trunkline.model import signal
from trunkline.model.ice_server import IceServer
from trunkline.model.id import RoomName
from trunkline.protocol.frame import parse
from trunkline.protocol.room.heard import read_heard
from trunkline.protocol.room.told import write_told

SUBPROTOCOL = "trunkline.1"
"""What our own clients ask for when they open the WebSocket (RFC 6455 section 1.9)."""

UMBRELLA_ROOM = RoomName("default")
"""Where original Umbrella clients are."""

BURST = 400
"""Messages at once."""
PER_SECOND = 100.0
"""Messages in the long run."""

# All that an original client knows.
_UMBRELLA = signal.Tracks | signal.Wanted | signal.Offered | signal.Answered | signal.Mapped
_OF_UMBRELLA = signal.Announce | signal.Accept | signal.Offered | signal.Answered | signal.Mapped


@dataclass(slots=True)
class Server:
    """Reads what one guest says, in order, and writes what it is told.

    A client of ours says hello first; an original Umbrella client (`like_umbrella`) never does, and
    is told only what it knows.
    """

    like_umbrella: bool = False
    ice_servers: tuple[IceServer, ...] = ()
    _greeted: bool = False
    _tokens: float = BURST
    _at: float | None = None

    def receive(self, frame: bytes | str, now: float) -> signal.Hello | signal.Heard | None:
        """What a frame says; None where it says nothing to us.

        Args:
            frame: one WebSocket message; a text is an error.
            now: seconds, rising.

        Raises:
            ProtocolError: it makes no sense, or there were too many.
        """
        self._count(now)
        said = read_heard(parse(frame))
        if self.like_umbrella:
            return said if isinstance(said, _OF_UMBRELLA) else None
        if isinstance(said, signal.Hello):
            if self._greeted:
                raise ProtocolError("There was a hello already: leave, and connect anew.")
            self._greeted = True
        elif said is not None and not self._greeted:
            raise ProtocolError("The first message is hello: it names the room.")
        return said

    def send(self, told: signal.Told) -> bytes | None:
        """The frame that says it; None where an original client would not know it."""
        if self.like_umbrella and not isinstance(told, _UMBRELLA):
            return None
        if isinstance(told, signal.Welcome):
            told = replace(told, ice_servers=self.ice_servers)
        return write_told(told).SerializeToString()

    def _count(self, now: float) -> None:
        passed = 0.0 if self._at is None else max(0.0, now - self._at)
        self._at = now
        self._tokens = min(BURST, self._tokens + passed * PER_SECOND)
        if self._tokens < 1:
            raise ProtocolError(f"More than {PER_SECOND:.0f} messages a second are too many.")
        self._tokens -= 1
