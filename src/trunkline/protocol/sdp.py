"""A reader of SDP (RFC 8866): as much as it takes to judge an offer and to tidy an answer."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from trunkline.errors import ProtocolError

LINES = 4096
"""Lines in a description; browsers with all codecs send about 200."""

_ORDER = "micbka"  # of the lines of a media description (RFC 8866 section 9)


@dataclass(frozen=True, slots=True)
class Attribute:
    """An a= line: `name` or `name:value`."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Section:
    """A media description: an m= line and what belongs to it; or what stands before the first."""

    lines: tuple[str, ...]
    kind: str
    """ "audio", "video" …; "session" for what stands before the first m= line."""
    port: int
    transport: str
    attributes: tuple[Attribute, ...]

    def values(self, name: str) -> tuple[str, ...]:
        """The values of all attributes of this name, in order."""
        return tuple(one.value for one in self.attributes if one.name == name)

    def first(self, name: str) -> str | None:
        """The value of the first attribute of this name."""
        return next(iter(self.values(name)), None)


@dataclass(frozen=True, slots=True)
class Description:
    """A session description."""

    session: Section
    sections: tuple[Section, ...]


def join(lines: Iterable[str]) -> str:
    """Text with CRLF line ends."""
    return "".join(f"{line}\r\n" for line in lines)


def parse(body: bytes) -> Description:
    """Read a description; CRLF and LF line ends are taken.

    Raises:
        ProtocolError: this is not SDP.
    """
    fragment = parse_fragment(body)
    if fragment.session.lines[:1] != ("v=0",):
        raise ProtocolError("The body is not SDP: it does not begin with the line v=0.")
    return fragment


def parse_fragment(body: bytes) -> Description:
    """Read a part of a description (RFC 8840), which may begin anywhere.

    Raises:
        ProtocolError: this is not SDP.
    """
    lines = tuple(_lines(body))
    starts = [number for number, line in enumerate(lines) if line.startswith("m=")]
    first, *_ = bounds = [*starts, len(lines)]
    head = lines[:first]
    session = Section(head, "session", 0, "", _attributes(head))
    return Description(session, tuple(_section(lines[a:b]) for a, b in pairwise(bounds)))


def _lines(body: bytes) -> Iterator[str]:
    try:
        text = body.decode()
    except UnicodeDecodeError:
        raise ProtocolError("The SDP is not UTF-8 text.") from None
    lines = text.replace("\r\n", "\n").rstrip("\n").split("\n")
    if len(lines) > LINES:
        raise ProtocolError(f"The SDP has {len(lines)} lines; {LINES} are the most.")
    for number, line in enumerate(lines, 1):
        if line[1:2] != "=" or not line[0].isalpha() or not line.isprintable():
            raise ProtocolError(f"Line {number} of the SDP is not of the form letter=value.")
        yield line


def _section(lines: tuple[str, ...]) -> Section:
    kinds = [_ORDER.find(line[0]) for line in lines]
    if -1 in kinds or kinds != sorted(kinds):
        raise ProtocolError(
            f"The lines under {lines[0][:60]!r} are not in the order of RFC 8866: i= c= b= k= a=."
        )
    match lines[0].removeprefix("m=").split():
        case [kind, port, transport, _, *_] if port.isdecimal() and len(port) <= 5:
            return Section(lines, kind, int(port), transport, _attributes(lines[1:]))
        case _:
            raise ProtocolError(f"The SDP has a media line that cannot be read: {lines[0][:80]!r}.")


def _attributes(lines: tuple[str, ...]) -> tuple[Attribute, ...]:
    pairs = (line[2:].partition(":") for line in lines if line.startswith("a="))
    return tuple(Attribute(name, value) for name, _, value in pairs)
