"""The HTTP half of WHIP (RFC 9725) and WHEP, as a client."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from urllib.parse import urljoin

import aiohttp

from trunkline.errors import Refusal, RefusalCode, RelayError
from trunkline.model.ice_server import IceServer
from trunkline.protocol.whip.link import read_ice_links

ANSWER_LIMIT = 15.0
"""Seconds that a server has to answer."""
GOODBYE = 2.0
"""Seconds for it to hear that we leave."""
MAX_BODY = 256 << 10

_CODES = {
    401: RefusalCode.PASSPHRASE,
    403: RefusalCode.FORBIDDEN,
    404: RefusalCode.UNKNOWN,
    408: RefusalCode.TOO_SLOW,
    413: RefusalCode.TOO_LARGE,
    415: RefusalCode.WRONG_TYPE,
    422: RefusalCode.CODEC,
    429: RefusalCode.TOO_OFTEN,
    503: RefusalCode.FULL,
}


@dataclass(frozen=True, slots=True)
class Session:
    """A session that a server opened."""

    answer: str
    url: str | None
    """Where it is ended; None where the server does not say."""
    ice_servers: tuple[IceServer, ...] = ()
    """STUN and TURN servers that it tells of."""


class Door:
    """One endpoint for WHIP or WHEP."""

    def __init__(self, url: str, *, token: str | None = None, insecure: bool = False) -> None:
        self.url = url
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._insecure = insecure

    @asynccontextmanager
    async def http(self) -> AsyncIterator[aiohttp.ClientSession]:
        """What to ask with."""
        connector = aiohttp.TCPConnector(ssl=not self._insecure)
        timeout = aiohttp.ClientTimeout(total=ANSWER_LIMIT)
        async with aiohttp.ClientSession(
            connector=connector, timeout=timeout, headers=self._headers
        ) as http:
            yield http

    async def open(self, http: aiohttp.ClientSession, offer: str) -> Session:
        """Begin a session.

        Raises:
            Refusal: the server does not want it; the sentence is its own.
            RelayError: there is no server, or it speaks neither WHIP nor WHEP.
        """
        headers = {"Content-Type": "application/sdp"}
        try:
            async with http.post(self.url, data=offer.encode(), headers=headers) as reply:
                body = (await reply.content.read(MAX_BODY)).decode(errors="replace")
                status, location = reply.status, reply.headers.get("Location")
                retry = reply.headers.get("Retry-After", "")
                asked = str(reply.url)
                servers = read_ice_links(reply.headers.getall("Link", []))
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            raise RelayError(f"{self.url} cannot be reached: {_why(error)}") from error
        if status != 201:
            raise _refusal(self.url, status, body, retry)
        if not body.startswith("v=0"):
            raise RelayError(f"{self.url} did not answer with SDP: it is no WHIP or WHEP endpoint.")
        return Session(body, urljoin(asked, location) if location else None, servers)

    async def close(self, http: aiohttp.ClientSession, session: Session) -> None:
        """End it; that a server which is gone does not hear it is no error."""
        if session.url is None:
            return
        with suppress(aiohttp.ClientError, TimeoutError):
            async with asyncio.timeout(GOODBYE), http.delete(session.url):
                pass


def _refusal(url: str, status: int, body: str, retry: str) -> Refusal | RelayError:
    seconds = int(retry) if retry.isdecimal() and len(retry) < 9 else None
    detail = _detail(body) or f"{url} answered with status {status}."
    if status == 409:
        code = RefusalCode.NOBODY_PUBLISHES if "/whep" in url else RefusalCode.NAME_TAKEN
    elif status in _CODES:
        code = _CODES[status]
    else:
        return RelayError(detail)
    return Refusal(code, detail, seconds)


def _detail(body: str) -> str:
    """The sentence of a problem (RFC 9457); else what a short text says."""
    try:
        problem = json.loads(body)
    except ValueError:
        return body.strip() if len(body) < 200 and "<" not in body else ""
    detail = problem.get("detail") if isinstance(problem, dict) else None
    return detail if isinstance(detail, str) else ""


def _why(error: Exception) -> str:
    return str(error) or f"no answer within {ANSWER_LIMIT:g} s"
