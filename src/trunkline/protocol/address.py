"""How peers of other programs' signalling name what they call here."""

from trunkline.errors import ProtocolError
from trunkline.model.id import ParticipantName, RoomName
from trunkline.protocol.name import participant_name, room_name

PREFIX = "room:"
"""What names of ours begin with."""


def read_address(text: str) -> tuple[RoomName, ParticipantName | None] | None:
    """The room, and whom of it, that `room:ROOM` or `room:ROOM/NAME` means; None: it means none."""
    if not text.startswith(PREFIX):
        return None
    room, slash, name = text.removeprefix(PREFIX).partition("/")
    try:
        return room_name(room), participant_name(name) if slash else None
    except ProtocolError:
        return None


def write_address(room: RoomName, name: ParticipantName | None = None) -> str:
    """The text that means it."""
    return f"{PREFIX}{room}" if name is None else f"{PREFIX}{room}/{name}"


def read_name(text: object) -> ParticipantName | None:
    """What somebody is called; None where that cannot be a name here."""
    try:
        return participant_name(text) if isinstance(text, str) else None
    except ProtocolError:
        return None
