"""The server's half of one conversation: frames in, requests out, and events the other way."""

from collections.abc import Mapping
from typing import Any, assert_never

from trunkline.errors import ProtocolError
from trunkline.model import flitter as word
from trunkline.model.peering import NAME_LIMIT
from trunkline.protocol.json_text import read_object, write


class Server:
    """Reads what one peer says, in order, and writes what it is told."""

    __slots__ = ("_joined",)

    def __init__(self) -> None:
        self._joined = False

    def receive(self, frame: str | bytes) -> word.Request | None:
        """What a frame asks for; None where it asks for nothing.

        Raises:
            ProtocolError: it is not an object with a type, or a join without its fields.
        """
        fields = read_object(frame)
        if fields is None or not isinstance(frame, str) or "type" not in fields:
            raise ProtocolError("A message is a JSON object with a type.")
        if self._joined:
            return _forward(fields, frame)
        if fields["type"] != "join":
            return None
        join = _join(fields)
        self._joined = True
        return join

    def send(self, event: word.Event) -> str:
        """The frame that says it."""
        match event:
            case word.Forwarded(sender, text):
                return f'{text.rstrip()[:-1]},"from":{write(sender)}}}'
            case word.Members(ids):
                return write({"type": "members", "members": ids})
            case word.Failed(error):
                return write({"type": "error", "error": error})
            case _:
                assert_never(event)


def _join(fields: Mapping[str, Any]) -> word.Join:
    match fields:
        case {"id": str(name), "room": str(room)} if max(len(name), len(room)) <= NAME_LIMIT:
            return word.Join(name, room)
        case _:
            raise ProtocolError(f"join has an id and a room, of at most {NAME_LIMIT} characters.")


def _forward(fields: dict[str, Any], frame: str) -> word.Forward | None:
    to = fields.get("to")
    if not isinstance(to, str):
        return None
    if "from" in fields:
        # Two fields of one name would be read in two ways.
        del fields["from"]
        frame = write(fields)
    return word.Forward(to, frame)
