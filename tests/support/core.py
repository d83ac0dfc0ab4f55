"""A core without sockets: it answers offers at once, and does what a test tells it to."""

import os
from collections import deque
from collections.abc import Sequence
from typing import Literal, assert_never

from trunkline.media.core import Tap
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
from trunkline.model.media import Medium, Port
from trunkline.model.report import (
    Agreed,
    Answered,
    Closed,
    Connected,
    Counted,
    Died,
    Incoming,
    Offered,
    Outgoing,
    Refused,
    Report,
    Started,
    Traffic,
    Unplayable,
)
from trunkline.protocol import sdp


class FakeCore:
    """Keeps the contract of the media core; `commands` is what it was told."""

    def __init__(
        self,
        listen: Sequence[tuple[str, int]] = (("127.0.0.1", 0),),
        candidates: Sequence[str] = ("127.0.0.1",),
        workers: int = 0,
        silence: float = 6.0,
    ) -> None:
        assert workers >= 0
        assert silence > 0
        self.listen = tuple(listen)
        self.candidates = tuple(candidates)
        self.commands: list[Command] = []
        self.refusing: tuple[Literal["malformed", "unsupported", "codec", "limit"], str] | None = (
            None
        )
        self.mute = False
        self.written: list[tuple[Port, Encoded]] = []
        self.answers = 0
        self.stopped = False
        self.media: dict[TransportId, tuple[Medium, ...]] = {}
        self.connected: set[TransportId] = set()
        self.shown: dict[Port, Port] = {}
        self.rids: dict[Port, tuple[str, ...]] = {}
        self._reports: deque[Report] = deque()
        self._readable, self._writable = os.pipe()
        os.set_blocking(self._readable, False)

    @property
    def port(self) -> int:
        return self.listen[0][1] or 40000

    def fileno(self) -> int:
        return self._readable

    def submit(self, command: Command) -> None:
        self.commands.append(command)
        match command:
            case Accept():
                self._accept(command)
            case ProduceMedia(transport, media):
                self.media[transport] = tuple(Medium(mid, kind, "in", ()) for mid, kind in media)
            case Renegotiate():
                self._renegotiate(command)
            case OfferMedia():
                self._offer(command)
            case AcceptAnswer(transport):
                self._report_agreed(transport)
            case SetCandidates(addresses):
                assert addresses
                self.candidates = addresses
            case Attach() | Limit() | Select() | Detach():
                self._show(command)
            case Close(transport):
                self._forget(transport)
            case Count(number):
                self.report(Counted(number, tuple(map(self._traffic, self.media)), 3, 2, 4))
            case _:
                assert_never(command)

    def drain(self) -> list[Report]:
        os.read(self._readable, 65536)
        reports = list(self._reports)
        self._reports.clear()
        return reports

    def write(self, producer: Port, frame: Encoded) -> bool:
        self.written.append((producer, frame))
        return True

    def tap(self, producer: Port) -> Tap:
        raise OSError(f"{producer} cannot be tapped here")

    def stop(self) -> None:
        if not self.stopped:
            self.stopped = True
            os.close(self._readable)
            os.close(self._writable)

    def report(self, report: Report) -> None:
        """Say something, unless the test wants silence."""
        if not self.mute and not self.stopped:
            self._reports.append(report)
            os.write(self._writable, b"!")

    def connect(self, transport: int) -> None:
        self.connected.add(TransportId(transport))
        self.report(Connected(TransportId(transport), _remote(transport)))

    def start(self, transport: int, mid: str, codec: str) -> None:
        self.report(Started(Port(TransportId(transport), Mid(mid)), codec))

    def unplayable(self, transport: int, mid: str, codec: str) -> None:
        self.report(Unplayable(Port(TransportId(transport), Mid(mid)), codec))

    def end(
        self,
        transport: int,
        code: Literal["peer", "silent", "never-connected", "failed", "panic"] = "peer",
        reason: str = "The remote closed the connection.",
    ) -> None:
        self._forget(TransportId(transport))
        self.report(Closed(TransportId(transport), code, reason))

    def die(self) -> None:
        self.report(Died("a worker panicked"))

    def _offer(self, command: OfferMedia) -> None:
        media = tuple(
            Medium(Mid(f"m{index}"), one.kind, "out" if one.label else "none", ("VP8",))
            for index, one in enumerate(command.media)
        )
        assert len(media) >= len(self.media.get(command.transport, ())), "the list only grows"
        self.media[command.transport] = media
        mids = tuple(medium.mid for medium in media)
        for mid, one in zip(mids, command.media, strict=True):
            self.rids[Port(command.transport, mid)] = one.rids
        self.report(Offered(command.transport, self._answer(media), mids))

    def _report_agreed(self, transport: TransportId) -> None:
        if self.refusing:
            self.report(Refused(transport, *self.refusing))
        else:
            self.report(Agreed(transport, self.media[transport]))

    def _show(self, command: Attach | Limit | Select | Detach) -> None:
        match command:
            case Attach(consumer, source):
                assert source.transport in self.media
                assert consumer.transport in self.media
                self.shown[consumer] = source
            case Limit(consumer):
                assert consumer.transport in self.media
            case Select(consumer, rids):
                assert set(rids) <= set(self.rids.get(consumer, ())), "they were offered"
            case Detach(consumer):
                self.shown.pop(consumer, None)

    def _accept(self, command: Accept) -> None:
        if self.refusing:
            self.report(Refused(command.transport, *self.refusing))
            return
        offer = sdp.parse(command.offer.encode())
        media = tuple(map(_medium, offer.sections))
        self.media[command.transport] = media
        self.report(Answered(command.transport, self._answer(media), media))

    def _renegotiate(self, command: Renegotiate) -> None:
        """Refused, nothing changes; else there are new ICE credentials."""
        assert command.transport in self.media
        if self.refusing:
            self.report(Refused(command.transport, *self.refusing))
            return
        media = self.media[command.transport]
        self.report(Answered(command.transport, self._answer(media), media))

    def _answer(self, media: Sequence[Medium]) -> str:
        self.answers += 1
        return _answer(media, self, f"core{self.answers}")

    def _forget(self, transport: TransportId) -> None:
        self.media.pop(transport, None)
        self.connected.discard(transport)
        gone = [port for port in self.shown if port.transport == transport]
        for port in gone:
            del self.shown[port]

    def _traffic(self, transport: TransportId) -> Traffic:
        media = self.media[transport]
        return Traffic(
            transport,
            transport in self.connected,
            _remote(transport) if transport in self.connected else None,
            received=1000,
            sent=500,
            producers=tuple(
                Incoming(one.mid, one.kind, one.codecs[0], 10, 900, 2, 1, 4, None)
                for one in media
                if one.direction == "in"
            ),
            consumers=tuple(
                Outgoing(one.mid, one.kind, None, 20, 1800, 90, 5, 6, None, None)
                for one in media
                if one.direction == "out"
            ),
        )


