"""gstwebrtc-api, unmodified, listens, produces and consumes in Chromium through our signalling."""

from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Page

from support.browser import ONE_LOOP
from support.client import client, publishing, shows_moving_picture
from support.relay import RunningRelay, running_relay
from support.waiting import until

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120), ONE_LOOP]

FOLDER = Path(__file__).parents[2] / "frontend" / "node_modules" / "gstwebrtc-api" / "dist"

CONNECT = """async (signalingServerUrl) => {
  globalThis.errors = [];
  globalThis.api = new GstWebRTCAPI({
    signalingServerUrl, meta: { name: "page" }, reconnectionTimeout: 0,
    webrtcConfig: { iceServers: [] },
  });
  await new Promise((connected) =>
    api.registerConnectionListener({ connected, disconnected() { errors.push("disconnected"); } }));
  globalThis.seen = [];
  api.registerPeerListener({
    producerAdded: ({ meta }) => seen.push(`added ${meta.name}`),
    producerRemoved: ({ meta }) => seen.push(`removed ${meta.name}`),
  });
}"""
PRODUCE = """async () => {
  const stream = await navigator.mediaDevices.getUserMedia({ video: true });
  globalThis.session = api.createProducerSession(stream);
  session.addEventListener("error", (event) => errors.push(event.message));
  if (!session.start()) throw new Error("the producer did not start");
}"""
CONSUME = """() => {
  const [producer] = api.getAvailableProducers();
  const video = document.createElement("video");
  video.muted = true;
  document.body.append(video);
  globalThis.frames = () => video.getVideoPlaybackQuality().totalVideoFrames;
  globalThis.session = api.createConsumerSession(producer.id);
  session.addEventListener("error", (event) => errors.push(event.message));
  session.addEventListener("closed", () => seen.push("closed"));
  session.addEventListener("streamsChanged", () => {
    if (session.streams.length) { video.srcObject = session.streams[0]; video.play(); }
  });
  if (!session.connect()) throw new Error("the consumer did not connect");
}"""


async def page_with_api(browser: Browser, relay: RunningRelay) -> Page:
    files = sorted(FOLDER.glob("*.min.js"))
    assert files, "gstwebrtc-api is not installed: make setup"
    page = await browser.new_page()
    await page.add_init_script(path=files[0])
    await page.goto(relay.url)
    await page.evaluate(CONNECT, relay.url.replace("http", "ws", 1) + "/webrtcsink")
    return page


async def shows(page: Page, script: str, wanted: Any) -> None:
    """Wait till a script's value is as wanted, with no error told meanwhile."""

    async def look() -> Any:
        assert await page.evaluate("errors") == []
        return await page.evaluate(script)

    await until(look, lambda seen: seen == wanted, within=40, what=f"{script} on {page.url}")


async def test_pages_produce_listen_and_consume(browser: Browser, relay: RunningRelay) -> None:
    producer, early = [await page_with_api(browser, relay) for _ in range(2)]
    await producer.evaluate(PRODUCE)
    await shows(early, "seen", ["added page"])
    # One that comes later finds the producer in the list.
    late = await page_with_api(browser, relay)
    for consumer in (early, late):
        await shows(consumer, "api.getAvailableProducers().length", 1)
        await consumer.evaluate(CONSUME)
        await shows(consumer, "frames() > 10", True)
    await late.evaluate("session.close()")
    before = await early.evaluate("frames()")
    await shows(early, f"frames() > {before + 10}", True)
    await producer.evaluate("session.close()")
    await shows(early, "seen.toSorted()", ["added page", "closed", "removed page"])
    assert await producer.evaluate("errors") == []


async def test_a_room_and_the_world_of_webrtcsink_see_each_other(
    browser: Browser, tmp_path: Path
) -> None:
    settings = tmp_path / "relay.toml"
    settings.write_text('[signalling]\nrelay = true\nroom = "studio"\n')
    async with running_relay("--config", str(settings)) as relay:
        page = await page_with_api(browser, relay)
        async with client(browser, relay.url) as camera:
            published = await camera.publish("/whip/studio?name=camera", audio=False, codec="VP8")
            assert published["status"] == 201, published
            await publishing(camera)
            await shows(page, "seen", ["added camera"])
            await page.evaluate(CONSUME)
            await shows(page, "frames() > 10", True)
            await camera.leave()
        await shows(page, "seen.toSorted()", ["added camera", "closed", "removed camera"])
        await page.evaluate(PRODUCE)
        async with client(browser, relay.url) as viewer:
            await until(relay.rooms, lambda rooms: "studio" in rooms, within=40, what="a producer")
            assert (await viewer.watch("/whep/studio/page", audio=False))["status"] == 201
            await shows_moving_picture(viewer)
            # Its producer is in the list already, and the participant is none besides.
            assert await page.evaluate("seen.length") == 3
            await viewer.leave()
        await page.evaluate("session.close()")
        await until(relay.rooms, lambda rooms: not rooms, within=40, what="an empty room")
        assert await page.evaluate("errors") == []
