"""Programs in rooms: what one sends others receive; what breaks is mended."""

import asyncio
import gc
import os
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from support.frames import BLUE, HERE, RED, comes_to_its_end, hears, plain, sees, sending
from support.live import Live, live
from support.relay import running_relay
from support.waiting import until
from trunkline import (
    ConnectionLost,
    Encoded,
    Guest,
    Peer,
    Refusal,
    RelayError,
    Track,
    TrunklineError,
    VideoInput,
    VideoSettings,
)
from trunkline.client.room import enter
from trunkline.errors import RefusalCode
from trunkline.model import signal

pytestmark = pytest.mark.timeout(90)
ROUNDS = int(os.environ.get("PEER_ROUNDS", "15"))
"""Joins and leaves of two programs."""
VP8 = VideoSettings(codec="VP8")


@dataclass(frozen=True, slots=True)
class Pair:
    """Two programs in one room."""

    it: Live
    ann: Guest
    ben: Guest


@asynccontextmanager
async def pair(folder: Path, **settings: object) -> AsyncIterator[Pair]:
    async with (
        live(folder, **settings) as it,
        Peer.join(it.relay.url, "studio", name="ann", network=HERE) as ann,
        Peer.join(f"{it.relay.url}/sfu?room=studio", name="ben", network=HERE) as ben,
    ):
        yield Pair(it, ann, ben)


async def first(guest: Guest, kind: str) -> Track:
    async with asyncio.timeout(20):
        async for track in guest.arrivals():
            if track.kind == kind:
                return track
    raise AssertionError(f"no {kind}")


async def watches(guest: Guest) -> VideoInput:
    return await guest.watch(await first(guest, "video"))


async def test_what_one_sends_the_other_receives(tmp_path: Path) -> None:
    async with pair(tmp_path) as two:
        video = await two.ann.send_video(VP8)
        audio = await two.ann.send_audio()
        async with sending(video, audio):
            await sees(await watches(two.ben), RED)
            await hears(await two.ben.listen(await first(two.ben, "audio")))
        assert [one.name for one in two.ben.people] == ["ann"]
        assert {one.participant for one in two.ben.tracks} == {two.ann.id}


async def test_both_ways_and_more_than_one_of_a_kind(tmp_path: Path) -> None:
    async with pair(tmp_path) as two:
        camera = await two.ann.send_video(VP8)
        screen = await two.ann.send_video(VideoSettings(codec="H264"), source="screen")
        back = await two.ben.send_video(VP8)
        async with (
            sending(camera),
            sending(screen, picture=lambda: plain(BLUE)),
            sending(back, picture=lambda: plain(BLUE)),
        ):
            await sees(await watches(two.ann), BLUE)

            async def shown() -> dict[str, Track]:
                return {one.source: one for one in two.ben.tracks}

            tracks = await until(shown, lambda seen: len(seen) == 2, within=20, what="two tracks")
            await sees(await two.ben.watch(tracks["camera"]), RED)
            await sees(await two.ben.watch(tracks["screen"]), BLUE)


async def test_what_is_forgotten_ends_and_can_be_had_again(tmp_path: Path) -> None:
    async with pair(tmp_path) as two, sending(await two.ann.send_video(VP8)):
        track = await first(two.ben, "video")
        source = await two.ben.watch(track)
        assert await two.ben.watch(track) is source
        reading = source.frames()
        await anext(reading)
        await two.ben.forget(track)
        await comes_to_its_end(reading)
        await sees(await two.ben.watch(track), RED)


async def test_a_track_that_stops_ends_for_the_others_and_another_begins(tmp_path: Path) -> None:
    async with pair(tmp_path) as two:
        video = await two.ann.send_video(VP8)
        async with sending(video):
            reading = (await watches(two.ben)).frames()
            await anext(reading)
        await two.ann.stop_sending(video)
        await comes_to_its_end(reading)

        async def left() -> int:
            return len(two.ben.tracks)

        await until(left, lambda count: count == 0, within=20, what="the track is gone")
        async with sending(await two.ann.send_video(VP8), picture=lambda: plain(BLUE)):
            await sees(await watches(two.ben), BLUE)


async def test_chat_and_people(tmp_path: Path) -> None:
    async with pair(tmp_path) as two:
        heard = two.ben.events()
        await two.ann.say("Hello!")
        async with asyncio.timeout(20):
            while not isinstance(event := await anext(heard), signal.Line):
                pass
        assert (event.name, event.text) == ("ann", "Hello!")
        async with Peer.join(two.it.relay.url, "studio", name="eve", network=HERE) as eve:

            async def names() -> set[str]:
                return {one.name for one in two.ben.people}

            await until(names, lambda now: now == {"ann", "eve"}, within=20, what="eve is there")
            assert eve.name == "eve"
        await until(names, lambda now: now == {"ann"}, within=20, what="eve is gone")


