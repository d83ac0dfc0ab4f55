"""A peer's half of one conversation with a signalling server."""

from typing import assert_never

from trunkline.errors import ProtocolError
from trunkline.model import flitter as word
from trunkline.protocol.json_text import read_object, write


class Client:
    """Writes requests, and reads what the server says."""

    __slots__ = ()

    def write(self, request: word.Request) -> str:
        """The frame that asks for it."""
        match request:
            case word.Join(name, room):
                return write({"type": "join", "id": name, "room": room})
            case word.Forward(_, text):
                return text
            case _:
                assert_never(request)

    def read(self, frame: str | bytes) -> word.Event:
        """What a server's frame says.

        Raises:
            ProtocolError: it makes no sense.
        """
        fields = read_object(frame) or {}
        match fields:
            case {"type": str(), "from": str(sender)}:
                del fields["from"]
                return word.Forwarded(sender, write(fields))
            case {"type": "members", "members": list(ids)}:
                return word.Members(tuple(map(str, ids)))
            case {"type": "error", "error": str(error)}:
                return word.Failed(error)
            case _:
                raise ProtocolError(f"The server says what cannot be understood: {frame[:80]!r}")
