"""A connection of a program to a WebRTC peer: encoded frames in and out."""

# Annotations name what exists in the stub alone (`_core.EndpointEvent`).
from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol, assert_never

from trunkline import _core
from trunkline.model import link
from trunkline.model.frame import Encoded
from trunkline.model.ice_server import IceServer
from trunkline.model.id import Mid
from trunkline.model.media import Kind, Label


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """What an endpoint is made of."""

    addresses: tuple[str, ...]
    """Local ones to bind, best first."""
    servers: tuple[IceServer, ...] = ()
    """STUN and TURN servers; their hosts are IP addresses."""
    codecs: tuple[str, ...] = ()
    """Those to agree on, preferred first; none stands for all."""
    bandwidth: int = 1_000_000
    """Bits a second that may be sent before more is known."""
    silence: float = 15.0
    """Seconds without any datagram after which it is closed."""


class Endpoint(Protocol):
    """What connections need; `drain` gives the events that follow. Any thread may call it."""

    def fileno(self) -> int:
        """A descriptor that is readable while events wait."""

    def drain(self) -> Iterable[link.LinkEvent]:
        """Take the waiting events, oldest first."""

    def offer(
        self, media: Sequence[tuple[Kind, link.Direction, Label | None]], *, restart: bool = False
    ) -> None:
        """Make an offer of all media; `Described` or `NotTaken` follows."""

    def accept_offer(self, sdp: str, labels: Sequence[Label | None] | None = None) -> None:
        """Answer an offer; `Described` or `NotTaken` follows.

        `labels` are what is sent in each m-line; None where nothing is, no list: all asked for.
        """

    def accept_answer(self, sdp: str) -> None:
        """Take an answer; `Negotiated`, `NotTaken` or `Cut` follows."""

    def write(self, mid: Mid, frame: Encoded) -> bool:
        """Send a frame; False: it was dropped, too many wait."""

    def request_keyframe(self, mid: Mid) -> None:
        """Ask the remote for a keyframe."""

    def set_bandwidth(self, bitrate: int) -> None:
        """Tell how much would be sent if there were no limit."""

    def request_statistics(self, request: int) -> None:
        """Ask for `Counted` with this number."""

    def close(self) -> None:
        """Close it properly; no event follows."""


EndpointMaker = Callable[[Setup], Endpoint]
"""Binds and begins to gather; may raise OSError or ValueError."""


class NativeEndpoint:
    """The endpoint in Rust; all of a process live on one thread there."""

    def __init__(self, setup: Setup) -> None:
        servers = [(one.url, one.username or "", one.credential or "") for one in setup.servers]
        self._endpoint = _core.Endpoint(
            0,
            setup.addresses,
            servers=servers,
            codecs=setup.codecs,
            bandwidth=setup.bandwidth,
            silence=setup.silence,
        )

    def fileno(self) -> int:
        """A descriptor that is readable while events wait."""
        return self._endpoint.fileno()

    def drain(self) -> Iterable[link.LinkEvent]:
        """Take the waiting events, oldest first."""
        return map(_event, self._endpoint.drain())

    def offer(
        self, media: Sequence[tuple[Kind, link.Direction, Label | None]], *, restart: bool = False
    ) -> None:
        """Make an offer of all media; `Described` or `NotTaken` follows."""
        words = [(kind, direction, _words(label)) for kind, direction, label in media]
        self._endpoint.offer(words, restart)

    def accept_offer(self, sdp: str, labels: Sequence[Label | None] | None = None) -> None:
        """Answer an offer; `Described` or `NotTaken` follows."""
        self._endpoint.accept_offer(
            _unlimited(sdp), None if labels is None else [*map(_words, labels)]
        )

    def accept_answer(self, sdp: str) -> None:
        """Take an answer; `Negotiated`, `NotTaken` or `Cut` follows."""
        self._endpoint.accept_answer(_unlimited(sdp))

    def write(self, mid: Mid, frame: Encoded) -> bool:
        """Send a frame; False: it was dropped, too many wait."""
        return self._endpoint.write(
            mid, frame.codec, frame.data, frame.timestamp, frame.captured, frame.level
        )

    def request_keyframe(self, mid: Mid) -> None:
        """Ask the remote for a keyframe."""
        self._endpoint.request_keyframe(mid)

    def set_bandwidth(self, bitrate: int) -> None:
        """Tell how much would be sent if there were no limit."""
        self._endpoint.set_bandwidth(bitrate)

    def request_statistics(self, request: int) -> None:
        """Ask for `Counted` with this number."""
        self._endpoint.request_statistics(request)

    def close(self) -> None:
        """Close it properly; no event follows."""
        self._endpoint.close()


def _unlimited(sdp: str) -> str:
    """The core reads no SDP with two b= lines in a row; limits are the affair of outputs."""
    return "".join(line for line in sdp.splitlines(keepends=True) if not line.startswith("b="))


def _words(label: Label | None) -> tuple[str, str] | None:
    return (label.stream, label.track) if label else None


def encoded(frame: _core.Frame) -> Encoded:
    """The core's frame as a value of ours."""
    return Encoded(
        frame.codec,
        frame.data,
        frame.timestamp,
        frame.clock_rate,
        frame.keyframe,
        frame.contiguous and not frame.dropped,
        frame.captured,
        frame.level,
        frame.color_space,
    )


def _event(event: _core.EndpointEvent) -> link.LinkEvent:  # noqa: PLR0911 - one line for each kind
    match event:
        case _core.Frame():
            return link.Arrived(Mid(event.mid), encoded(event), event.received, event.dropped)
        case _core.Described():
            return link.Described(event.sdp, _media(event.media))
        case _core.Negotiated():
            return link.Negotiated(_media(event.media))
        case _core.Refused():
            return link.NotTaken(event.code, event.reason)
        case _core.Connected():
            return link.Linked(event.remote)
        case _core.KeyframeRequested():
            return link.KeyframeWanted(Mid(event.mid))
        case _core.Bandwidth():
            return link.Estimate(event.bitrate)
        case _core.EndpointStatistics():
            return _counted(event)
        case _core.Closed():
            return link.Cut(event.code, event.reason)
        case _:
            assert_never(event)


def _media(media: Iterable[_core.Transceiver]) -> tuple[link.Transceiver, ...]:
    return tuple(
        link.Transceiver(
            Mid(one.mid),
            one.kind,
            one.direction,
            tuple(one.codecs),
            Label(*one.label) if one.label else None,
        )
        for one in media
    )


def _counted(event: _core.EndpointStatistics) -> link.Counted:
    return link.Counted(
        event.request,
        link.LinkStatistics(
            event.connected,
            event.remote,
            event.relayed,
            event.received,
            event.sent,
            event.bandwidth,
            tuple(map(_medium, event.media)),
        ),
    )


def _medium(one: _core.TransceiverStatistics) -> link.MediumStatistics:
    return link.MediumStatistics(
        Mid(one.mid),
        one.kind,
        one.packets_received,
        one.bytes_received,
        one.frames_received,
        one.frames_unread,
        one.loss_received,
        one.packets_sent,
        one.bytes_sent,
        one.frames_sent,
        one.frames_unsent,
        one.loss_sent,
        one.rtt,
    )
