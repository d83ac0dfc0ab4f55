"""A peer's half of one conversation with a signalling server."""

from typing import assert_never

from trunkline.errors import ProtocolError
from trunkline.model import gstreamer as word


class Client:
    """Writes requests, and reads what the server says, in order."""

    __slots__ = ("_asked", "_in_session")

    def __init__(self) -> None:
        self._in_session = False
        self._asked: word.Register | word.Call | word.Enter | None = None

    def write(self, request: word.Request) -> str | bytes:
        """The frame that asks for it."""
        match request:
            case word.Register(uid):
                self._asked = request
                return f"HELLO {uid}"
            case word.Call(uid, call):
                self._asked = request
                return f"{call} {uid}"
            case word.Enter(room):
                self._asked = request
                return f"ROOM {room}"
            case word.Message(uid, text):
                return f"ROOM_PEER_MSG {uid} {text}"
            case word.ListPeers():
                return "ROOM_PEER_LIST"
            case word.Data(payload):
                return payload
            case word.Misplaced():
                raise ValueError("Misplaced is what a server makes of nonsense: nobody says it.")
            case _:
                assert_never(request)

    def read(self, frame: str | bytes) -> word.Event:
        """What a server's frame says.

        Whatever comes to an idle peer that is no word of the server is from one who called.

        Raises:
            ProtocolError: it makes no sense.
        """
        if self._in_session or isinstance(frame, bytes):
            self._in_session = True
            return word.Data(frame)
        if isinstance(self._asked, word.Register):
            if frame != "HELLO":
                raise ProtocolError(f"The server answered HELLO with {frame[:80]!r}.")
            self._asked = None
            return word.Registered()
        return self._answer(frame)

    def _answer(self, frame: str) -> word.Event:
        match frame.split(maxsplit=1):
            case ["SESSION_OK" | "CALL_OK" as answer] if isinstance(self._asked, word.Call):
                self._in_session = True
                return word.Called("CALL" if answer == "CALL_OK" else "SESSION")
            case ["ERROR", reason]:
                return word.Failed(reason)
            case _:
                told = _in_room(frame) if isinstance(self._asked, word.Enter) else None
                if told is None:
                    self._in_session = True
                    return word.Data(frame)
                return told


def _in_room(frame: str) -> word.Event | None:
    match frame.split():
        case ["ROOM_OK", *uids]:
            return word.Entered(tuple(uids))
        case ["ROOM_PEER_JOINED", uid]:
            return word.PeerJoined(uid)
        case ["ROOM_PEER_LEFT", uid]:
            return word.PeerLeft(uid)
        case ["ROOM_PEER_LIST", *uids]:
            return word.PeerList(tuple(uids))
        case ["ROOM_PEER_MSG", uid, _, *_]:
            return word.Message(uid, frame.split(maxsplit=2)[2])
        case _:
            return None
