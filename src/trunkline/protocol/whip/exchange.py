"""Status codes and header fields of WHIP and WHEP."""

from dataclasses import dataclass
from http import HTTPStatus

from trunkline.errors import ProtocolError, Refusal, RefusalCode
from trunkline.model import view
from trunkline.model.id import SessionId
from trunkline.protocol import sdp
from trunkline.protocol.whip.offer import LIMIT, SDP_TYPE, check_type, too_large

SESSION_PATH = "/session/"
"""A session's URL is this and its id."""

FRAGMENT_TYPE = "application/trickle-ice-sdpfrag"

METHODS = "OPTIONS, GET, HEAD, POST, PATCH, DELETE"

CORS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "Location, ETag, Link, Accept-Patch, Accept-Post, Retry-After",
}
"""On every answer, errors included: a page elsewhere must be able to read why."""

PREFLIGHT = {
    **CORS,
    "Accept-Post": SDP_TYPE,
    "Access-Control-Allow-Methods": METHODS,
    # A star would not cover Authorization (Fetch standard, section 4.8).
    "Access-Control-Allow-Headers": "Authorization, Content-Type, If-Match",
    "Access-Control-Max-Age": "86400",
}
"""On answers to OPTIONS."""

DISCOVERY = {
    **CORS,
    "Accept-Post": SDP_TYPE,
    "Content-Type": SDP_TYPE,
    "Content-Length": "0",
}
"""On answers to GET and HEAD, which have no body."""

STATUS = {
    RefusalCode.UNKNOWN: HTTPStatus.NOT_FOUND,
    RefusalCode.FORBIDDEN: HTTPStatus.FORBIDDEN,
    RefusalCode.NAME_TAKEN: HTTPStatus.CONFLICT,
    RefusalCode.NOBODY_PUBLISHES: HTTPStatus.CONFLICT,
    RefusalCode.TOO_LARGE: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    RefusalCode.TOO_SLOW: HTTPStatus.REQUEST_TIMEOUT,
    RefusalCode.WRONG_TYPE: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    RefusalCode.UNSUPPORTED: HTTPStatus.UNPROCESSABLE_ENTITY,
    RefusalCode.CODEC: HTTPStatus.UNPROCESSABLE_ENTITY,
    RefusalCode.NO_TAG: HTTPStatus.PRECONDITION_REQUIRED,
    RefusalCode.OLD_TAG: HTTPStatus.PRECONDITION_FAILED,
    RefusalCode.FULL: HTTPStatus.SERVICE_UNAVAILABLE,
    RefusalCode.STOPPING: HTTPStatus.SERVICE_UNAVAILABLE,
}
"""What a refusal is in HTTP."""


@dataclass(frozen=True, slots=True)
class Problem:
    """An error answer: the body is the JSON of RFC 9457."""

    status: HTTPStatus
    detail: str
    retry_after: int | None = None
    """Seconds."""

    @property
    def body(self) -> dict[str, str | int]:
        """For `application/problem+json`."""
        return {"title": self.status.phrase, "status": self.status.value, "detail": self.detail}


def problem(error: ProtocolError | Refusal) -> Problem:
    """What an error is in HTTP."""
    if isinstance(error, Refusal):
        return Problem(STATUS[error.code], error.sentence, error.retry_after)
    return Problem(HTTPStatus.BAD_REQUEST, str(error))


def is_ours(path: str) -> bool:
    """Whether a URL's path is one of WHIP or WHEP."""
    return path.startswith(("/whip/", "/whep/", SESSION_PATH))


def location(session: SessionId) -> str:
    """The URL of a session, relative to the endpoint's host."""
    return f"{SESSION_PATH}{session}"


def created(session: view.Session) -> dict[str, str]:
    """Header fields of a 201."""
    return {
        **CORS,
        "Location": location(session.id),
        "ETag": f'"{session.tag}"',
        "Accept-Patch": FRAGMENT_TYPE,
        "Content-Type": SDP_TYPE,
        "Cache-Control": "no-store",
    }


def check_trickle(
    session: view.Session, content_type: str | None, if_match: str | None, body: bytes
) -> None:
    """Judge a PATCH (RFC 9725 section 4.3): remote candidates are taken, restarts are not yet.

    The candidates themselves are not needed: the core is ICE-lite and learns the remote's address
    from its checks.

    Raises:
        ProtocolError: the body is no fragment of SDP (RFC 8840).
        Refusal: wrong type, no or an old entity tag, or an ICE restart.
    """
    check_type(content_type, FRAGMENT_TYPE)
    if len(body) > LIMIT:
        raise too_large()
    if if_match is None:
        raise Refusal(RefusalCode.NO_TAG, "A PATCH needs If-Match with the session's entity tag.")
    fragment = sdp.parse_fragment(body)
    ufrags = {
        ufrag
        for section in (fragment.session, *fragment.sections)
        for ufrag in section.values("ice-ufrag")
    }
    if if_match.strip().strip('"') == "*" or ufrags - {session.ufrag}:
        raise Refusal(
            RefusalCode.UNSUPPORTED,
            "An ICE restart is not possible here: open a new session instead.",
        )
    if if_match.strip() != f'"{session.tag}"':
        raise Refusal(RefusalCode.OLD_TAG, "If-Match names another ICE session than the current.")
