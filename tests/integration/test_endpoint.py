"""Endpoints: connections of a program that take and give encoded frames."""

import asyncio
import gc
import os
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from typing import TypeVar

import psutil
import pytest

from support.endpoint import (
    LOOPBACK,
    SEND,
    SEND_SOUND,
    Party,
    Source,
    agree,
    connect,
    endpoints,
    picture,
)
from support.waiting import until
from trunkline import _core

E = TypeVar("E")

CODECS = ["VP8", "VP9", "H264", "H265", "AV1", "opus", "PCMU", "PCMA", "G722"]
SOUND = {"opus": 48_000, "PCMU": 8_000, "PCMA": 8_000, "G722": 8_000}


def rate(codec: str) -> int:
    return SOUND.get(codec, 90_000)


async def send(
    party: Party | Source, mid: str, codec: str, count: int, *, first: int = 0
) -> list[bytes]:
    """Frames in the pace of a camera; the first is a keyframe."""
    sent = []
    for number in range(first, first + count):
        data = picture(codec, number, key=number == first)
        timestamp = number * rate(codec) // 50
        assert isinstance(party.inner, _core.Endpoint)
        assert party.inner.write(mid, codec, data, timestamp, level=30)
        sent.append(data)
        await asyncio.sleep(0.02)
    return sent


