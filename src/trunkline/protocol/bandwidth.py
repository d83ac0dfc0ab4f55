"""Limits on bit rates inside SDP."""

from collections.abc import Iterator

_UNITS = {"b=TIAS": 1, "b=AS": 1000}


def limit_pictures(answer: str, bitrate: int | None) -> str:
    """Tell the sender of each picture to keep to a bit rate; None changes nothing.

    Both kinds of line are written, since browsers read one or the other: b=TIAS in bits per second
    (RFC 3890), b=AS in kilobits (RFC 8866 section 5.8).
    """
    if bitrate is None:
        return answer
    return "".join(_limited(answer.splitlines(keepends=True), bitrate))


def picture_limit(answer: str) -> int | None:
    """How many bits a second a picture may have by an answer, if it says so: the least it says."""
    picture, limits = False, []
    for line in answer.splitlines():
        if line.startswith("m="):
            picture = line.startswith("m=video ")
        name, _, number = line.strip().partition(":")
        if picture and name in _UNITS and number.isdecimal() and len(number) < 13:
            limits.append(int(number) * _UNITS[name])
    return min(limits, default=None)


def _limited(lines: list[str], bitrate: int) -> Iterator[str]:
    picture = False
    for line in lines:
        if line.startswith("m="):
            picture = line.startswith("m=video ")
        yield line
        # RFC 8866 section 5: b= comes right after c=, which str0m writes for each medium.
        if picture and line.startswith("c="):
            end = line[len(line.rstrip("\r\n")) :]
            yield f"b=AS:{max(1, bitrate // 1000)}{end}b=TIAS:{bitrate}{end}"
