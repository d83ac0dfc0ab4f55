"""An endpoint and Chromium, without a relay between them; each of them offers once."""

import asyncio

import pytest
from playwright.async_api import Browser, Page

from support.browser import ONE_LOOP
from support.encoder import send
from support.endpoint import SEND, SEND_SOUND, endpoints
from support.relay import RunningRelay
from support.waiting import until
from trunkline import _core

pytestmark = [pytest.mark.browser, pytest.mark.timeout(60), ONE_LOOP]

OFFER = """async () => {
    window.connection = new RTCPeerConnection();
    const stream = await navigator.mediaDevices.getUserMedia({ audio: true, video: true });
    for (const track of stream.getTracks()) {
        connection.addTransceiver(track, { direction: "sendonly", streams: [stream] });
    }
    await connection.setLocalDescription();
    while (connection.iceGatheringState !== "complete") {
        await new Promise((done) => setTimeout(done, 20));
    }
    return connection.localDescription.sdp;
}"""
TAKE_ANSWER = "(sdp) => connection.setRemoteDescription({ type: 'answer', sdp })"
ANSWER = """async (sdp) => {
    window.connection = new RTCPeerConnection();
    connection.ontrack = ({ streams }) => {
        const video = document.createElement("video");
        Object.assign(video, { srcObject: streams[0], autoplay: true });
        document.body.append(video);
    };
    await connection.setRemoteDescription({ type: "offer", sdp });
    await connection.setLocalDescription();
    while (connection.iceGatheringState !== "complete") {
        await new Promise((done) => setTimeout(done, 20));
    }
    return connection.localDescription.sdp;
}"""
FIGURES = """async () => {
    const found = {};
    for (const one of (await connection.getStats()).values()) {
        if (one.type === "inbound-rtp") {
            found[one.kind] = { frames: one.framesDecoded, energy: one.totalAudioEnergy };
        }
    }
    return found;
}"""


async def page_of(browser: Browser, origin: str) -> Page:
    page = await browser.new_page()
    # Devices are for pages of a secure origin alone.
    await page.goto(f"{origin}/healthz")
    return page


@pytest.mark.parametrize("codec", ["VP8", "H264", "VP9", "AV1"])
async def test_an_endpoint_takes_what_chromium_offers(
    browser: Browser, relay: RunningRelay, codec: str
) -> None:
    page = await page_of(browser, relay.url)
    with endpoints(1, codecs=[codec, "opus"]) as (party,):
        party.inner.accept_offer(await page.evaluate(OFFER))
        described = await party.next(_core.Described)
        await page.evaluate(TAKE_ANSWER, described.sdp)
        await party.connected()
        mids = {medium.kind: medium.mid for medium in described.media}
        await party.until(lambda: len(party.frames(mids["video"])) >= 30, "pictures")
        await party.until(lambda: len(party.frames(mids["audio"])) >= 50, "sound")
        frames = party.frames(mids["video"])
        assert {frame.codec for frame in frames} == {codec}
        assert frames[0].keyframe
        seen = len([frame for frame in frames if frame.keyframe])
        party.inner.request_keyframe(mids["video"])

        def keyframes() -> bool:
            told = party.frames(mids["video"])
            return len([frame for frame in told if frame.keyframe]) > seen

        await party.until(keyframes, "another keyframe")
        await party.until(
            lambda: any(frame.captured for frame in party.frames(mids["video"])), "a report"
        )
    await page.close()


@pytest.mark.parametrize("codec", ["VP8", "H264"])
async def test_chromium_shows_what_an_endpoint_offers(
    browser: Browser, relay: RunningRelay, codec: str
) -> None:
    page = await page_of(browser, relay.url)
    with endpoints(1, codecs=[codec, "opus"]) as (party,):
        party.inner.offer([SEND, SEND_SOUND])
        described = await party.next(_core.Described)
        party.inner.accept_answer(await page.evaluate(ANSWER, described.sdp))
        await party.connected()
        video, audio = (medium.mid for medium in described.media)
        async with asyncio.TaskGroup() as group:
            sender = group.create_task(send(party, codec, video, audio))

            async def look() -> dict[str, dict[str, float]]:
                found: dict[str, dict[str, float]] = await page.evaluate(FIGURES)
                return found

            def good(seen: dict[str, dict[str, float]]) -> bool:
                pictures = seen.get("video", {}).get("frames", 0)
                return pictures >= 30 and seen["audio"]["energy"] > 0.001

            await until(look, good, within=30, what="Chromium sees and hears")
            sender.cancel()
    await page.close()
