"""Status codes and header fields of WHIP and WHEP."""

from collections.abc import Iterable
from dataclasses import dataclass
from http import HTTPStatus

from trunkline.errors import ProtocolError, Refusal, RefusalCode
from trunkline.model import view
from trunkline.model.ice_server import IceServer
from trunkline.model.id import SessionId, StreamId
from trunkline.protocol.whip.events import EVENTS_PATH, KINDS, STREAMS_EXTENSION
from trunkline.protocol.whip.offer import SDP_TYPE
from trunkline.protocol.whip.patch import FRAGMENT_TYPE

SESSION_PATH = "/session/"
"""A session's URL is this and its id."""

METHODS = "OPTIONS, GET, HEAD, POST, PATCH, DELETE"

CORS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "Location, ETag, Link, Accept-Patch, Accept-Post, Retry-After",
}
"""On every answer, errors included: a page elsewhere must be able to read why."""

PREFLIGHT = {
    **CORS,
    "Access-Control-Allow-Methods": METHODS,
    # A star would not cover Authorization (Fetch standard, section 4.8).
    "Access-Control-Allow-Headers": "Authorization, Content-Type, If-Match",
    "Access-Control-Max-Age": "86400",
}
"""On answers to OPTIONS; what may be posted or patched is added."""

ENDPOINT_OPTIONS = {**PREFLIGHT, "Accept-Post": SDP_TYPE}
SESSION_OPTIONS = {**PREFLIGHT, "Accept-Patch": FRAGMENT_TYPE}
STREAMS_OPTIONS = {**PREFLIGHT, "Accept-Post": "application/json"}

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
    RefusalCode.LOCKED: HTTPStatus.FORBIDDEN,
    RefusalCode.PASSPHRASE: HTTPStatus.UNAUTHORIZED,
    RefusalCode.NAME_TAKEN: HTTPStatus.CONFLICT,
    RefusalCode.NOBODY_PUBLISHES: HTTPStatus.CONFLICT,
    RefusalCode.TOO_LARGE: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    RefusalCode.TOO_SLOW: HTTPStatus.REQUEST_TIMEOUT,
    RefusalCode.WRONG_TYPE: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    RefusalCode.UNSUPPORTED: HTTPStatus.UNPROCESSABLE_ENTITY,
    RefusalCode.CODEC: HTTPStatus.UNPROCESSABLE_ENTITY,
    RefusalCode.NO_TAG: HTTPStatus.PRECONDITION_REQUIRED,
    RefusalCode.OLD_TAG: HTTPStatus.PRECONDITION_FAILED,
    RefusalCode.BUSY: HTTPStatus.CONFLICT,
    RefusalCode.TOO_OFTEN: HTTPStatus.TOO_MANY_REQUESTS,
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
        "ETag": _entity_tag(session),
        "Accept-Patch": FRAGMENT_TYPE,
        "Content-Type": SDP_TYPE,
        "Cache-Control": "no-store",
    }


def restarted(session: view.Session) -> dict[str, str]:
    """Header fields of the answer to an ICE restart."""
    return {
        **CORS,
        "ETag": _entity_tag(session),
        "Content-Type": FRAGMENT_TYPE,
        "Cache-Control": "no-store",
    }


def stream_created(session: SessionId, stream: StreamId) -> dict[str, str]:
    """Header fields of the 201 of an event stream."""
    where = f"{location(session)}{EVENTS_PATH}/{stream}"
    return {**CORS, "Location": where, "Cache-Control": "no-store"}


def ice_links(servers: Iterable[IceServer]) -> list[tuple[str, str]]:
    """A header line for each STUN or TURN server (RFC 9725 section 4.6)."""
    return [("Link", _ice_link(server)) for server in servers]


def streams_link(session: SessionId) -> tuple[str, str]:
    """The header line that tells of the events of a session."""
    target = f"<{location(session)}{EVENTS_PATH}>"
    return "Link", f'{target}; rel="{STREAMS_EXTENSION}"; events="{",".join(KINDS)}"'


def _ice_link(server: IceServer) -> str:
    link = f'<{server.url}>; rel="ice-server"'
    if server.username is None or server.credential is None:
        return link
    username, credential = _quoted(server.username), _quoted(server.credential)
    return f'{link}; username={username}; credential={credential}; credential-type="password"'


def _quoted(text: str) -> str:
    """A quoted-string of RFC 9110 section 5.6.4."""
    escaped = text.replace("\\", r"\\").replace('"', r"\"")
    return f'"{escaped}"'


def _entity_tag(session: view.Session) -> str:
    return f'"{session.tag}"'
