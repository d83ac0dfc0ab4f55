"""Our half of a conversation with an original Umbrella relay that we dialled.

To it we are what any relay of its kind is: both ends of such a conversation say the same. But who
dials looks for the way of the media, and so needs the candidates of the other end, which the
original says one by one (RFC 8838). They are put into its descriptions, which wait for them.
"""

import json
from collections import deque
from dataclasses import dataclass, field, replace
from ipaddress import ip_address

from trunkline.errors import ProtocolError
from trunkline.model import signal
from trunkline.protocol import sfu_pb2 as pb
from trunkline.protocol.room.server import Server

PATIENCE = 0.5
"""Seconds that a description without candidates waits for the first."""
GATHERING = 0.1
"""Seconds after the first candidate, in which the others come."""
CANDIDATES = 32
"""Of each connection that are kept."""
WAITING = 256
"""Messages behind a description that waits."""


@dataclass(slots=True)
class _Side:
    """What is known of one connection of the original."""

    lines: list[str] = field(default_factory=list)
    first: float | None = None
    """When the first candidate came."""


@dataclass(slots=True)
class Original:
    """Reads what the original says, in order, and writes what it is told."""

    _server: Server = field(default_factory=lambda: Server(like_umbrella=True))
    _sides: dict[bool, _Side] = field(default_factory=lambda: {True: _Side(), False: _Side()})
    """By whether it receives on it."""
    _waiting: deque[tuple[signal.Heard, float]] = field(default_factory=deque)
    """And since when; bounded by WAITING."""

    def send(self, told: signal.Told) -> bytes | None:
        """The frame that says it; None where an original would not know it."""
        return self._server.send(told)

    def receive(self, frame: bytes | str, now: float) -> list[signal.Heard]:
        """What can be taken now that this has come.

        Args:
            frame: one WebSocket message.
            now: seconds, rising.

        Raises:
            ProtocolError: it makes no sense, or there were too many.
        """
        said = self._server.receive(frame, now)
        if said is None:
            self._note(frame, now)
        else:
            assert not isinstance(said, signal.Hello), "originals are not heard to say it"
            self._waiting.append((said, now))
        if len(self._waiting) > WAITING:
            raise ProtocolError(f"More than {WAITING} messages came behind a description.")
        return self.due(now)

    def due(self, now: float) -> list[signal.Heard]:
        """What has waited long enough; to be asked for several times a second."""
        ready = []
        while self._waiting:
            said, since = self._waiting[0]
            if self._must_wait(said, since, now):
                break
            self._waiting.popleft()
            ready.append(self._completed(said))
        return ready

    def _note(self, frame: bytes | str, now: float) -> None:
        """Keep a candidate, if it is one."""
        assert isinstance(frame, bytes), "what cannot be read is refused before"
        message = pb.RemoteNodeMessage.FromString(frame)
        line = _line(message.candidate.candidate)
        side = self._sides[message.candidate.incoming]
        if line is None or line in side.lines or len(side.lines) >= CANDIDATES:
            return
        side.lines.append(line)
        if side.first is None:
            side.first = now

    def _side(self, said: signal.Heard) -> _Side | None:
        """The connection that a description is about."""
        match said:
            case signal.Offered():
                return self._sides[False]
            case signal.Answered():
                return self._sides[True]
            case _:
                return None

    def _must_wait(self, said: signal.Heard, since: float, now: float) -> bool:
        side = self._side(said)
        if side is None or _tells_candidates(said):
            return False
        if side.first is None:
            return now - since < PATIENCE
        return now - side.first < GATHERING

    def _completed(self, said: signal.Heard) -> signal.Heard:
        side = self._side(said)
        if side is None or not isinstance(said, signal.Offered | signal.Answered):
            return said
        return replace(said, sdp=_with(said.sdp, side.lines))


def _tells_candidates(said: signal.Heard) -> bool:
    return isinstance(said, signal.Offered | signal.Answered) and "a=candidate:" in said.sdp


def _with(sdp: str, lines: list[str]) -> str:
    """The same description with these candidates, too, in its first medium: all are one bundle."""
    new = [line for line in lines if line not in sdp]
    head, mark, rest = sdp.partition("\r\nm=")
    medium, next_mark, others = rest.partition("\r\nm=")
    if not (mark and new):
        return sdp
    end = "" if next_mark else "\r\n"
    return "".join(
        [
            head,
            mark,
            medium.removesuffix("\r\n"),
            *(f"\r\n{one}" for one in new),
            end,
            next_mark,
            others,
        ]
    )


def _line(text: str) -> str | None:
    """The line of SDP for an RTCIceCandidateInit; None where we could not use it."""
    try:
        value = json.loads(text)["candidate"]
    except (ValueError, RecursionError, KeyError, TypeError):
        return None
    words = value.split() if isinstance(value, str) else []
    if len(words) < 8 or not words[0].startswith("candidate:") or not value.isprintable():
        return None
    try:
        # A name is one that only its own network can resolve.
        ip_address(words[4])
    except ValueError:
        return None
    return f"a={' '.join(words)}" if words[2].lower() == "udp" else None
