"""WHEP's server-sent events (webrtc-http-egress-events, section "Server Sent Events")."""

import json
from typing import assert_never, get_args

from trunkline.errors import ProtocolError
from trunkline.model.notice import Active, Inactive, Notice, NoticeKind, Reconnect, ViewerCount
from trunkline.protocol.whip.offer import check_type

STREAMS_EXTENSION = "urn:ietf:params:whep:ext:core:server-sent-events"

EVENTS_PATH = "/events"
"""Under a session's URL: where its event streams are made."""

STREAM_TYPE = "text/event-stream"

KINDS: tuple[NoticeKind, ...] = get_args(NoticeKind)
"""What can be told. "layers" will come with the layer extension."""

ALIVE = b":\n\n"
"""A comment, which keeps intermediaries from taking a quiet stream for a dead one."""


def read_kinds(content_type: str | None, body: bytes) -> frozenset[NoticeKind]:
    """Which events a viewer wants; without a body, all.

    Raises:
        ProtocolError: it is no JSON array, or names an event that there is not.
        Refusal: another content type.
    """
    if not body:
        return frozenset(KINDS)
    check_type(content_type, "application/json")
    try:
        names = json.loads(body)
    except (ValueError, RecursionError):
        raise ProtocolError("The body is not JSON.") from None
    if not isinstance(names, list):
        raise ProtocolError('The body must be an array of names of events: ["active"].')
    wanted = frozenset(kind for kind in KINDS if kind in names)
    unknown = [name for name in names if name not in KINDS]
    if unknown:
        raise ProtocolError(
            f"There is no event {str(unknown[0])[:80]!r}; there are {', '.join(KINDS)}."
        )
    return wanted


def write(notice: Notice) -> bytes:
    """One event in the form of the HTML standard, its data in a single line."""
    match notice:
        case Active():
            return b"event: active\ndata: {}\n\n"
        case Inactive():
            return b"event: inactive\ndata: {}\n\n"
        case Reconnect():
            # Without a URL: the player asks where it asked before.
            return b"event: reconnect\ndata: {}\n\n"
        case ViewerCount(viewers):
            data = json.dumps({"viewercount": viewers})
            return f"event: viewercount\ndata: {data}\n\n".encode()
        case _:
            assert_never(notice)
