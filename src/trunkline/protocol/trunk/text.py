"""Texts of another relay: bounded, and safe to show and to log."""

import re

from trunkline.errors import ProtocolError
from trunkline.model.id import Mid, ParticipantId, RelayId, TrackId

REASON = 500
"""Characters of a sentence that are kept."""

_RELAY = re.compile(r"[0-9A-Za-z]{8,64}")
# As those of tracks, which stand in SDP (RFC 8830 section 2), and twice as long at most.
_TOKEN = re.compile(r"[!#$%&'*+\-.0-9A-Z^_`a-z{|}~]{1,128}")
_RID = re.compile(r"[0-9A-Za-z_-]{1,16}")
_CODE = re.compile(r"[a-z][a-z-]{0,31}")


def relay_id(text: str) -> RelayId:
    """The id of a relay.

    Raises:
        ProtocolError: it cannot be one.
    """
    if not _RELAY.fullmatch(text):
        raise ProtocolError(f"A relay's id is 8 to 64 letters and digits, not {text[:80]!r}.")
    return RelayId(text)


def participant_id(text: str) -> ParticipantId:
    """The id of a participant; errors as above."""
    if not _TOKEN.fullmatch(text):
        raise ProtocolError(f"This cannot be the id of a participant: {text[:80]!r}.")
    return ParticipantId(text)


def track_id(text: str) -> TrackId:
    """The id of a track; errors as above."""
    if len(text) > 64 or not _TOKEN.fullmatch(text):
        raise ProtocolError(f"This cannot be the id of a track: {text[:80]!r}.")
    return TrackId(text)


def rid(text: str) -> str:
    """The name of an encoding (RFC 8851 section 10); errors as above."""
    if not _RID.fullmatch(text):
        raise ProtocolError(f"This cannot be the rid of an encoding: {text[:80]!r}.")
    return text


def mid_of(text: str) -> Mid:
    """The name of a medium (RFC 5888); errors as above."""
    if len(text) > 16 or not _TOKEN.fullmatch(text):
        raise ProtocolError(f"This cannot be the mid of a medium: {text[:80]!r}.")
    return Mid(text)


def shown(text: str, what: str, limit: int = 64) -> str:
    """A text for people; errors as above."""
    if len(text) > limit or not text.isprintable():
        raise ProtocolError(f"{what} has at most {limit} characters, all of which can be shown.")
    return text


def sentence(text: str) -> str:
    """What can be shown of a reason, which is never a reason to hang up."""
    kept = "".join(each if each.isprintable() else " " for each in text[:REASON])
    return kept.strip()


def code(text: str) -> str:
    """A word for programs; "unknown" in place of what can be none."""
    return text if _CODE.fullmatch(text) else "unknown"
