"""Messages that both ends say alike."""

from collections.abc import Mapping
from typing import Any

from trunkline.model import webrtcsink as word

_KINDS = ("offer", "answer")


def read_peer_message(fields: Mapping[str, Any], frame: str) -> word.PeerMessage | None:
    """A `peer` message; fields that are not known are kept, since the text is passed on.

    Nearly all messages are of this kind, and patterns would take three times as long.
    """
    session, sdp, ice = fields.get("sessionId"), fields.get("sdp"), fields.get("ice")
    if not isinstance(session, str):
        return None
    if isinstance(sdp, dict) and isinstance(sdp.get("sdp"), str):
        kind = sdp.get("type")
        return word.PeerMessage(session, frame, kind == "offer") if kind in _KINDS else None
    if isinstance(ice, dict) and isinstance(ice.get("candidate"), str):
        is_whole = isinstance(ice.get("sdpMLineIndex"), int)
        return word.PeerMessage(session, frame) if is_whole else None
    return None


def read_end(fields: Mapping[str, Any]) -> word.EndSession | None:
    """An `endSession` of either version."""
    match fields:
        case {"type": "endSession", "sessionId": str(session)}:
            return word.EndSession(session)
        case {"sessionId": str(session)}:
            error = fields.get("error")
            return word.EndSession(session, error if isinstance(error, str) else None)
        case _:
            return None


def write_end(end: word.EndSession, version: word.Version) -> dict[str, object]:
    """The fields of an `endSession`, for one who speaks a version."""
    if version == "v1_1":
        return {"type": "endSessionV1_1", "sessionId": end.session_id, "error": end.error}
    return {"type": "endSession", "sessionId": end.session_id}


def read_roles(value: object) -> tuple[word.Role, ...] | None:
    """Roles that are all known."""
    if not isinstance(value, list):
        return None
    roles = tuple(role for said in value for role in word.ROLES if role == said)
    return roles if len(roles) == len(value) else None
