"""The core in Rust as the control plane sees it."""

import asyncio
import os
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from support.offer import FFMPEG, offer
from trunkline.media.core import deliver
from trunkline.media.native import NativeCore
from trunkline.model.command import (
    Accept,
    AcceptAnswer,
    Attach,
    Close,
    Command,
    Count,
    Detach,
    OfferMedia,
    Select,
)
from trunkline.model.id import Mid, TransportId
from trunkline.model.media import Label, OfferedMedium, Port
from trunkline.model.report import (
    Agreed,
    Answered,
    Connected,
    Counted,
    Offered,
    Refused,
    Report,
)
from trunkline.protocol import sdp
from trunkline.protocol.whip.answer import STREAM, finish_answer

ONE, TWO = TransportId(1), TransportId(2)


class Line:
    """A core and what it reports."""

    def __init__(self, core: NativeCore, reports: asyncio.Queue[Report]) -> None:
        self.core = core
        self._reports = reports

    async def ask(self, command: Command) -> Report:
        self.core.submit(command)
        return await self.next()

    async def next(self) -> Report:
        async with asyncio.timeout(20):
            return await self._reports.get()


@asynccontextmanager
async def running(workers: int = 2) -> AsyncIterator[Line]:
    core = NativeCore([("127.0.0.1", 0)], ["127.0.0.1", "::1"], workers, 6.0)
    reports: asyncio.Queue[Report] = asyncio.Queue()
    async with asyncio.TaskGroup() as group:
        reader = group.create_task(deliver(core, reports.put_nowait))
        yield Line(core, reports)
        reader.cancel()
    core.stop()


def crlf(text: str) -> str:
    return text.replace("\n", "\r\n")


async def test_a_publisher_is_answered() -> None:
    async with running() as line:
        report = await line.ask(Accept(ONE, crlf(FFMPEG)))
        assert isinstance(report, Answered)
        (video,) = report.media
        assert (video.mid, video.kind, video.direction) == ("1", "video", "in")
        assert video.codecs == ("H264",)
        (section,) = sdp.parse(report.answer.encode()).sections
        assert section.first("setup") == "active"


async def test_an_answer_keeps_the_rules_once_tidied() -> None:
    async with running() as line:
        await line.ask(Accept(ONE, crlf(offer("sendonly"))))
        sources = (Port(ONE, Mid("0")), Port(ONE, Mid("1")))
        report = await line.ask(Accept(TWO, crlf(offer("recvonly")), sources))
        assert isinstance(report, Answered)
        assert [medium.direction for medium in report.media] == ["out", "out"]
    answer = sdp.parse(finish_answer(report.answer).encode())
    for section in answer.sections:
        assert section.values("sendonly") == section.values("rtcp-mux-only") == ("",)
        assert section.values("rtcp-mux") == ("",)
        assert [msid.split()[0] for msid in section.values("msid")] == [STREAM]
        assert section.first("fingerprint")
    first, *_ = answer.sections
    candidates = [candidate.split() for candidate in first.values("candidate")]
    addresses = [f"{words[2]} {words[4]}" for words in candidates]
    assert addresses == ["udp 127.0.0.1", "udp ::1", "tcp 127.0.0.1", "tcp ::1"]
    assert answer.session.values("group") == ("BUNDLE 0 1",)


@pytest.mark.parametrize("workers", [1, 2])
async def test_no_shared_codec_is_refused_with_both_sides_in_mind(workers: int) -> None:
    async with running(workers) as line:
        await line.ask(Accept(ONE, crlf(offer("sendonly"))))
        other = crlf(offer("recvonly").replace("VP8", "VP9"))
        report = await line.ask(Accept(TWO, other, (Port(ONE, Mid("1")),)))
        assert isinstance(report, Refused)
        assert report.code == "codec"
        assert "VP8" in report.reason


async def test_what_is_no_offer_is_refused() -> None:
    async with running() as line:
        report = await line.ask(Accept(ONE, "v=0\r\n"))
        assert isinstance(report, Refused)
        assert report.reason


@pytest.mark.parametrize("workers", [1, 2])
async def test_what_is_offered_is_named_and_waits_for_its_answer(workers: int) -> None:
    async with running(workers) as line:
        media = (OfferedMedium("audio"), OfferedMedium("video", Label("ann", "camera")))
        report = await line.ask(OfferMedia(ONE, media, data=True))
        assert isinstance(report, Offered)
        dummy, data, video = sdp.parse(report.offer.encode()).sections
        assert report.media == (dummy.first("mid"), video.first("mid"))
        assert (dummy.kind, data.kind, video.kind) == ("audio", "application", "video")
        assert dummy.values("inactive") == video.values("sendonly") == ("",)
        assert video.first("msid") == "ann camera"
        report = await line.ask(OfferMedia(ONE, media, restart=True))
        assert isinstance(report, Refused)
        assert report.code == "unsupported"
        assert "no answer yet" in report.reason
        report = await line.ask(AcceptAnswer(ONE, "v=0\r\n"))
        assert isinstance(report, Refused)
        assert report.code == "malformed"
        report = await line.ask(OfferMedia(TWO, (OfferedMedium("video", Label("a b", "c")),)))
        assert isinstance(report, Refused)
        assert "RFC 8830" in report.reason


