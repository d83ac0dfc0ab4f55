"""Names that people give to rooms and publishers."""

import re
import unicodedata

from trunkline.errors import ProtocolError
from trunkline.model.id import NAME_LIMIT, ParticipantName, RoomName

# They make one emoji of several, and keep letters of Persian and Hindi apart. Elsewhere they would
# let two names look the same.
_JOINER = re.compile(r"(?<=[^\x00-\x7f\u200c\u200d])[\u200c\u200d](?=[^\x00-\x7f\u200c\u200d])")


def room_name(text: str) -> RoomName:
    """Read the name of a room, already URL-decoded.

    Raises:
        ProtocolError: it is empty, too long, or has characters that cannot be shown.
    """
    return RoomName(_name(text, "room"))


def participant_name(text: str) -> ParticipantName:
    """Read the name of a participant, already URL-decoded.

    Raises:
        ProtocolError: it is empty, too long, or has characters that cannot be shown.
    """
    return ParticipantName(_name(text, "participant"))


def _name(text: str, what: str) -> str:
    # NFC, so that the same letters typed on two systems are the same name.
    name = unicodedata.normalize("NFC", text).strip()
    if not 1 <= len(name) <= NAME_LIMIT:
        raise ProtocolError(f"A {what} name has 1 to {NAME_LIMIT} characters, not {len(name)}.")
    if not _JOINER.sub("", name).isprintable() or "/" in name or name in (".", ".."):
        raise ProtocolError(f"A {what} name has printable characters only, and no slash.")
    return name
