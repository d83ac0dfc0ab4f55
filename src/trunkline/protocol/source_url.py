"""URLs of cameras, which hold passwords that nobody may see again."""

import re
from urllib.parse import SplitResult, unquote, urlsplit, urlunsplit

from trunkline.errors import ProtocolError

LIMIT = 2048
"""Characters of a URL."""
HIDDEN = "***"
"""Stands for a secret."""

# A value of a query, under a name that tells of a secret.
_SECRET = re.compile(
    r"(?i)(?<=[?&;])([^=&;]*(?:pass|pwd|token|secret|key|auth|streamid)[^=&;]*)=([^&;]*)"
)


def scheme(url: str) -> str:
    """The scheme of a URL, in small letters.

    Raises:
        ProtocolError: it is no URL, or it cannot be one of a source.
    """
    if len(url) > LIMIT or not url.isprintable() or " " in url:
        raise ProtocolError(
            f"The URL of a source has at most {LIMIT} printable characters and no space."
        )
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        raise ProtocolError("The URL of the source is none: look at its host and port.") from None
    if not parts.scheme:
        raise ProtocolError(
            "The URL of a source begins with what it speaks, as rtsp://camera.local/stream "
            "or file:///home/me/film.mp4."
        )
    if not (parts.netloc or parts.path):
        raise ProtocolError("The URL of the source names nothing after its scheme.")
    return parts.scheme


def shown(url: str) -> str:
    """The same without secrets, as people may see it."""
    parts = urlsplit(url)
    if parts.password is not None:
        parts = parts._replace(netloc=_netloc(parts, None))
    if parts.query:
        query = _SECRET.sub(rf"\1={HIDDEN}", f"?{parts.query}")[1:]
        parts = parts._replace(query=query)
    return urlunsplit(parts)


def completed(url: str, known: str) -> str:
    """A URL without its secrets, with those known, if it is for the same user and host."""
    parts, before = urlsplit(url), urlsplit(known)
    if _who(parts) != _who(before):
        return url
    if parts.password is None and before.password is not None:
        parts = parts._replace(netloc=_netloc(parts, before.password))
    secrets = dict(_SECRET.findall(f"?{before.query}"))

    def restore(found: re.Match[str]) -> str:
        name, value = found.groups()
        return f"{name}={secrets.get(name, value) if value == HIDDEN else value}"

    query = _SECRET.sub(restore, f"?{parts.query}")[1:]
    return urlunsplit(parts._replace(query=query))


def _who(parts: SplitResult) -> tuple[str, str | None, str | None, int | None]:
    user = unquote(parts.username) if parts.username else None
    return parts.scheme, user, parts.hostname, parts.port


def _netloc(parts: SplitResult, password: str | None) -> str:
    login, _, host = parts.netloc.rpartition("@")
    user = login.partition(":")[0]
    secret = f":{password}" if password is not None else ""
    return f"{user}{secret}@{host}"
