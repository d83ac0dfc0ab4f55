"""Files, and streams of other kinds that FFmpeg reads."""

from urllib.parse import unquote, urlsplit

from trunkline.sources.source import Opening, Wanted, checked, encryption

_BRIEFLY = {"analyzeduration": "1000000"}
# A playlist of somebody else's must not lead to files of this machine.
_WEB = {"protocol_whitelist": "http,https,tcp,tls,crypto"}


def opening(wanted: Wanted) -> Opening:
    """A stream: what has an end is a recording, and is played as fast as it lasts."""
    return _stream(wanted, _BRIEFLY)


def web(wanted: Wanted) -> Opening:
    """A stream or playlist of a web server."""
    return _stream(wanted, _BRIEFLY | _WEB)


def file(wanted: Wanted) -> Opening:
    """A file on this machine: `file:///home/me/film.mp4`, or `file:film.mp4`."""
    path = unquote(urlsplit(wanted.url).path)
    return Opening(name=f"file:{path}", paced=True, loop=wanted.loop)


def _stream(wanted: Wanted, options: dict[str, str]) -> Opening:
    return Opening(
        name=wanted.url,
        options=options | checked(wanted),
        paced=None,
        loop=wanted.loop,
        encrypted=encryption(wanted),
    )