def _remote(transport: int) -> str:
    return f"127.0.0.1:{5000 + transport}"


def _medium(section: sdp.Section) -> Medium:
    assert section.kind in ("audio", "video")
    kind: Literal["audio", "video"] = "audio" if section.kind == "audio" else "video"
    names = {attribute.name for attribute in section.attributes}
    codecs = tuple(one.split()[1].split("/")[0] for one in section.values("rtpmap"))
    return Medium(Mid(str(section.first("mid"))), kind, _direction(names), codecs)


def _direction(names: set[str]) -> Literal["in", "out"]:
    return "out" if "recvonly" in names else "in"


def _answer(media: Sequence[Medium], core: FakeCore, ufrag: str) -> str:
    """Roughly what the real core writes, its omissions included."""
    lines = ["v=0", "o=core 1 2 IN IP4 0.0.0.0", "s=-", "t=0 0", "a=ice-lite"]
    lines.append(f"a=group:BUNDLE {' '.join(medium.mid for medium in media)}")
    for medium in media:
        lines += [
            f"m={medium.kind} 9 UDP/TLS/RTP/SAVPF 96",
            f"a=mid:{medium.mid}",
            "a=recvonly" if medium.direction == "in" else "a=sendonly",
            "a=rtcp-mux",
            f"a=ice-ufrag:{ufrag}",
            f"a=ice-pwd:{ufrag:>022}",
        ]
        for number, address in enumerate(core.candidates, 1):
            place = f"{address} {core.port} typ host"
            lines.append(f"a=candidate:{number} 1 udp 2130706431 {place}")
            lines.append(f"a=candidate:{number}1 1 tcp 1526726655 {place} tcptype passive")
    return "\n".join(lines) + "\n"
