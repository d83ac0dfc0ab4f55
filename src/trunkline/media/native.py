"""The core in Rust behind the contract of `media.core`."""

# Annotations name what exists in the stub alone (`_core.CoreEvent`).
from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import assert_never

from trunkline import _core
from trunkline.media.counters import counted
from trunkline.media.tap import NativeTap
from trunkline.model.command import (
    Accept,
    AcceptAnswer,
    Attach,
    Close,
    Command,
    Count,
    Detach,
    Limit,
    OfferMedia,
    ProduceMedia,
    Renegotiate,
    Select,
    SetCandidates,
)
from trunkline.model.frame import Encoded
from trunkline.model.id import Mid, TransportId
from trunkline.model.media import Label, Layer, Medium, Port
from trunkline.model.report import (
    Agreed,
    Answered,
    Closed,
    Connected,
    Died,
    Forwarded,
    KeyframeWanted,
    Layers,
    Offered,
    Refused,
    Report,
    Resized,
    Speakers,
    Stalled,
    Started,
    Unplayable,
)


class NativeCore:
    """The core in Rust. Bind errors are raised as `OSError` with `errno` and `filename` set.

    `workers` is a number of threads, or 0 for one for each processor.
    """

    def __init__(
        self,
        listen: Sequence[tuple[str, int]],
        candidates: Sequence[str],
        workers: int,
        silence: float,
    ) -> None:
        self._core = _core.Core(listen, candidates, workers, silence)

    @property
    def port(self) -> int:
        """The number of the media port, of UDP and of TCP."""
        return self._core.port

    @property
    def workers(self) -> int:
        """How many threads forward media."""
        return self._core.workers

    def fileno(self) -> int:
        """A descriptor that is readable while reports wait."""
        return self._core.fileno()

    def submit(self, command: Command) -> None:
        """Do this soon; an answer, where there is one, is reported."""
        match command:
            case Accept(transport, offer, sources, dial):
                pairs = [(source.transport, source.mid) for source in sources]
                self._core.accept_offer(transport, offer, pairs, dial)
            case ProduceMedia(transport, local):
                self._core.produce(transport, local)
            case Renegotiate(transport, offer):
                self._core.renegotiate(transport, offer)
            case OfferMedia(transport, media, data, restart, dial):
                labelled = [(one.kind, _words(one.label), one.rids, one.takes) for one in media]
                self._core.offer(transport, labelled, data, restart, dial)
            case AcceptAnswer(transport, answer):
                self._core.accept_answer(transport, answer)
            case SetCandidates(addresses):
                self._core.set_candidates(addresses)
            case Attach() | Limit() | Select() | Detach():
                self._show(command)
            case Close(transport):
                self._core.close(transport)
            case Count(number):
                self._core.request_statistics(number)
            case _:
                assert_never(command)

    def _show(self, command: Attach | Limit | Select | Detach) -> None:
        transport, mid = command.consumer.transport, command.consumer.mid
        match command:
            case Attach(_, source, seamless):
                show = self._core.hand_over if seamless else self._core.attach
                show(transport, mid, source.transport, source.mid)
            case Limit(_, layer):
                self._core.limit(transport, mid, layer)
            case Select(_, rids):
                self._core.select(transport, mid, sorted(rids))
            case Detach():
                self._core.detach(transport, mid)
            case _:
                assert_never(command)

    def drain(self) -> Iterable[Report]:
        """Take the waiting reports, oldest first."""
        return map(_report, self._core.drain())

    def write(self, producer: Port, frame: Encoded) -> bool:
        """Send a frame of this program's; False: it was dropped. From any thread."""
        return self._core.write(
            producer.transport,
            producer.mid,
            frame.codec,
            frame.data,
            frame.timestamp,
            frame.captured,
            frame.level,
        )

    def tap(self, producer: Port) -> NativeTap:
        """Take the frames of a producer; may raise OSError."""
        return NativeTap(self._core.tap(producer.transport, producer.mid))

    def stop(self) -> None:
        """Close all transports and end the workers; blocks for up to a second."""
        self._core.stop()


def _words(label: Label | None) -> tuple[str, str] | None:
    return (label.stream, label.track) if label else None


def _media(described: Iterable[_core.Media]) -> tuple[Medium, ...]:
    return tuple(
        Medium(Mid(one.mid), one.kind, one.direction, tuple(one.codecs)) for one in described
    )


def _negotiated(
    event: _core.Answered | _core.Offered | _core.Agreed | _core.Refused,
) -> Answered | Offered | Agreed | Refused:
    transport = TransportId(event.transport)
    match event:
        case _core.Answered():
            return Answered(transport, event.answer, _media(event.media))
        case _core.Offered():
            return Offered(transport, event.offer, tuple(map(Mid, event.media)))
        case _core.Agreed():
            return Agreed(transport, _media(event.media))
        case _core.Refused():
            return Refused(transport, event.code, event.reason)
        case _:
            assert_never(event)


def _producer(
    event: _core.Started | _core.Stalled | _core.Layers | _core.Resized | _core.Speakers,
) -> Started | Stalled | Layers | Resized | Speakers:
    match event:
        case _core.Started():
            return Started(_port(event.transport, event.mid), event.codec)
        case _core.Stalled():
            return Stalled(_port(event.transport, event.mid), event.still)
        case _core.Layers():
            layers = (Layer(it.rid, it.width, it.height, it.bitrate) for it in event.ladder)
            return Layers(_port(event.transport, event.mid), tuple(layers))
        case _core.Resized():
            return Resized(_port(event.transport, event.mid), (event.width, event.height))
        case _core.Speakers():
            levels = ((_port(transport, mid), level) for transport, mid, level in event.levels)
            return Speakers(tuple(levels), event.worker)
        case _:
            assert_never(event)


def _port(transport: int, mid: str) -> Port:
    return Port(TransportId(transport), Mid(mid))


def _report(event: _core.CoreEvent) -> Report:  # noqa: PLR0911 - one line for each kind
    match event:
        case _core.Answered() | _core.Offered() | _core.Agreed() | _core.Refused():
            return _negotiated(event)
        case _core.Connected():
            return Connected(TransportId(event.transport), event.remote, event.protocol)
        case (
            _core.Started() | _core.Stalled() | _core.Layers() | _core.Resized() | _core.Speakers()
        ):
            return _producer(event)
        case _core.KeyframeRequested():
            return KeyframeWanted(_port(event.transport, event.mid))
        case _core.Unplayable():
            return Unplayable(_port(event.transport, event.mid), event.codec)
        case _core.Forwarded():
            return Forwarded(_port(event.transport, event.mid), event.layer)
        case _core.Closed():
            return Closed(TransportId(event.transport), event.code, event.reason)
        case _core.Died():
            return Died(event.reason)
        case _core.Statistics():
            return counted(event)
        case _:
            assert_never(event)
