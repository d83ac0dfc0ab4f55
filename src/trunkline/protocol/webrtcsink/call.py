"""What producers and consumers say to each other, and of themselves."""

from trunkline.errors import ProtocolError
from trunkline.model.id import ParticipantName, RoomName
from trunkline.model.signal import Answered, Offered
from trunkline.model.webrtcsink import PeerMessage
from trunkline.protocol.address import read_name
from trunkline.protocol.description import read_description, write_description
from trunkline.protocol.json_text import read_object, write
from trunkline.protocol.name import room_name


def read_peer(text: str) -> Offered | Answered | None:
    """What a `peer` message says; None where it is a candidate.

    Raises:
        ProtocolError: it is too long.
    """
    fields = read_object(text)
    return None if fields is None else read_description(fields.get("sdp"))


def write_peer(session: str, description: Offered | Answered) -> PeerMessage:
    """The message that says it."""
    told = {"type": "peer", "sessionId": session, "sdp": write_description(description)}
    return PeerMessage(session, write(told), isinstance(description, Offered))


def read_meta(meta: str) -> tuple[RoomName | None, ParticipantName | None]:
    """The room that a producer wants to be in, and how it is called, where its meta data say so."""
    fields = read_object(meta) or {}
    named = (read_name(fields.get(key)) for key in ("name", "display-name", "displayName"))
    try:
        room = room_name(fields["room"]) if isinstance(fields.get("room"), str) else None
    except ProtocolError:
        room = None
    return room, next((name for name in named if name), None)


def write_meta(room: RoomName, name: ParticipantName) -> str:
    """The meta data of a participant."""
    return write({"name": name, "room": room})
