"""Endpoints and aiortc, each offering and answering, with pictures and sound that are real."""

import asyncio
import socket
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import av
import numpy
import pytest
from aiohttp import web

from support.encoder import send
from support.endpoint import Party
from support.network import Namespace, namespace
from support.peers import receives
from support.process import process
from trunkline import _core

pytestmark = [pytest.mark.peer, pytest.mark.timeout(90)]

PROGRAM = str(Path(__file__).with_name("aiortc_client.py"))
ADDRESS = "10.203.0.1"
"""aiortc never uses loopback addresses, so it needs another one."""
DECODERS = {"VP8": "vp8", "H264": "h264"}

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def site(place: Namespace, **handlers: Handler) -> AsyncIterator[str]:
    """A page in the namespace: its URL."""

    def bind() -> socket.socket:
        made = socket.socket()
        made.bind((ADDRESS, 0))
        return made

    listener = place.call(bind)
    application = web.Application()
    for method, handler in handlers.items():
        application.router.add_route(method, "/", handler)
    runner = web.AppRunner(application)
    await runner.setup()
    await web.SockSite(runner, listener).start()
    try:
        yield f"http://{ADDRESS}:{listener.getsockname()[1]}/"
    finally:
        await runner.cleanup()


@asynccontextmanager
async def endpoint(place: Namespace, codec: str) -> AsyncIterator[Party]:
    made = place.call(lambda: _core.Endpoint(1, [ADDRESS], codecs=[codec, "opus"]))
    yield Party(made)
    made.close()


def answering(party: Party, described: asyncio.Future[_core.Described]) -> Handler:
    """Answers an offer as WHIP and WHEP do."""

    async def answer(request: web.Request) -> web.Response:
        party.inner.accept_offer(await request.text())
        described.set_result(await party.next(_core.Described))
        return web.Response(status=201, text=described.result().sdp)

    return answer


def aiortc(place: Namespace, *arguments: str) -> list[str]:
    return [*place.inside, sys.executable, PROGRAM, *arguments]


async def takes(party: Party, codec: str, video: str, audio: str) -> None:
    """Moving pictures come, and sound."""
    party.inner.request_keyframe(video)
    await party.until(lambda: len(party.frames(video)) >= 30, "pictures")
    await party.until(lambda: len(party.frames(audio)) >= 50, "sound")
    frames = party.frames(video)
    assert {frame.codec for frame in frames} == {codec}
    assert any(frame.keyframe for frame in frames)
    decoder = av.CodecContext.create(DECODERS[codec], "r")
    assert isinstance(decoder, av.VideoCodecContext)
    images = [
        image.to_ndarray(format="gray").astype(float)
        for frame in frames
        for image in decoder.decode(av.Packet(frame.data))
    ]
    assert len(images) >= 20
    assert numpy.abs(images[-1] - images[-2]).mean() > 0.5
    opus = av.CodecContext.create("opus", "r")
    assert isinstance(opus, av.AudioCodecContext)
    waves = [
        wave.to_ndarray()
        for frame in party.frames(audio)
        for wave in opus.decode(av.Packet(frame.data))
    ]
    assert max(float(numpy.abs(wave).max()) for wave in waves) > 0.1


def names(media: list[_core.Transceiver]) -> tuple[str, str]:
    (video,) = (one.mid for one in media if one.kind == "video")
    (audio,) = (one.mid for one in media if one.kind == "audio")
    return video, audio


@pytest.mark.parametrize("codec", ["VP8", "H264"])
async def test_an_endpoint_takes_what_aiortc_offers(codec: str) -> None:
    with namespace(f"{ADDRESS}/32") as place:
        async with endpoint(place, codec) as party:
            described = asyncio.get_running_loop().create_future()
            async with (
                site(place, POST=answering(party, described)) as url,
                process(aiortc(place, "publish", url)) as publisher,
            ):
                await party.connected()
                await takes(party, codec, *names(described.result().media))
                assert publisher.running, publisher.output


@pytest.mark.parametrize("codec", ["VP8", "H264"])
async def test_aiortc_watches_an_endpoint(codec: str) -> None:
    with namespace(f"{ADDRESS}/32") as place:
        async with endpoint(place, codec) as party, asyncio.TaskGroup() as group:
            described = asyncio.get_running_loop().create_future()
            async with (
                site(place, POST=answering(party, described)) as url,
                process(aiortc(place, "watch", url)) as viewer,
            ):
                await party.connected()
                sender = group.create_task(send(party, codec, *names(described.result().media)))
                await receives(viewer, within=30)
                sender.cancel()


@pytest.mark.parametrize("codec", ["VP8", "H264"])
async def test_aiortc_answers_an_endpoint_and_both_send(codec: str) -> None:
    with namespace(f"{ADDRESS}/32") as place:
        async with endpoint(place, codec) as party, asyncio.TaskGroup() as group:
            party.inner.offer([("video", "sendrecv", None), ("audio", "sendrecv", None)])
            described = await party.next(_core.Described)

            async def get(_: web.Request) -> web.Response:
                return web.Response(text=described.sdp)

            async def post(request: web.Request) -> web.Response:
                party.inner.accept_answer(await request.text())
                return web.Response()

            async with (
                site(place, GET=get, POST=post) as url,
                process(aiortc(place, "answer", url)) as other,
            ):
                await party.connected()
                sender = group.create_task(send(party, codec, *names(described.media)))
                await receives(other, within=30)
                await takes(party, codec, *names(described.media))
                sender.cancel()
