"""The server's half of one conversation: frames in, requests out, and events the other way."""

from typing import Literal, assert_never

from trunkline.errors import ProtocolError
from trunkline.model import gstreamer as word
from trunkline.model.peering import NAME_LIMIT

Place = Literal["new", "idle", "session", "room"]

# What is more than to pass a frame on.
_Spoken = (
    word.Registered
    | word.Called
    | word.CalledBy
    | word.Entered
    | word.PeerJoined
    | word.PeerLeft
    | word.PeerList
    | word.Message
    | word.Failed
)

_BUSY_IN_ROOM = "invalid msg, already in room"
_NOT_IN_ROOM = "invalid msg, not in a room"


class Server:
    """Reads what one peer says, in order, and writes what it is told.

    Invariant: `place` is where the domain has the peer, since every event passes here.
    """

    __slots__ = ("_place",)

    def __init__(self) -> None:
        self._place: Place = "new"

    def receive(self, frame: str | bytes) -> word.Request | None:
        """What a frame asks for; None where it asks for nothing.

        Raises:
            ProtocolError: the peer did not register, or not with a name; the text is what the
                original gives as the reason when it closes.
        """
        if self._place == "session":
            return word.Data(frame)
        if self._place == "new":
            return _register(frame)
        if self._place == "room":
            return _in_room(frame)
        return _idle(frame)

    def send(self, event: word.Event) -> str | bytes | None:
        """The frame that says it; None where the peer is told nothing."""
        match event:
            case word.Data(payload):
                return payload
            case word.Called() | word.CalledBy():
                self._place = "session"
            case word.Registered():
                self._place = "idle"
            case word.Entered():
                self._place = "room"
            case _:
                pass
        return _write(event)


def _register(frame: str | bytes) -> word.Register:
    match frame.split(maxsplit=1) if isinstance(frame, str) else []:
        case ["HELLO", str(uid)]:
            if len(uid) > NAME_LIMIT or uid.split() != [uid]:
                raise ProtocolError("invalid peer uid")
            return word.Register(uid)
        case ["HELLO"]:
            raise ProtocolError("invalid peer uid")
        case _:
            raise ProtocolError("invalid protocol")


def _idle(frame: str | bytes) -> word.Request | None:
    if isinstance(frame, bytes):
        return None
    match frame.split(maxsplit=1):
        case ["SESSION", *uid]:
            return word.Call(uid[0] if uid else "")
        case ["CALL", *uid]:
            return word.Call(uid[0] if uid else "", "CALL")
        case ["ROOM", *room]:
            return word.Enter(room[0] if room else "")
        case ["ROOM_PEER_MSG" | "ROOM_PEER_LIST", *_]:
            return word.Misplaced(_NOT_IN_ROOM)
        case _:
            return None


def _in_room(frame: str | bytes) -> word.Request:
    match frame.split(maxsplit=2) if isinstance(frame, str) else []:
        case ["ROOM_PEER_MSG", str(uid), str(text)]:
            return word.Message(uid, text)
        case ["ROOM_PEER_MSG", *_]:
            return word.Misplaced("invalid msg, ROOM_PEER_MSG needs a peer and a text")
        case ["ROOM_PEER_LIST"]:
            return word.ListPeers()
        case _:
            return word.Misplaced(_BUSY_IN_ROOM)


def _write(event: _Spoken) -> str | None:  # noqa: PLR0911 - a line for each
    match event:
        case word.Registered():
            return "HELLO"
        case word.Called(call):
            return f"{call}_OK"
        case word.CalledBy():
            return None
        case word.Entered(uids):
            # Clients test for the space, in an empty room too.
            return f"ROOM_OK {' '.join(uids)}"
        case word.PeerJoined(uid):
            return f"ROOM_PEER_JOINED {uid}"
        case word.PeerLeft(uid):
            return f"ROOM_PEER_LEFT {uid}"
        case word.PeerList(uids):
            return " ".join(("ROOM_PEER_LIST", *uids))
        case word.Message(uid, text):
            return f"ROOM_PEER_MSG {uid} {text}"
        case word.Failed(reason):
            return f"ERROR {reason}"
        case _:
            assert_never(event)