async def test_a_picture_is_offered_in_encodings() -> None:
    async with running() as line:
        media = (OfferedMedium("video", Label("ann", "camera"), ("lo", "hi")),)
        report = await line.ask(OfferMedia(ONE, media))
        assert isinstance(report, Offered)
        (video,) = sdp.parse(report.offer.encode()).sections
        assert video.values("rid") == ("lo send", "hi send")
        assert video.values("simulcast") == ("send lo;hi",)
        assert not video.values("ssrc")
        line.core.submit(Select(Port(ONE, report.media[0]), frozenset({"hi"})))
        media = (OfferedMedium("video", Label("ann", "camera"), ("l o",)),)
        report = await line.ask(OfferMedia(TWO, media))
        assert isinstance(report, Refused)
        assert "letters, digits" in report.reason


@pytest.mark.parametrize("near_offers", [True, False])
async def test_one_core_dials_another(near_offers: bool) -> None:
    async with running() as near, running() as far:
        offering, answering = (near, far) if near_offers else (far, near)
        media = (OfferedMedium("video", Label("ann", "camera")),)
        offered = await offering.ask(OfferMedia(ONE, media, dial=near_offers))
        assert isinstance(offered, Offered)
        answered = await answering.ask(Accept(ONE, offered.offer, dial=not near_offers))
        assert isinstance(answered, Answered)
        assert isinstance(await offering.ask(AcceptAnswer(ONE, answered.answer)), Agreed)
        from_near, from_far = await near.next(), await far.next()
        assert isinstance(from_near, Connected)
        assert isinstance(from_far, Connected)
        assert from_near.remote == f"127.0.0.1:{far.core.port}"
        assert from_far.remote != f"127.0.0.1:{near.core.port}", "it dials from another port"


@pytest.mark.parametrize("workers", [1, 2])
async def test_counters_come_for_each_transport(workers: int) -> None:
    async with running(workers) as line:
        await line.ask(Accept(ONE, crlf(offer("sendonly"))))
        await line.ask(Accept(TWO, crlf(offer("recvonly"))))
        for mid in (Mid("0"), Mid("1")):
            line.core.submit(Attach(Port(TWO, mid), Port(ONE, mid)))
        line.core.submit(Detach(Port(TWO, Mid("0"))))
        report = await line.ask(Count(7))
        assert isinstance(report, Counted)
        assert report.number == 7
        publisher, viewer = sorted(report.transports, key=lambda one: one.transport)
        assert [one.kind for one in publisher.producers] == ["audio", "video"]
        sources = {one.mid: one.source for one in viewer.consumers}
        assert sources == {"0": None, "1": Port(ONE, Mid("1"))}
        line.core.submit(Close(ONE))
        report = await line.ask(Count(8))
        assert isinstance(report, Counted)
        assert [one.transport for one in report.transports] == [TWO]


def test_there_is_a_worker_for_each_processor_that_may_be_used() -> None:
    core = NativeCore([("127.0.0.1", 0)], ["127.0.0.1"], 0, 6.0)
    try:
        assert 1 <= core.workers <= (os.cpu_count() or 1)
    finally:
        core.stop()


@pytest.mark.parametrize("workers", [1, 2])
async def test_a_port_that_is_taken_is_an_error_with_its_name(workers: int) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as holder:
        # Even one that would share it.
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        holder.bind(("127.0.0.1", 0))
        port = holder.getsockname()[1]
        with pytest.raises(OSError, match="in use") as error:
            NativeCore([("127.0.0.1", port)], ["127.0.0.1"], workers, 6.0)
        assert error.value.filename == f"udp 127.0.0.1:{port}"


async def test_a_port_that_is_taken_for_tcp_alone_is_an_error_with_its_name() -> None:
    with socket.create_server(("127.0.0.1", 0)) as holder:
        port = holder.getsockname()[1]
        with pytest.raises(OSError, match="in use") as error:
            NativeCore([("127.0.0.1", port)], ["127.0.0.1"], 1, 6.0)
        assert error.value.filename == f"tcp 127.0.0.1:{port}"
