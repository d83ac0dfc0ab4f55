"""A reader of SDP (RFC 8866): as much as it takes to judge an offer and to tidy an answer."""

from collections.abc import Iterator
from dataclasses import dataclass

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
    """A media description: an m= line and what belongs to it."""

    kind: str
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

    lines: tuple[str, ...]
    session: Section
    """What stands before the first m= line, under the kind "session"."""
    sections: tuple[Section, ...]

    @property
    def text(self) -> str:
        """The whole, with CRLF line ends."""
        return "".join(f"{line}\r\n" for line in self.lines)


def parse(body: bytes) -> Description:
    """Read a description; CRLF and LF line ends are taken.

    Raises:
        ProtocolError: this is not SDP.
    """
    fragment = parse_fragment(body)
    if fragment.lines[0] != "v=0":
        raise ProtocolError("The body is not SDP: it does not begin with the line v=0.")
    return fragment


def parse_fragment(body: bytes) -> Description:
    """Read a part of a description (RFC 8840), which may begin anywhere.

    Raises:
        ProtocolError: this is not SDP.
    """
    lines = tuple(_lines(body))
    starts = [number for number, line in enumerate(lines) if line.startswith("m=")]
    bounds = [*starts, len(lines)]
    session = Section("session", 0, "", _attributes(lines[: bounds[0]]))
    sections = tuple(
        _section(lines[start:end]) for start, end in zip(starts, bounds[1:], strict=True)
    )
    return Description(lines, session, sections)


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
            return Section(kind, int(port), transport, _attributes(lines[1:]))
        case _:
            raise ProtocolError(f"The SDP has a media line that cannot be read: {lines[0][:80]!r}.")


def _attributes(lines: tuple[str, ...]) -> tuple[Attribute, ...]:
    pairs = (line[2:].partition(":") for line in lines if line.startswith("a="))
    return tuple(Attribute(name, value) for name, _, value in pairs)
