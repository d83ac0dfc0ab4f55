"""URLs of cameras, which hold passwords that nobody may see again."""

from urllib.parse import SplitResult, quote, unquote, urlsplit, urlunsplit

from trunkline.errors import ProtocolError

LIMIT = 2048
"""Characters of a URL."""


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
    except ValueError as error:
        raise ProtocolError(f"The URL of the source is none: {error}.") from None
    if not parts.scheme:
        raise ProtocolError(
            "The URL of a source begins with what it speaks, as rtsp://camera.local/stream "
            "or file:///home/me/film.mp4."
        )
    if not (parts.netloc or parts.path):
        raise ProtocolError("The URL of the source names nothing after its scheme.")
    return parts.scheme


def shown(url: str) -> str:
    """The same without password, as everybody may see it."""
    parts = urlsplit(url)
    if parts.password is None:
        return url
    return urlunsplit(parts._replace(netloc=_netloc(parts, None)))


def completed(url: str, known: str) -> str:
    """A URL without password, with the password known, if it is for the same user and host."""
    parts, before = urlsplit(url), urlsplit(known)
    same = (parts.scheme, parts.username, parts.hostname, parts.port) == (
        before.scheme,
        before.username,
        before.hostname,
        before.port,
    )
    if parts.password is not None or before.password is None or not same:
        return url
    return urlunsplit(parts._replace(netloc=_netloc(parts, before.password)))


def without_secrets(text: str, *urls: str | None) -> str:
    """A text of somebody else's, without the passwords of these URLs."""
    for url in urls:
        password = urlsplit(url).password if url else None
        if url and password:
            for secret in (url, password, unquote(password), quote(unquote(password))):
                text = text.replace(secret, "***")
    return text


def _netloc(parts: SplitResult, password: str | None) -> str:
    host = parts.netloc.rpartition("@")[2]
    user = parts.netloc.rpartition("@")[0].partition(":")[0]
    secret = f":{password}" if password is not None else ""
    return f"{user}{secret}@{host}" if user or secret else host
