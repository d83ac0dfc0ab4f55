"""Endpoints without a network, behind the contract of `media.endpoint`: SDP is a number."""

import itertools
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from trunkline.media.endpoint import Setup
from trunkline.model import link
from trunkline.model.frame import Encoded
from trunkline.model.id import Mid
from trunkline.model.media import Kind, Label

OPPOSITE: dict[link.Direction, link.Direction] = {
    "sendonly": "recvonly",
    "recvonly": "sendonly",
    "sendrecv": "sendrecv",
    "inactive": "inactive",
}
DESCRIPTOR_LIMIT = 64
CODECS: dict[Kind, tuple[str, ...]] = {
    "video": ("VP8", "VP9", "H264"),
    "audio": ("opus", "PCMU", "PCMA", "G722"),
}


@dataclass
class Ether:
    """Where endpoints find each other by the number in their SDP."""

    endpoints: "dict[int, FakeEndpoint]" = field(default_factory=dict)
    numbers: "itertools.count[int]" = field(default_factory=itertools.count)

    def __call__(self, setup: Setup) -> "FakeEndpoint":
        """Make an endpoint."""
        one = FakeEndpoint(self, next(self.numbers), setup)
        self.endpoints[one.number] = one
        return one


class FakeEndpoint:
    """It tells the other end's endpoint directly; a test may lose frames on the way."""

    def __init__(self, ether: Ether, number: int, setup: Setup) -> None:
        self.number = number
        self.setup = setup
        self.remote: FakeEndpoint | None = None
        self.media: list[link.Transceiver] = []
        self.lose = False
        """Frames written go nowhere, and the next that arrives is not contiguous."""
        self.full = False
        self.restarts = 0
        self.written: list[Encoded] = []
        self.closed = False
        self._gap = False
        self._ether = ether
        self._events: list[link.LinkEvent] = []
        self._wake, self._rung = os.pipe()

    def fileno(self) -> int:
        return self._wake

    def drain(self) -> Iterable[link.LinkEvent]:
        os.read(self._wake, DESCRIPTOR_LIMIT)
        events, self._events = self._events, []
        return events

    def tell(self, event: link.LinkEvent) -> None:
        """Let an event happen."""
        if not self.closed:
            self._events.append(event)
            os.write(self._rung, b"x")

    def offer(
        self, media: Sequence[tuple[Kind, link.Direction, Label | None]], *, restart: bool = False
    ) -> None:
        self.restarts += restart
        self.media = [
            link.Transceiver(Mid(str(number)), kind, direction, CODECS[kind], label)
            for number, (kind, direction, label) in enumerate(media)
        ]
        self._describe()

    def accept_offer(self, sdp: str, labels: Sequence[Label | None] | None = None) -> None:
        if not self._meet(sdp):
            return
        assert self.remote is not None
        self.media = []
        for number, one in enumerate(self.remote.media):
            direction = OPPOSITE[one.direction]
            if labels is not None and (number >= len(labels) or labels[number] is None):
                direction = {"sendrecv": "recvonly", "sendonly": "inactive"}.get(  # type: ignore[assignment]
                    direction, direction
                )
            self.media.append(replace(one, direction=direction))
        self._describe()

    def accept_answer(self, sdp: str) -> None:
        if not self._meet(sdp):
            return
        assert self.remote is not None
        self.media = [
            replace(mine, direction=OPPOSITE[theirs.direction], label=theirs.label)
            for mine, theirs in zip(self.media, self.remote.media, strict=True)
        ]
        self.tell(link.Negotiated(tuple(self.media)))
        for one in (self, self.remote):
            one.tell(link.Linked("127.0.0.1:9"))

    def write(self, mid: Mid, frame: Encoded) -> bool:
        if self.full:
            return False
        self.written.append(frame)
        if self.remote is None or self.lose:
            self._gap = True
            return True
        contiguous, self._gap = not self._gap, False
        arrived = replace(frame, contiguous=contiguous)
        self.remote.tell(link.Arrived(mid, arrived, (frame.captured or 0) + 0.01, 0))
        return True

    def request_keyframe(self, mid: Mid) -> None:
        if self.remote:
            self.remote.tell(link.KeyframeWanted(mid))

    def set_bandwidth(self, bitrate: int) -> None:
        pass

    def request_statistics(self, request: int) -> None:
        counted = link.LinkStatistics(True, "127.0.0.1:9", False, 0, 0, None, ())
        self.tell(link.Counted(request, counted))

    def close(self) -> None:
        if self.closed:
            return
        self.closed = True
        del self._ether.endpoints[self.number]
        if self.remote:
            self.remote.tell(link.Cut("peer", "The other end closed the connection."))
            self.remote.remote = None
        os.close(self._wake)
        os.close(self._rung)

    def _meet(self, sdp: str) -> bool:
        try:
            number = int(sdp.partition("s=")[2].split()[0])
            self.remote = self._ether.endpoints[number]
        except (ValueError, KeyError, IndexError):
            self.tell(link.NotTaken("malformed", "This is no SDP."))
            return False
        self.remote.remote = self
        return True

    def _describe(self) -> None:
        lines = ["v=0", f"s={self.number}"]
        lines += [f"m={one.kind} 9 UDP/TLS/RTP/SAVPF 0" for one in self.media]
        self.tell(link.Described("".join(f"{line}\r\n" for line in lines), tuple(self.media)))