async def test_who_is_not_let_in_is_told_why(tmp_path: Path) -> None:
    async with live(tmp_path, rooms={"studio": {"passphrase": "open"}}) as it:
        with pytest.raises(Refusal) as refused:
            async with Peer.join(it.relay.url, "studio", network=HERE):
                pass
        assert refused.value.code is RefusalCode.PASSPHRASE
        async with Peer.join(it.relay.url, "studio", passphrase="open", network=HERE) as guest:
            assert guest.name
    with pytest.raises(RelayError, match="Which room"):
        Peer.join("https://relay.example")
    with pytest.raises(RelayError, match="no URL"):
        Peer.join("relay.example", "studio")
    with pytest.raises(RelayError, match="cannot be reached"):
        async with Peer.join("http://127.0.0.1:1", "studio", network=HERE):
            pass


async def test_pictures_are_watched_and_sound_is_listened_to(tmp_path: Path) -> None:
    async with pair(tmp_path) as two:
        await two.ann.send_audio()
        track = await first(two.ben, "audio")
        with pytest.raises(TrunklineError, match="listen"):
            await two.ben.watch(track)
        assert (await two.ben.listen(track)).kind == "audio"


async def test_a_lost_socket_is_resumed_and_media_never_stop(tmp_path: Path) -> None:
    async with pair(tmp_path) as two, sending(await two.ann.send_video(VP8)):
        source = await watches(two.ben)
        reading = source.frames()
        await anext(reading)
        for guest in (two.ann, two.ben):
            _cut(guest)

        async def there() -> bool:
            return two.ann._talk is not None and two.ben._talk is not None

        await until(there, bool, within=20, what="both are back")
        before = source.received

        async def more() -> int:
            return source.received - before

        await until(more, lambda count: count > 30, within=20, what="more pictures")
        await anext(reading)
        # What is new comes, too.
        async with sending(audio=await two.ann.send_audio()):
            await hears(await two.ben.listen(await first(two.ben, "audio")))


def _cut(guest: Guest) -> None:
    """The connection of its conversation dies as when a network goes."""
    assert guest._talk is not None
    connection = guest._talk._socket._response.connection
    assert connection is not None
    assert connection.transport is not None
    connection.transport.abort()


async def test_all_goes_on_when_the_relay_comes_back() -> None:
    async with running_relay() as first_relay:
        url, port = first_relay.url, int(first_relay.url.rsplit(":", 1)[1])
        async with (
            Peer.join(url, "studio", name="ann", network=HERE) as ann,
            Peer.join(url, "studio", name="ben", network=HERE) as ben,
            sending(await ann.send_video(VP8)),
        ):
            await sees(await watches(ben), RED)
            await first_relay.process.kill()
            async with running_relay(port=port):

                async def gone() -> bool:
                    return ben._talk is not None and ben._hello.resumption != ""

                await until(gone, bool, within=30, what="ben is back")
                await sees(await _watches_anew(ben), RED)


async def _watches_anew(guest: Guest) -> VideoInput:
    async def fresh() -> list[Track]:
        return [one for one in guest.tracks if one.kind == "video" and one.codec]

    tracks = await until(fresh, bool, within=40, what="a track that plays")
    return await guest.watch(tracks[0])


async def test_who_is_replaced_is_told(tmp_path: Path) -> None:
    async with pair(tmp_path) as two:
        video = await two.ann.send_video(VP8)
        reading = (await watches(two.ben)).frames()
        hello = signal.Hello(two.ben._hello.room, resumption=two.ben._hello.resumption)
        async with enter(two.it.relay.url, hello):
            with pytest.raises(ConnectionLost):
                await comes_to_its_end(reading)
        assert video.dropped == 0


@pytest.mark.timeout(60 + 2 * ROUNDS)
async def test_joins_and_leaves_leave_nothing(tmp_path: Path) -> None:
    async with live(tmp_path) as it:
        process = psutil.Process()

        async def once() -> None:
            async with (
                Peer.join(it.relay.url, "studio", name="ann", network=HERE) as ann,
                Peer.join(it.relay.url, "studio", name="ben", network=HERE) as ben,
                sending(await ann.send_video(VP8)),
            ):
                async with asyncio.timeout(30):
                    await anext((await watches(ben)).arrays())

        def left() -> tuple[int, int]:
            gc.collect()
            ours = [one for one in threading.enumerate() if one.name.startswith("trunkline-")]
            kept = [one for one in gc.get_objects() if isinstance(one, Encoded | Guest)]
            return len(ours) + len(kept), process.num_fds()

        # What other tests of this process have left is theirs.
        there, _ = left()
        await once()

        async def counts() -> tuple[int, int]:
            return left()

        _, before = await until(
            counts, lambda seen: seen[0] <= there, within=10, what="no threads or frames"
        )
        for _ in range(ROUNDS):
            await once()
        await until(
            counts,
            lambda seen: seen[0] <= there and seen[1] <= before + 2,
            within=20,
            what=f"no threads or frames, {before} descriptors",
        )
