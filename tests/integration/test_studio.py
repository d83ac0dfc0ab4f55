"""A program and the relay inside it: taps and producers, without a network between."""

import asyncio
import gc
import threading
from pathlib import Path

import psutil
import pytest

from support.frames import BLUE, HERE, RED, comes_to_its_end, hears, plain, sees, sending
from support.live import live
from support.waiting import until
from trunkline import AudioSettings, Peer, Refusal, TrunklineError, VideoSettings
from trunkline.errors import RefusalCode

pytestmark = pytest.mark.timeout(60)


@pytest.mark.parametrize("codec", ["H264", "VP8", "VP9"])
async def test_a_tap_gives_what_is_published(codec: str, tmp_path: Path) -> None:
    async with live(tmp_path) as it:
        url = f"{it.relay.url}/whip/studio?name=cam"
        async with (
            Peer.publish(url, video=VideoSettings(codec=codec), network=HERE) as publisher,
            sending(publisher.video, publisher.audio),
            it.relay.tap("studio", "cam") as tapped,
        ):
            await sees(tapped.video, RED)
            await hears(tapped.audio)
            assert tapped.video.codec == codec


@pytest.mark.parametrize("codec", ["H264", "VP8", "VP9"])
async def test_what_is_produced_is_watched(codec: str, tmp_path: Path) -> None:
    async with live(tmp_path) as it:
        video, audio = VideoSettings(codec=codec), AudioSettings()
        async with it.relay.produce("studio", "bot", video=video, audio=audio) as producer:
            assert [one.name for one in it.relay.rooms[0].participants] == ["bot"]
            async with (
                sending(producer.video, producer.audio),
                Peer.watch(f"{it.relay.url}/whep/studio", network=HERE) as viewer,
                Peer.join(it.relay.url, "studio", network=HERE) as guest,
            ):
                await sees(viewer.video, RED)
                await hears(viewer.audio)
                track = await anext(guest.arrivals("video"))
                await sees(await guest.watch(track), RED)
        assert it.relay.rooms == ()


async def test_what_is_tapped_may_be_produced_again(tmp_path: Path) -> None:
    """A picture goes into the relay, is changed there, and comes out, all in one process."""
    async with live(tmp_path) as it:
        url = f"{it.relay.url}/whip/studio?name=cam"
        settings = VideoSettings(codec="VP8")
        async with (
            Peer.publish(url, video=settings, audio=None, network=HERE) as publisher,
            sending(publisher.video),
            it.relay.tap("studio", "cam") as tapped,
            it.relay.produce("studio", "changed", video=settings) as producer,
            Peer.watch(f"{it.relay.url}/whep/studio/changed", network=HERE) as viewer,
        ):

            async def change() -> None:
                async for picture in tapped.video.arrays():
                    producer.video.write(picture[:, :, ::-1])

            changing = asyncio.get_running_loop().create_task(change())
            await sees(viewer.video, (RED[2], RED[1], RED[0]))
            changing.cancel()
            await asyncio.wait([changing])


async def test_a_tap_ends_with_whom_it_taps(tmp_path: Path) -> None:
    async with live(tmp_path) as it:
        video = VideoSettings(codec="VP8")
        async with it.relay.produce("studio", "bot", video=video) as producer:
            tapping = it.relay.tap("studio")
            tapped = await tapping.__aenter__()
            async with sending(producer.video, picture=lambda: plain(BLUE)):
                await sees(tapped.video, BLUE)
                reading = tapped.video.frames()
        await comes_to_its_end(reading)
        with pytest.raises(TrunklineError, match="no sound"):
            _ = tapped.audio
        await tapping.__aexit__(None, None, None)


async def test_what_cannot_be_is_refused(tmp_path: Path) -> None:
    async with live(tmp_path, rooms={"studio": {"passphrase": "open"}}) as it:
        with pytest.raises(Refusal, match="nobody in room") as nobody:
            async with it.relay.tap("studio"):
                pass
        assert nobody.value.code is RefusalCode.NOBODY_PUBLISHES
        with pytest.raises(ValueError, match="or both"):
            it.relay.produce("studio")
        async with it.relay.produce("studio", "bot", audio=AudioSettings()) as producer:
            with pytest.raises(TrunklineError, match="No pictures"):
                _ = producer.video
            with pytest.raises(Refusal) as taken:
                async with it.relay.produce("studio", "bot", audio=AudioSettings()):
                    pass
            assert taken.value.code is RefusalCode.NAME_TAKEN
            with pytest.raises(Refusal, match="No 'eve'"):
                async with it.relay.tap("studio", "eve"):
                    pass


async def test_taps_and_producers_leave_nothing(tmp_path: Path) -> None:
    others = set(threading.enumerate())  # of tests before
    async with live(tmp_path) as it:

        async def once() -> None:
            video = VideoSettings(codec="VP8")
            async with (
                it.relay.produce("studio", "bot", video=video) as producer,
                sending(producer.video),
                it.relay.tap("studio", "bot") as tapped,
            ):
                await anext(tapped.video.arrays())

        async def left() -> tuple[int, int]:
            gc.collect()
            every = set(threading.enumerate()) - others
            ours = [one for one in every if one.name.startswith("trunkline-")]
            return len(ours), psutil.Process().num_fds()

        await once()
        _, before = await until(left, lambda seen: seen[0] == 0, within=10, what="no threads")
        for _ in range(15):
            await once()
        await until(
            left,
            lambda seen: seen[0] == 0 and seen[1] <= before,
            within=20,
            what=f"no threads and {before} descriptors",
        )
