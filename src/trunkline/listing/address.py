"""Where a relay is, from what people write."""

from urllib.parse import urlsplit

PATH = "/wsb"
OWN_PORT = 8443
"""That of relays that were told none."""
MAX_URL = 500
"""Characters."""

_WEB = {"wss": "https", "ws": "http", "https": "https", "http": "http"}


def targets(url: str) -> tuple[str, ...]:
    """The http or https URLs of the trunks' WebSocket to be tried, best first.

    A scheme says it all; a name alone is looked for on our own port and that of HTTPS.

    Raises:
        ValueError: it is no such address; the text is a sentence without its end.
    """
    if len(url) > MAX_URL or not url.isprintable() or " " in url:
        raise ValueError(f"the address of a relay has at most {MAX_URL} characters and no spaces")
    if "://" in url:
        scheme, _, rest = url.partition("://")
        if scheme.lower() not in _WEB:
            raise ValueError(f"{scheme}:// is not spoken: use https://HOST or wss://HOST{PATH}")
        return (_target(_WEB[scheme.lower()], rest, url, None),)
    if "/" in url:
        raise ValueError(f"{_safe(url)!r} has a path and no scheme: write https:// before it")
    if _port(url) is not None:
        return (_target("https", url, url, None),)
    return (_target("https", url, url, OWN_PORT), _target("https", url, url, None))


def _target(scheme: str, rest: str, url: str, port: int | None) -> str:
    _port(rest.partition("/")[0])
    parts = urlsplit(f"//{rest}")
    if "@" in parts.netloc:
        raise ValueError("an address has no user and password: the secret is given for itself")
    if not parts.hostname or parts.query or parts.fragment or parts.netloc.endswith(":"):
        raise ValueError(f"{url!r} is not the address of a relay: write https://HOST:PORT")
    path = parts.path.rstrip("/")
    if not path.endswith(PATH):
        path += PATH
    netloc = parts.netloc if port is None else f"{parts.netloc}:{port}"
    return f"{scheme}://{netloc}{path}"


def _port(netloc: str) -> int | None:
    try:
        return urlsplit(f"//{netloc}").port
    except ValueError:
        raise ValueError(
            f"{_safe(netloc)!r} is not a host and a port: write HOST:PORT, "
            "and IPv6 addresses in brackets"
        ) from None


def _safe(text: str) -> str:
    """What may be shown: before an @ there may be a password."""
    return text.rpartition("@")[2]
