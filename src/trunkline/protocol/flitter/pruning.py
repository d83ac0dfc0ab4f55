"""Descriptions that must fit into one datagram: what they can do without goes first."""

from collections.abc import Callable, Iterator

# What the other end has by other ways, or does not need for one picture each way.
_DISPENSABLE = (
    "a=msid-semantic",
    "a=extmap-allow-mixed",
    "a=ssrc:",
    "a=ssrc-group:",
    "a=end-of-candidates",
    "a=ice-options:",
)
_CANDIDATE = "a=candidate:"


def prune(sdp: str, fits: Callable[[str], bool]) -> str:
    """The description, without what it can do without, as far as it takes to fit.

    Candidates go in turn: those of the machine itself, those of IPv6 after the first two, then from
    the last to the second. If that is not enough, the rest is as short as it can be.

    Args:
        sdp: of an offer or an answer.
        fits: whether a description is short enough.
    """
    lines = sdp.splitlines(keepends=True)
    for unneeded in _in_turn(lines):
        if fits("".join(lines)):
            break
        lines = [line for line in lines if line not in unneeded]
    return "".join(lines)


def _in_turn(lines: list[str]) -> Iterator[set[str]]:
    candidates = [line for line in lines if line.startswith(_CANDIDATE)]
    local = [line for line in candidates if _address(line) in ("127.0.0.1", "::1")]
    others = [line for line in candidates if line not in local]
    # Who has no other address has that one alone.
    yield set(local if others else local[1:])
    newer = [line for line in others if ":" in _address(line)]
    yield set(newer[2:])
    yield {line for line in lines if line.startswith(_DISPENSABLE)}
    for line in reversed(others[1:]):
        yield {line}


def _address(candidate: str) -> str:
    """The connection address of a candidate (RFC 8839 section 5.1)."""
    fields = candidate.split()
    return fields[4] if len(fields) > 4 else ""