@pytest.mark.parametrize("codec", CODECS)
async def test_frames_arrive_as_they_were_written(codec: str) -> None:
    with endpoints(2, codecs=[codec]) as (one, two):
        (mid,) = await connect(one, two, SEND_SOUND if codec in SOUND else SEND)
        sent = await send(one, mid, codec, 20)
        await two.until(lambda: len(two.frames(mid)) >= 20, "all frames")
        frames = two.frames(mid)
        assert [frame.data for frame in frames] == sent
        assert {(frame.codec, frame.clock_rate) for frame in frames} == {(codec, rate(codec))}
        assert [frame.contiguous for frame in frames] == [True] * 20
        assert [frame.keyframe for frame in frames] == [True] + [codec in SOUND] * 19
        steps = {later.timestamp - sooner.timestamp for sooner, later in pairwise(frames)}
        assert steps == {rate(codec) // 50}
        assert {frame.level for frame in frames} == {30 if codec in SOUND else None}


@pytest.mark.alone
async def test_sound_and_picture_tell_when_they_were_captured() -> None:
    with endpoints(2) as (one, two):
        video, audio = await connect(one, two, SEND, SEND_SOUND)
        start = 1_000_000_000.0
        clock = asyncio.get_running_loop().time

        def told(mid: str) -> list[_core.Frame]:
            return [frame for frame in two.frames(mid) if frame.captured is not None]

        began, number = clock(), 0
        while not (told(video) and told(audio)):
            assert clock() < began + 15, "no sender report"
            one.inner.write(video, "VP8", picture("VP8", 0, key=True), number * 1_800)
            one.inner.write(audio, "opus", b"sound", number * 960)
            number += 1
            await asyncio.sleep(0.02)
        seen, heard = told(video)[-1], told(audio)[-1]
        assert seen.captured is not None
        assert heard.captured is not None
        assert seen.captured > start
        # What was written at the same time was captured at the same time.
        apart = (seen.captured - heard.captured) - (
            seen.timestamp / 90_000
            - heard.timestamp / 48_000
            - (two.frames(video)[0].timestamp / 90_000 - two.frames(audio)[0].timestamp / 48_000)
        )
        assert abs(apart) < 0.5


async def test_a_keyframe_is_asked_for() -> None:
    with endpoints(2) as (one, two):
        (mid,) = await connect(one, two, SEND)
        await send(one, mid, "VP8", 2)
        await two.until(lambda: two.frames(mid), "a frame")
        two.inner.request_keyframe(mid)
        assert (await one.next(_core.KeyframeRequested)).mid == mid


async def test_media_come_and_end_and_ice_restarts() -> None:
    with endpoints(2) as (one, two):
        (video,) = await connect(one, two, SEND)
        await send(one, video, "VP8", 3)
        await two.until(lambda: len(two.frames(video)) >= 3, "pictures")
        agreed = await agree(one, two, [SEND, ("audio", "sendrecv", None)])
        assert [medium.direction for medium in agreed] == ["sendonly", "sendrecv"]
        audio = agreed[1].mid
        await send(one, audio, "opus", 3)
        await send(two, audio, "opus", 3)
        await two.until(lambda: len(two.frames(audio)) >= 3, "sound one way")
        await one.until(lambda: len(one.frames(audio)) >= 3, "sound the other way")
        over = [("video", "inactive", None), ("audio", "sendrecv", None)]
        agreed = await agree(one, two, over, restart=True)  # type: ignore[arg-type]
        assert [medium.direction for medium in agreed] == ["inactive", "sendrecv"]
        await send(one, audio, "opus", 3, first=3)
        await two.until(lambda: len(two.frames(audio)) >= 6, "sound after the restart")


async def test_who_answers_says_what_it_sends() -> None:
    with endpoints(2) as (one, two):
        one.inner.offer([("video", "sendrecv", ("s", "v")), ("audio", "recvonly", None)])
        offer = await one.next(_core.Described)
        two.inner.accept_offer(offer.sdp, [None, ("stream", "sound")])
        answer = await two.next(_core.Described)
        assert [medium.direction for medium in answer.media] == ["recvonly", "sendonly"]
        assert [medium.label for medium in answer.media] == [("s", "v"), None]
        one.inner.accept_answer(answer.sdp)
        agreed = (await one.next(_core.Negotiated)).media
        assert [medium.direction for medium in agreed] == ["sendonly", "recvonly"]
        assert [medium.label for medium in agreed] == [None, ("stream", "sound")]


async def test_what_cannot_be_taken_is_refused_and_changes_nothing() -> None:
    with endpoints(1) as (one,):
        one.inner.accept_offer("no SDP")
        assert (await one.next(_core.Refused)).code == "malformed"
        one.inner.accept_answer("v=0\r\n")
        assert "no offer waits" in (await one.next(_core.Refused)).reason
        one.inner.offer([])
        assert (await one.next(_core.Refused)).code == "unsupported"
        one.inner.offer([("video", "sendonly", ("a b", "c"))])
        assert (await one.next(_core.Refused)).code == "malformed"
        one.inner.offer([SEND, SEND])
        assert "two media" in (await one.next(_core.Refused)).reason
        one.inner.offer([SEND])
        await one.next(_core.Described)
        one.inner.offer([SEND])
        assert "no answer yet" in (await one.next(_core.Refused)).reason
        one.inner.accept_answer("v=0\r\n")
        assert (await one.next(_core.Refused)).code == "malformed"
        with pytest.raises(ValueError, match="VP7"):
            one.inner.write("0", "VP7", b"x", 0)
        with pytest.raises(ValueError, match="0 bytes"):
            one.inner.write("0", "VP8", b"", 0)
    with pytest.raises(ValueError, match="look the name up"):
        _core.Endpoint(0, LOOPBACK, servers=[("stun:example.org", "", "")])
    with pytest.raises(ValueError, match="local addresses"):
        _core.Endpoint(0, [])
    with pytest.raises(OSError, match=r"192\.0\.2\.1"):
        _core.Endpoint(0, ["192.0.2.1"])


async def test_frames_that_are_not_read_are_dropped_and_counted() -> None:
    with endpoints(2) as (one, two):
        (mid,) = await connect(one, two, SEND_SOUND)
        for number in range(1_500):
            assert one.inner.write(mid, "opus", b"%d" % number, number * 960)
            if number % 10 == 0:
                await asyncio.sleep(0.02)

        async def sent() -> int:
            one.inner.request_statistics(1)
            return (await one.next(_core.EndpointStatistics)).media[0].frames_sent

        await until(sent, lambda sent: sent == 1_500, within=10, what="all leave")
        # One thread has both: by now it has read what it sent.
        for _ in range(10):
            await sent()
        two.inner.request_statistics(2)
        await two.next(_core.EndpointStatistics)
        frames = two.frames(mid)
        assert len(frames) == 1_000
        assert (frames[0].dropped, frames[0].contiguous) == (500, False)
        assert {frame.dropped for frame in frames[1:]} == {0}
        two.inner.request_statistics(3)
        counted = await two.next(_core.EndpointStatistics)
        assert counted.media[0].frames_unread == 500


async def test_one_that_ends_tells_the_other() -> None:
    with endpoints(2) as (one, two):
        await connect(one, two, SEND)
        two.inner.close()
        assert (await one.next(_core.Closed)).code == "peer"
        assert not one.inner.write("0", "VP8", b"x", 0), "it is over"


async def test_a_bug_in_one_endpoint_ends_it_alone() -> None:
    with endpoints(3) as (one, two, three):
        (mid,) = await connect(one, two, SEND_SOUND)
        three.inner.provoke_panic()
        closed = await three.next(_core.Closed)
        assert closed.code == "panic"
        assert "provoked" in closed.reason
        await send(one, mid, "opus", 3)
        await two.until(lambda: len(two.frames(mid)) >= 3, "the others go on")


async def test_who_hears_nothing_gives_up() -> None:
    one = Party(_core.Endpoint(1, LOOPBACK, silence=1))
    with endpoints(1) as (two,):
        await connect(one, two, SEND)
        two.inner.provoke_panic()
        assert (await one.next(_core.Closed)).code == "silent"


def holdings() -> tuple[int, int]:
    gc.collect()
    return len(os.listdir("/proc/self/task")), len(os.listdir("/proc/self/fd"))


@pytest.mark.timeout(180)
async def test_a_thousand_joins_and_leaves_leave_nothing() -> None:
    async def join() -> None:
        one, two = (Party(_core.Endpoint(number, LOOPBACK)) for number in range(2))
        one.inner.offer([SEND])
        offer = await quickly(one, _core.Described)
        two.inner.accept_offer(offer.sdp)
        answer = await quickly(two, _core.Described)
        one.inner.accept_answer(answer.sdp)
        await quickly(one, _core.Connected)
        one.inner.close()
        two.inner.close()

    async def quickly(party: Party, kind: type[E]) -> E:
        deadline = asyncio.get_running_loop().time() + 15
        while not (found := party.all(kind)):
            assert asyncio.get_running_loop().time() < deadline, kind
            await asyncio.sleep(0.001)
        return found[0]

    process = psutil.Process()
    before = holdings()
    for _ in range(100):
        await join()
    memory = process.memory_info().rss
    for _ in range(900):
        await join()
    assert process.memory_info().rss < memory + (16 << 20)

    async def look() -> tuple[int, int]:
        return holdings()

    await until(look, lambda now: now <= before, within=10, what=f"no more than {before}")


@contextmanager
def core() -> Iterator[Source]:
    made = _core.Core([("127.0.0.1", 0)], LOOPBACK, 2)
    try:
        yield Source(made)
    finally:
        made.stop()


async def join_core(relay: Source, party: Party, transport: int, *media: object) -> list[str]:
    assert isinstance(relay.inner, _core.Core)
    party.inner.offer(list(media))  # type: ignore[arg-type]
    offer = await party.next(_core.Described)
    relay.inner.accept_offer(transport, offer.sdp, [])
    answer = await relay.next(_core.Answered)
    party.inner.accept_answer(answer.answer)
    await party.connected()
    return [medium.mid for medium in offer.media]


@pytest.mark.parametrize("codec", ["VP8", "VP9", "H264", "H265", "AV1", "opus", "PCMU"])
async def test_a_tap_takes_what_an_endpoint_publishes(codec: str) -> None:
    kind = SEND_SOUND if codec in SOUND else SEND
    with core() as relay, endpoints(1, codecs=[codec]) as (publisher,):
        assert isinstance(relay.inner, _core.Core)
        (mid,) = await join_core(relay, publisher, 7, kind)
        tap = Source(relay.inner.tap(7, mid))
        sent = await send(publisher, mid, codec, 20)
        await tap.until(lambda: len(tap.frames(mid)) >= 20, "all frames")
        frames = tap.frames(mid)
        assert [frame.data for frame in frames] == sent
        assert all(frame.contiguous and frame.captured for frame in frames)
        if codec not in SOUND:
            assert (await publisher.next(_core.KeyframeRequested)).mid == mid
            assert isinstance(tap.inner, _core.Tap)
            tap.inner.request_keyframe()
            await publisher.next(_core.KeyframeRequested)
        publisher.inner.close()
        assert "gone" in (await tap.next(_core.TapEnded)).reason


@pytest.mark.parametrize("codec", ["VP8", "VP9", "H264", "H265", "AV1", "opus", "PCMU"])
async def test_an_endpoint_watches_what_a_program_produces(codec: str) -> None:
    kind = "audio" if codec in SOUND else "video"
    with core() as relay, endpoints(1, codecs=[codec]) as (viewer,):
        assert isinstance(relay.inner, _core.Core)
        relay.inner.produce(5, [("it", kind)])  # type: ignore[list-item]
        (mid,) = await join_core(relay, viewer, 6, (kind, "recvonly", None))
        relay.inner.attach(6, mid, 5, "it")
        if kind == "video":
            assert (await relay.next(_core.KeyframeRequested)).mid == "it"
        sent = [picture(codec, number, key=number == 0) for number in range(20)]
        for number, data in enumerate(sent):
            assert relay.inner.write(5, "it", codec, data, number * rate(codec) // 50)
            await asyncio.sleep(0.02)
        await viewer.until(lambda: len(viewer.frames(mid)) >= 20, "all frames")
        assert [frame.data for frame in viewer.frames(mid)] == sent
        assert (await relay.next(_core.Started)).codec == codec
        relay.inner.close(5)

        async def taken() -> bool:
            assert isinstance(relay.inner, _core.Core)
            return relay.inner.write(5, "it", codec, sent[0], 0)

        await until(taken, lambda taken: not taken, within=5, what="it is over")


async def test_a_tap_starts_with_a_keyframe_and_knows_when_there_is_no_producer() -> None:
    with core() as relay:
        assert isinstance(relay.inner, _core.Core)
        assert "no such" in (await Source(relay.inner.tap(1, "0")).next(_core.TapEnded)).reason
        relay.inner.produce(1, [("v", "video"), ("a", "audio")])
        other = Source(relay.inner.tap(1, "x"))
        assert "no such" in (await other.next(_core.TapEnded)).reason
        tap = Source(relay.inner.tap(1, "v"))
        await relay.next(_core.KeyframeRequested)
        for number in range(6):
            data = picture("VP8", number, key=number == 3)
            relay.inner.write(1, "v", "VP8", data, number * 3_000)
        await tap.until(lambda: len(tap.frames("v")) >= 3, "the frames from the keyframe on")
        frames = tap.frames("v")
        assert [frame.keyframe for frame in frames] == [True, False, False]
        assert frames[0].data == picture("VP8", 3, key=True)
        with pytest.raises(ValueError, match="media"):
            relay.inner.produce(2, [("v", "video"), ("v", "video")])
