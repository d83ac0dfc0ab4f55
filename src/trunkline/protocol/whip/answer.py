"""What an answer must have beyond what the core writes."""

import re
from collections.abc import Iterator

from trunkline.protocol import sdp

_SESSION_ICE = ("a=ice-lite", "a=ice-options:", "a=ice-pacing:", "a=group:")
_SECTION_ICE = ("a=ice-options:", "a=candidate:", "a=end-of-candidates")

STREAM = "trunkline"
"""The id of the one MediaStream that a viewer gets."""

_CANDIDATE = re.compile(r"a=candidate:\S+ \d+ (?P<protocol>\S+) \d+ (?P<address>\S+) ")
_MSID = re.compile(r"(a=(?:ssrc:\d+ )?msid:)\S+")


def finish_answer(answer: str) -> str:
    """Tidy the core's answer; CRLF line ends.

    Each m-section gets a=rtcp-mux-only, one stream id for all (draft-ietf-wish-whep section 4.4),
    IPv4 UDP candidates first (FFmpeg takes the first and no other), and a=end-of-candidates.
    """
    head, *sections = re.split(r"^(?=m=)", answer.replace("\r\n", "\n"), flags=re.MULTILINE)
    # The core repeats the offer's msid-semantic, which names a stream that is not here.
    lines = [line for line in head.splitlines() if not line.startswith("a=msid-semantic")]
    for section in sections:
        lines.extend(_finish_section(section.splitlines()))
    return "".join(f"{line}\r\n" for line in lines)


def restart_fragment(answer: str) -> str:
    """What a client needs of an answer after an ICE restart (RFC 9725 section 4.3.3).

    CRLF line ends; all media share one transport, so that the first stands for all.
    """
    description = sdp.parse(finish_answer(answer).encode())
    section = description.sections[0]
    lines = [line for line in description.session.lines if line.startswith(_SESSION_ICE)]
    lines.append(f"m={section.kind} 9 {section.transport} 0")
    lines += [f"a=mid:{section.first('mid')}"]
    for name in ("ice-ufrag", "ice-pwd"):
        lines.append(f"a={name}:{section.first(name) or description.session.first(name)}")
    lines += [line for line in section.lines if line.startswith(_SECTION_ICE)]
    return sdp.join(lines)


def _finish_section(lines: list[str]) -> Iterator[str]:
    sends = "a=sendonly" in lines or "a=sendrecv" in lines
    candidates = sorted((line for line in lines if _CANDIDATE.match(line)), key=_rank)
    for line in lines:
        if line not in candidates and line != "a=end-of-candidates":
            yield _MSID.sub(rf"\1{STREAM}", line)
    if sends and not any(line.startswith("a=msid:") for line in lines):
        yield f"a=msid:{STREAM} {lines[0].removeprefix('m=').partition(' ')[0]}"
    if "a=rtcp-mux" in lines and "a=rtcp-mux-only" not in lines:
        yield "a=rtcp-mux-only"
    if candidates:
        yield from candidates
        yield "a=end-of-candidates"


def _rank(candidate: str) -> tuple[bool, bool]:
    match = _CANDIDATE.match(candidate)
    protocol, address = match.group("protocol", "address") if match else ("", ":")
    return protocol.lower() != "udp", ":" in address
