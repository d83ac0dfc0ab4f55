"""Programs publish and watch by WHIP and WHEP, over the real core."""

import asyncio
import subprocess
import sys
from pathlib import Path

import numpy
import pytest

from support.frames import BLUE, HERE, RED, comes_to_its_end, hears, plain, sees, sending
from support.live import live
from support.relay import running_relay
from support.waiting import until
from trunkline import (
    AudioInput,
    AudioSettings,
    ConnectionLost,
    NegotiationError,
    Network,
    Peer,
    Refusal,
    RelayError,
    TrunklineError,
    VideoInput,
    VideoSettings,
)
from trunkline.errors import RefusalCode

pytestmark = pytest.mark.timeout(60)


@pytest.mark.parametrize("codec", ["H264", "VP8", "VP9"])
async def test_what_one_publishes_another_watches(codec: str, tmp_path: Path) -> None:
    async with live(tmp_path) as it:
        url = f"{it.relay.url}/whip/studio?name=cam"
        settings = VideoSettings(codec=codec)
        async with (
            Peer.publish(url, video=settings, network=HERE) as publisher,
            sending(publisher.video, publisher.audio),
            Peer.watch(f"{it.relay.url}/whep/studio", network=HERE) as viewer,
        ):
            await sees(viewer.video, RED, (320, 240))
            await hears(viewer.audio)
            assert viewer.video.codec == codec
            assert viewer.audio.codec == "opus"
            sent = await publisher.statistics()
            assert sent.connected
            assert {one.kind: one.frames_sent > 0 for one in sent.media} == {
                "video": True,
                "audio": True,
            }
            assert publisher.sessions == 1
        assert it.relay.rooms == ()


@pytest.mark.parametrize("codec", ["PCMU", "PCMA", "G722"])
async def test_sound_in_other_codecs(codec: str, tmp_path: Path) -> None:
    async with live(tmp_path) as it:
        url = f"{it.relay.url}/whip/studio?name=cam"
        settings = AudioSettings(codec=codec)
        async with (
            Peer.publish(url, video=None, audio=settings, network=HERE) as publisher,
            sending(audio=publisher.audio),
            Peer.watch(f"{it.relay.url}/whep/studio", video=False, network=HERE) as viewer,
        ):
            heard = viewer.audio.arrays()
            async with asyncio.timeout(20):
                while float(numpy.abs(await anext(heard)).max()) < 0.2:
                    pass
            with pytest.raises(TrunklineError, match="video=True"):
                _ = viewer.video
            with pytest.raises(TrunklineError, match="video=VideoSettings"):
                _ = publisher.video


async def test_another_size_and_colour_on_the_way(tmp_path: Path) -> None:
    async with live(tmp_path) as it:
        picture = plain(RED)
        url = f"{it.relay.url}/whip/studio?name=cam"
        async with (
            Peer.publish(url, audio=None, network=HERE) as publisher,
            sending(publisher.video, picture=lambda: picture),
            Peer.watch(f"{it.relay.url}/whep/studio", audio=False, network=HERE) as viewer,
        ):
            await sees(viewer.video, RED, (320, 240))
            picture = plain(BLUE, 640, 360)
            await sees(viewer.video, BLUE, (640, 360))


async def test_who_comes_late_sees_soon_without_a_keyframe_of_its_own_accord(
    tmp_path: Path,
) -> None:
    async with live(tmp_path) as it:
        url = f"{it.relay.url}/whip/studio?name=cam"
        async with (
            Peer.publish(url, audio=None, network=HERE) as publisher,
            sending(publisher.video),
        ):
            for _ in range(3):
                address = f"{it.relay.url}/whep/studio"
                async with Peer.watch(address, audio=False, network=HERE) as viewer:
                    await sees(viewer.video, RED)


async def test_what_the_relay_refuses_is_said_in_its_words(tmp_path: Path) -> None:
    async with live(tmp_path) as it:
        with pytest.raises(Refusal, match="Nobody publishes") as nobody:
            async with Peer.watch(f"{it.relay.url}/whep/studio", network=HERE):
                pass
        assert nobody.value.code is RefusalCode.NOBODY_PUBLISHES
        assert nobody.value.retry_after == 2
        url = f"{it.relay.url}/whip/studio?name=cam"
        async with Peer.publish(url, network=HERE):
            with pytest.raises(Refusal, match="choose another") as taken:
                async with Peer.publish(url, network=HERE):
                    pass
        assert taken.value.code is RefusalCode.NAME_TAKEN
        with pytest.raises(Refusal, match="nothing at /nothing"):
            async with Peer.publish(f"{it.relay.url}/nothing", network=HERE):
                pass


async def test_where_nobody_listens_is_told() -> None:
    with pytest.raises(RelayError, match=r"http://127\.0\.0\.1:1/whip/a cannot be reached"):
        async with Peer.publish("http://127.0.0.1:1/whip/a", network=HERE):
            pass
    with pytest.raises(RelayError, match="cannot be reached"):
        async with Peer.watch("nonsense", network=HERE):
            pass


async def test_a_passphrase_is_sent_as_token(tmp_path: Path) -> None:
    async with live(tmp_path, rooms={"studio": {"passphrase": "open"}}) as it:
        url = f"{it.relay.url}/whip/studio?name=cam"
        with pytest.raises(Refusal) as refused:
            async with Peer.publish(url, network=HERE):
                pass
        assert refused.value.code is RefusalCode.PASSPHRASE
        async with Peer.publish(url, token="open", network=HERE) as publisher:
            assert publisher.sessions == 1


