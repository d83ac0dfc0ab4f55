"""A link by itself: what is offered, agreed on, sent and received."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any

import numpy
import pytest

from support.fake_endpoint import Ether
from support.waiting import until
from trunkline.client.audio_output import AudioSettings
from trunkline.client.input import AudioInput, VideoInput
from trunkline.client.link import Link
from trunkline.client.network import Network
from trunkline.client.video_output import VideoOutput, VideoSettings
from trunkline.errors import ConnectionLost, FrameError, NegotiationError
from trunkline.model.frame import Encoded
from trunkline.net.clock import Epoch

RED = numpy.full((48, 64, 3), (255, 0, 0), numpy.uint8)
VP8 = VideoSettings(codec="VP8")


@dataclass
class Pair:
    """Two links that have not met yet, and the ether between them."""

    ether: Ether
    ann: Link
    ben: Link

    async def meet(self) -> None:
        await self.ann.accept_answer(await self.ben.accept_offer(await self.ann.offer()))
        for one in (self.ann, self.ben):
            await one.connected()


@asynccontextmanager
async def pair() -> AsyncIterator[Pair]:
    ether = Ether()
    network = Network(addresses=["127.0.0.1"], endpoint=ether)
    async with Link(network) as ann, Link(network) as ben:
        yield Pair(ether, ann, ben)
    assert not ether.endpoints


async def written(output: VideoOutput, picture: Any, stop: asyncio.Event) -> None:
    while not stop.is_set():
        output.write(picture)
        await asyncio.sleep(0.01)


@asynccontextmanager
async def writing(output: VideoOutput, picture: Any = RED) -> AsyncIterator[None]:
    stop = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        group.create_task(written(output, picture, stop))
        try:
            yield
        finally:
            stop.set()


async def test_a_picture_arrives_in_its_colour() -> None:
    async with pair() as two:
        output, source = two.ann.send_video(VP8), two.ben.receive_video()
        await two.meet()
        async with writing(output):
            picture = await anext(source.arrays())
        assert picture.shape == (48, 64, 3)
        assert picture.dtype == numpy.uint8
        assert numpy.abs(picture[24, 32].astype(int) - (255, 0, 0)).max() < 12
        assert source.codec == "VP8"


async def test_sound_arrives_as_samples_times_channels() -> None:
    async with pair() as two:
        output, source = two.ann.send_audio(), two.ben.receive_audio()
        await two.meet()
        heard = source.arrays()
        for number in range(5):
            assert output.write(numpy.zeros((960, 1), numpy.float32), time=number / 50)
        piece = await anext(heard)
        assert piece.shape == (960, 2)
        assert piece.dtype == numpy.float32


async def test_both_ways_share_the_media() -> None:
    async with pair() as two:
        mine, theirs = two.ann.send_video(VP8), two.ben.send_video(VP8)
        here, there = two.ann.receive_video(), two.ben.receive_video()
        await two.meet()
        assert len(two.ether.endpoints[0].media) == 1
        async with writing(mine), writing(theirs):
            await anext(here.frames())
            await anext(there.frames())


async def test_what_comes_unexpected_becomes_an_input() -> None:
    async with pair() as two:
        two.ann.send_video(VP8)
        two.ann.send_audio()
        await two.meet()
        video, audio = two.ben.inputs
        assert isinstance(video, VideoInput)
        assert isinstance(audio, AudioInput)


async def test_packets_pass_as_they_are() -> None:
    async with pair() as two:
        output, source = two.ann.send_video(VP8), two.ben.receive_video()
        await two.meet()
        taken = source.packets()
        packet = Encoded("VP8", b"anything", 9000, 90_000, captured=5.0)
        assert output.wants_keyframe
        assert output.write(packet)
        assert await anext(taken) == packet
        assert not output.wants_keyframe


async def test_a_loss_asks_for_a_keyframe_and_the_picture_goes_on() -> None:
    async with pair() as two:
        output, source = two.ann.send_video(VP8), two.ben.receive_video()
        await two.meet()
        sender = two.ether.endpoints[0]
        async with writing(output):
            frames = source.frames()
            await anext(frames)
            sender.lose = True
            before = len(sender.written)

            async def sent() -> int:
                return len(sender.written)

            await until(sent, lambda count: count > before + 3, within=10, what="frames to lose")
            sender.lose = False
            asked = len(sender.written)

            async def whole() -> list[Encoded]:
                return [one for one in sender.written[asked:] if one.keyframe]

            keyframe = (await until(whole, bool, within=10, what="a keyframe"))[0]
            while ((await anext(frames)).pts or 0) < keyframe.timestamp:
                pass


async def test_a_reader_that_stands_still_gets_what_is_new() -> None:
    async with pair() as two:
        output, source = two.ann.send_video(VP8), two.ben.receive_video()
        await two.meet()
        frames = source.frames()
        async with writing(output):
            first = await anext(frames)

            async def dropped() -> int:
                return frames.dropped

            await until(dropped, lambda count: count > 10, within=20, what="frames dropped")
        second = await anext(frames)
        assert first.pts is not None
        assert second.pts is not None
        assert second.pts > first.pts


async def test_nothing_is_decoded_for_nobody_and_a_new_reader_begins_whole() -> None:
    async with pair() as two:
        output, source = two.ann.send_video(VP8), two.ben.receive_video()
        await two.meet()
        async with writing(output):
            frames = source.frames()
            await anext(frames)
            del frames
            received = source.received

            async def more() -> int:
                return source.received

            await until(more, lambda count: count > received + 5, within=10, what="more frames")
            assert source._worker.waiting == 0
            assert (await anext(source.frames())).key_frame


async def test_a_full_network_is_told_and_mended_by_a_keyframe() -> None:
    async with pair() as two:
        output = two.ann.send_video(VP8)
        two.ben.receive_video()
        await two.meet()
        two.ether.endpoints[0].full = True
        assert not output.write(Encoded("VP8", b"x", 1, 90_000, keyframe=False))
        assert output.dropped == 1
        assert output.wants_keyframe


async def test_drain_waits_for_the_encoder() -> None:
    async with pair() as two:
        output = two.ann.send_video(VideoSettings(codec="VP8", fps=240))
        two.ben.receive_video()
        await two.meet()
        big = numpy.zeros((360, 640, 3), numpy.uint8)
        for number in range(10):
            assert output.write(big, time=number / 100)
            await output.drain()
        assert output.dropped == 0
        assert len(two.ether.endpoints[0].written) >= 9


async def test_an_encoder_that_is_too_slow_drops_the_oldest_and_says_so() -> None:
    async with pair() as two:
        output = two.ann.send_video(VideoSettings(codec="VP9", fps=240))
        two.ben.receive_video()
        await two.meet()
        big = numpy.random.default_rng(1).integers(0, 255, (720, 1280, 3), numpy.uint8)
        told = [output.write(big, time=number / 100) for number in range(12)]
        assert told[:1] == [True]
        assert False in told
        assert output.dropped == told.count(False)


async def test_what_is_no_picture_is_refused_at_once_and_the_rest_goes_on() -> None:
    async with pair() as two:
        output, sound = two.ann.send_video(VP8), two.ann.send_audio()
        source = two.ben.receive_video()
        await two.meet()
        with pytest.raises(FrameError, match="float64"):
            output.write(numpy.zeros((4, 4, 3)))  # type: ignore[arg-type]  # it is the test
        with pytest.raises(FrameError, match="not str"):
            sound.write("loud")
        async with writing(output):
            await anext(source.frames())


async def test_an_encoder_that_fails_says_so_at_the_next_picture() -> None:
    async with pair() as two:
        output = two.ann.send_video(VideoSettings(encoder="h264_v4l2m2m"))
        two.ben.receive_video()
        await two.meet()
        output.write(RED)

        async def error() -> str:
            try:
                output.write(RED)
            except FrameError as wrong:
                return str(wrong)
            return ""

        assert "h264_v4l2m2m cannot be opened" in await until(
            error, bool, within=10, what="the error"
        )


async def test_the_end_ends_what_is_read() -> None:
    async with pair() as two:
        two.ann.send_video(VP8)
        source = two.ben.receive_video()
        await two.meet()
        frames = source.frames()
        two.ben.close()
        with pytest.raises(StopAsyncIteration):
            await anext(frames)
        with pytest.raises(StopAsyncIteration):
            await anext(source.arrays())


async def test_the_other_end_that_goes_is_told() -> None:
    async with pair() as two:
        two.ann.send_video(VP8)
        await two.meet()
        two.ann.close()
        async with asyncio.timeout(5):
            assert "closed" in await two.ben.ended()
        with pytest.raises(ConnectionLost, match="closed"):
            await two.ben.statistics()


async def test_a_codec_that_the_other_does_not_take_is_named() -> None:
    async with pair() as two:
        two.ann.send_audio(AudioSettings(codec="PCMU"))
        offer = await two.ann.offer()
        ann = two.ether.endpoints[0]
        ann.media = []
        answer = await two.ben.accept_offer(offer)
        with pytest.raises(NegotiationError, match="does not take audio"):
            await two.ann.accept_answer(answer)


async def test_what_is_no_sdp_is_refused_and_another_answer_may_come() -> None:
    async with pair() as two:
        two.ann.send_video(VP8)
        offer = await two.ann.offer()
        with pytest.raises(NegotiationError, match="no SDP"):
            await two.ann.accept_answer("nonsense")
        await two.ann.accept_answer(await two.ben.accept_offer(offer))
        await two.ann.connected()


async def test_the_wrong_order_is_told() -> None:
    async with pair() as two:
        with pytest.raises(NegotiationError, match="send or receive something first"):
            await two.ann.offer()
        with pytest.raises(NegotiationError, match="make one first"):
            await two.ann.accept_answer("0")
        with pytest.raises(ConnectionLost, match="no connection yet"):
            await two.ann.statistics()


async def test_statistics_are_those_of_the_endpoint() -> None:
    async with pair() as two:
        two.ann.send_video(VP8)
        await two.meet()
        assert (await two.ann.statistics()).remote == "127.0.0.1:9"


async def test_packets_of_another_codec_are_refused() -> None:
    async with pair() as two:
        output, sound = two.ann.send_video(VP8), two.ann.send_audio()
        with pytest.raises(FrameError, match="is VP9; this output is for VP8"):
            output.write(Encoded("VP9", b"x", 0, 90_000))
        with pytest.raises(FrameError, match="is PCMU; this output is for opus"):
            sound.write(Encoded("PCMU", b"x", 0, 8_000))


async def test_codecs_without_an_encoder_take_packets_alone() -> None:
    async with pair() as two:
        output = two.ann.send_video(VideoSettings(codec="AV1"))
        assert output.write(Encoded("AV1", b"x", 0, 90_000))
        with pytest.raises(FrameError, match="Nothing here encodes AV1: write packets"):
            output.write(RED)


async def test_a_limit_of_the_other_end_is_kept_to() -> None:
    async with pair() as two:
        output = two.ann.send_video(VP8)
        answer = await two.ben.accept_offer(await two.ann.offer())
        await two.ann.accept_answer(f"{answer}b=TIAS:200000\r\n")
        await two.ann.connected()
        output.allow(900_000)
        async with writing(output):

            async def bitrate() -> int:
                return output.bitrate

            await until(bitrate, lambda now: now == 200_000, within=10, what="the limit")


async def test_who_asks_again_and_again_gets_no_stream_of_keyframes() -> None:
    async with pair() as two:
        output = two.ann.send_video(VideoSettings(codec="VP8", fps=100))
        two.ben.receive_video()
        await two.meet()
        sent = two.ether.endpoints[0].written
        for number in range(60):
            output.want_keyframe()
            output.write(RED, time=number / 50)
            await output.drain()
        keys = [packet.seconds for packet in sent if packet.keyframe]
        assert len(sent) > 50
        assert 3 <= len(keys) <= 5, keys


async def test_what_the_other_end_leaves_out_is_told() -> None:
    async with pair() as two:
        two.ann.send_video(VP8)
        two.ann.send_audio()
        offer = await two.ann.offer()
        answer = await two.ben.accept_offer(offer)
        ben = two.ether.endpoints[1]
        ben.media[1] = replace(ben.media[1], direction="inactive")
        with pytest.raises(NegotiationError, match="does not take audio"):
            await two.ann.accept_answer(answer)


@pytest.mark.parametrize("taken", [("VP8",), ("VP9", "H264"), ("H264", "VP8")])
async def test_pictures_go_in_a_codec_that_the_other_end_takes(taken: tuple[str, ...]) -> None:
    async with pair() as two:
        settings = VideoSettings(codec="H264", others=("H264", "VP8"), preset="superfast")
        output, source = two.ann.send_video(settings), two.ben.receive_video()
        offer = await two.ann.offer()
        ann = two.ether.endpoints[0]
        assert ann.setup.codecs[:2] == ("H264", "VP8")
        ann.media = [replace(one, codecs=taken) for one in ann.media]
        await two.ann.accept_answer(await two.ben.accept_offer(offer))
        await two.ben.connected()
        async with writing(output):
            await anext(source.frames())
        assert source.codec == output.codec == ("H264" if "H264" in taken else "VP8")


async def test_a_codec_that_was_left_is_taken_up_again_with_its_settings() -> None:
    settings = VideoSettings(codec="H264", others=("VP8",), encoder="libx264", preset="fast")
    output = VideoOutput(settings, Epoch())
    assert output.agree(("VP8",))
    assert output.codec == "VP8"
    assert not output.agree(("AV1",))
    assert output.codec == "VP8"
    assert output.agree(("VP8", "H264"))
    assert output.codec == "H264"


async def test_an_offer_that_wants_nothing_is_answered_where_that_is_right() -> None:
    async with pair() as two:
        two.ann.send_video(VP8)
        two.ben.send_video(VP8)
        source = two.ben.receive_video()
        offer = await two.ann.offer()
        with pytest.raises(NegotiationError, match="does not take video"):
            await two.ben.accept_offer(offer)
        await two.ann.accept_answer(await two.ben.accept_offer(offer, wanted=False))
        assert two.ben.inputs == (source,)


async def test_pictures_are_handed_over_while_that_is_held() -> None:
    async with pair() as two:
        output, source = two.ann.send_video(VP8), two.ben.receive_video()
        await two.meet()
        seen: list[Any] = []
        handing = source.each(seen.append)

        async def count() -> int:
            return len(seen)

        async with writing(output):
            await until(count, lambda number: number > 1, within=10, what="pictures")
            handing.close()
            del handing
            assert not source._frames.all()
        source.close()
        assert source.each(seen.append) not in source._frames.all()
