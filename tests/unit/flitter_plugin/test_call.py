"""One connection after another."""

import asyncio
import gc
import weakref
from collections.abc import Awaitable, Callable
from contextlib import closing
from itertools import pairwise

import pytest
from av.video.frame import VideoFrame

from support.fake_endpoint import Ether
from support.virtual_time import VirtualTimeLoop
from trunkline.client.network import Network
from trunkline.client.video_output import VideoOutput, VideoSettings
from trunkline.errors import ConnectionLost, FrameError
from trunkline.flitter_plugin.call import Call, Options, State
from trunkline.net.clock import Epoch


def new_call() -> Call:
    network = Network(endpoint=Ether(), addresses=["127.0.0.1"])
    return Call(Options(size=(64, 48), video=VideoSettings(), network=network))


def starts(seconds: float, lasts: Callable[[int], float], *, fails: bool = False) -> list[float]:
    """When connections begin, which last so long."""

    async def main() -> list[float]:
        loop, call = asyncio.get_running_loop(), new_call()
        times: list[float] = []

        async def connect() -> None:
            assert call.state is None
            times.append(loop.time())
            with call.attempt():
                call.state = "connecting" if fails else "connected"
                await asyncio.sleep(lasts(len(times)))
                if fails:
                    raise ConnectionLost("no")

        await during(call, connect, seconds)
        return times

    with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
        return runner.run(main())


async def during(call: Call, connect: Callable[[], Awaitable[None]], seconds: float) -> None:
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(seconds):
            await call.keep("a test", connect)


def test_the_next_one_begins_at_once_for_ever() -> None:
    times = starts(100, lambda _: 10)
    assert [round(one - times[0], 1) for one in times[:4]] == [0, 10.1, 20.2, 30.3]


@pytest.mark.parametrize("fails", [True, False])
def test_what_ends_at_once_is_tried_every_few_seconds(fails: bool) -> None:
    times = starts(60, lambda _: 0, fails=fails)
    gaps = [b - a for a, b in pairwise(times)]
    assert gaps[0] < 0.8
    assert max(gaps) <= 5 * 1.25 + 0.2
    assert len(times) > 10


async def test_it_tells_for_a_moment_how_a_connection_ended() -> None:
    ends: list[tuple[State, State]] = [("connected", "closed"), ("connecting", "failed")]
    for last, told in ends:
        call = new_call()
        seen: list[State | None] = []
        with call.attempt():
            seen.append(call.state)
            call.state = last
        seen.append(call.state)
        assert seen == ["new", told]


async def test_pictures_go_nowhere_while_nothing_is_connected() -> None:
    call = new_call()
    frame = VideoFrame(64, 48, "rgba")
    call.write(frame)
    output = VideoOutput(VideoSettings(), Epoch())
    with closing(output), call.sends(output):
        seen = [call.is_sending]
        call.state = "connected"
        seen.append(call.is_sending)
        call.write(frame)
    assert [*seen, call.is_sending] == [False, True, False]


@pytest.mark.parametrize("error", [ConnectionLost("gone"), FrameError("no such encoder")])
async def test_what_cannot_be_sent_any_more_ends_sending_and_nothing_else(
    error: Exception,
) -> None:
    call, output = new_call(), VideoOutput(VideoSettings(), Epoch())
    output.close(error)
    with call.sends(output):
        call.state = "connected"
        call.write(VideoFrame(64, 48, "rgba"))
        assert not call.is_sending


def test_attempts_leave_nothing_behind_where_only_the_youngest_is_collected() -> None:
    left: list[weakref.ref[object]] = []

    class Ring:
        def __init__(self) -> None:
            self.me = self

    async def main() -> None:
        async def connect() -> None:
            left.append(weakref.ref(Ring()))
            gc.collect(0)  # as Flitter does in each frame: what it leaves is older from now on
            ring = Ring()
            left.append(weakref.ref(ring))
            gc.collect(0)
            raise ConnectionLost("no")

        await during(new_call(), connect, 60)

    gc.disable()
    try:
        with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
            runner.run(main())
        assert len(left) > 10
        assert sum(one() is not None for one in left) <= 1
    finally:
        gc.enable()