async def test_the_own_certificate_of_this_machine_is_taken(tmp_path: Path) -> None:
    async with (
        live(tmp_path, tls="auto") as it,
        Peer.publish(f"{it.relay.url}/whip/studio", network=HERE) as publisher,
    ):
        assert publisher.sessions == 1


async def test_both_go_on_when_the_relay_comes_back() -> None:
    async with running_relay() as first:
        url, port = first.url, int(first.url.rsplit(":", 1)[1])
        async with (
            Peer.publish(f"{url}/whip/studio?name=cam", audio=None, network=HERE) as publisher,
            sending(publisher.video),
            Peer.watch(f"{url}/whep/studio", audio=False, network=HERE) as viewer,
        ):
            await sees(viewer.video, RED)
            reading = viewer.video.arrays()
            assert await first.process.stop(within=10) == 0
            async with running_relay(port=port):

                async def sessions() -> tuple[int, int]:
                    return publisher.sessions, viewer.sessions

                await until(sessions, lambda seen: min(seen) > 1, within=30, what="new sessions")
                await sees(viewer.video, RED)
                async with asyncio.timeout(20):
                    while (await anext(reading)).shape != (240, 320, 3):
                        pass


async def test_without_reconnecting_readers_and_writers_are_told() -> None:
    async with running_relay() as relay:
        url = f"{relay.url}/whip/studio?name=cam"
        async with (
            Peer.publish(url, audio=None, reconnect=False, network=HERE) as publisher,
            sending(publisher.video),
            Peer.watch(
                f"{relay.url}/whep/studio", audio=False, reconnect=False, network=HERE
            ) as viewer,
        ):
            reading = viewer.video.arrays()
            await anext(reading)
            await relay.process.stop(within=10)
            with pytest.raises(ConnectionLost):
                await comes_to_its_end(reading)

            async def error() -> str:
                try:
                    publisher.video.write(plain(RED))
                except ConnectionLost as lost:
                    return str(lost)
                return ""

            assert await until(error, bool, within=30, what="the writer is told")


@pytest.mark.parametrize("codec", ["H264", "VP8"])
async def test_two_peers_without_a_relay_talk_both_ways(codec: str) -> None:
    settings = VideoSettings(codec=codec)
    async with Peer(HERE) as ann, Peer(HERE) as ben:
        mine, theirs = ann.send_video(settings), ben.send_video(settings)
        sound = ann.send_audio()
        seen_by_ann, seen_by_ben = ann.receive_video(), ben.receive_video()
        heard = ben.receive_audio()
        await ann.accept_answer(await ben.accept_offer(await ann.offer()))
        await ann.connected()
        await ben.connected()
        async with sending(mine, sound), sending(theirs, picture=lambda: plain(BLUE)):
            await sees(seen_by_ben, RED)
            await sees(seen_by_ann, BLUE)
            await hears(heard)
        ann.close()
        async with asyncio.timeout(20):
            assert await ben.ended()


async def test_media_may_be_added_later() -> None:
    async with Peer(HERE) as ann, Peer(HERE) as ben:
        video = ann.send_video(VideoSettings(codec="VP8"))
        await ann.accept_answer(await ben.accept_offer(await ann.offer()))
        await ann.connected()
        sound = ann.send_audio()
        await ann.accept_answer(await ben.accept_offer(await ann.offer()))
        pictures, piece = ben.inputs
        assert isinstance(pictures, VideoInput)
        assert isinstance(piece, AudioInput)
        async with sending(video, sound):
            await sees(pictures, RED)
            await hears(piece)


async def test_what_is_no_answer_is_refused() -> None:
    async with Peer(HERE) as ann:
        ann.send_video()
        await ann.offer()
        with pytest.raises(NegotiationError):
            await ann.accept_answer("v=0\r\n")


async def test_a_port_that_cannot_be_bound_is_an_os_error() -> None:
    async with Peer(Network(addresses=["192.0.2.1"])) as peer:
        peer.receive_audio()
        with pytest.raises(OSError, match=r"192\.0\.2\.1"):
            await peer.offer()


async def test_the_rooms_limit_is_kept_to(tmp_path: Path) -> None:
    async with live(tmp_path, rooms={"studio": {"bitrate": 300_000}}) as it:
        url = f"{it.relay.url}/whip/studio?name=cam"
        async with (
            Peer.publish(url, audio=None, network=HERE) as publisher,
            sending(publisher.video),
        ):

            async def bitrate() -> int:
                return publisher.video.bitrate

            await until(bitrate, lambda now: 0 < now <= 300_000, within=20, what="the limit")


@pytest.mark.parametrize("name", ["Peer", "pace", "VideoSettings", "Network", "Encoded"])
def test_a_peer_does_not_load_the_server(name: str) -> None:
    script = (
        f"import sys, trunkline; trunkline.{name}; "
        "print([one for one in sys.modules if one.startswith(('trunkline.app', 'trunkline.web', "
        "'trunkline.engine', 'trunkline.domain', 'numpy'))])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True)
    assert done.stdout == b"[]\n"
