"""The pages, in a browser, against a relay with TLS."""

import json
from collections.abc import AsyncIterator
from urllib.parse import quote, urlsplit

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from support.axe import axe
from support.browser import ONE_LOOP
from support.client import SCRIPT, Client, client, publishing, shows_moving_picture
from support.page import SIZES, SOON, fits, page_at, resize
from support.relay import RunningRelay, running_relay
from support.waiting import until

pytestmark = [pytest.mark.browser, pytest.mark.timeout(90), ONE_LOOP]


@pytest_asyncio.fixture(loop_scope="module")
async def relay() -> AsyncIterator[RunningRelay]:
    async with running_relay(tls=True) as started:
        yield started


async def stage(page: Page, kind: str) -> None:
    await expect(page.locator("main")).to_have_attribute("data-kind", kind, timeout=SOON)


async def publish(relay: RunningRelay, publisher: Client, room: str, **options: object) -> None:
    answer = await publisher.publish(f"{relay.url}/whip/{room}?name=ann", **options)
    assert answer["status"] == 201, answer
    await publishing(publisher)


async def test_nothing_to_see_then_a_picture_by_itself(
    browser: Browser, relay: RunningRelay
) -> None:
    async with page_at(browser, relay.url, "/watch/studio") as page:
        await stage(page, "empty")
        await expect(page.get_by_role("heading")).to_contain_text("studio")
        await expect(page.locator("code")).to_have_text(f"{relay.url}/whip/studio")
        async with client(browser, relay.url) as publisher:
            await publish(relay, publisher, "studio", codec="VP8")
            await stage(page, "playing")
            await page.evaluate(SCRIPT.read_text())
            before = await Client(page).picture()

            async def moved() -> bool:
                return await Client(page).picture() != before

            await until(moved, bool, within=10, what="the page's picture moves")


async def test_sound_comes_with_the_button_and_the_key(
    browser: Browser, relay: RunningRelay
) -> None:
    async with (
        client(browser, relay.url) as publisher,
        page_at(browser, relay.url, "/watch/studio?participant=ann") as page,
    ):
        await publish(relay, publisher, "studio")
        await stage(page, "playing")
        video = page.locator("video")
        await expect(video).to_have_js_property("muted", True)
        await page.get_by_role("button", name="Unmute").click(timeout=SOON)
        await expect(video).to_have_js_property("muted", False)
        await page.keyboard.press("m")
        await expect(video).to_have_js_property("muted", True)


async def test_says_that_there_is_no_sound_and_shows_statistics(
    browser: Browser, relay: RunningRelay
) -> None:
    async with (
        client(browser, relay.url) as publisher,
        page_at(browser, relay.url, "/watch/studio") as page,
    ):
        await publish(relay, publisher, "studio", codec="VP9", audio=False)
        await stage(page, "playing")
        await expect(page.get_by_role("button", name="No sound in this stream")).to_be_disabled()
        await page.keyboard.press("s")
        panel = page.get_by_role("region", name="Statistics")
        await expect(panel).to_contain_text("VP9")
        await expect(panel).to_contain_text("kbit/s", timeout=SOON)


async def test_a_key_counts_while_the_page_draws(browser: Browser, relay: RunningRelay) -> None:
    async with (
        client(browser, relay.url) as publisher,
        page_at(browser, relay.url, "/watch/studio") as page,
    ):
        await publish(relay, publisher, "studio", codec="VP8")
        await stage(page, "playing")
        await expect(page.locator("main")).to_have_attribute("data-quiet", "true", timeout=SOON)
        # Drawn, but not yet painted; the key draws once more, since it brings the controls back.
        await page.evaluate(
            """() => {
                window.requestAnimationFrame = () => 0;
                document.querySelector('button[aria-label="Statistics"]').click();
            }"""
        )
        await page.keyboard.press("m")
        await expect(page.locator("video")).to_have_js_property("muted", False)


async def test_goes_on_when_the_publisher_is_back(browser: Browser, relay: RunningRelay) -> None:
    async with page_at(browser, relay.url, "/watch/studio") as page:
        async with client(browser, relay.url) as publisher:
            await publish(relay, publisher, "studio")
            await stage(page, "playing")
            assert await publisher.leave() == 200
        await stage(page, "paused")
        async with client(browser, relay.url) as publisher:
            await publish(relay, publisher, "studio")
            await stage(page, "playing")


async def test_leaving_the_page_ends_the_session(browser: Browser, relay: RunningRelay) -> None:
    async def viewers() -> int:
        return int((await relay.rooms())["studio"]["viewers"])

    async with client(browser, relay.url) as publisher:
        await publish(relay, publisher, "studio")
        async with page_at(browser, relay.url, "/watch/studio") as page:
            await stage(page, "playing")
            assert await viewers() == 1
            await page.goto(f"{relay.url}/")
            # Sooner than the relay would notice the silence by itself.
            await until(viewers, lambda count: count == 0, within=4, what="the viewer left")


async def test_connects_again_to_a_relay_that_was_restarted(browser: Browser) -> None:
    async with running_relay() as first:
        port = urlsplit(first.url).port
        async with page_at(browser, first.url, "/watch/studio") as page:
            async with client(browser, first.url) as publisher:
                await publish(first, publisher, "studio")
                await stage(page, "playing")
                await first.process.kill()
                await stage(page, "reconnecting")
            async with (
                running_relay(port=port) as second,
                client(browser, second.url) as publisher,
            ):
                await publish(second, publisher, "studio")
                await stage(page, "playing")
                await shows_frames(page)


async def shows_frames(page: Page) -> None:
    """See that the video's own clock goes on."""

    async def clock() -> float:
        return float(await page.locator("video").evaluate("video => video.currentTime"))

    before = await clock()
    await until(clock, lambda now: now != before, within=10, what="the video goes on")


async def test_programs_are_told_the_port_without_tls(browser: Browser) -> None:
    async with running_relay("--plain-port", "0", tls=True) as relay:
        listing = json.loads(await relay.get("/api/v1/rooms"))
        whip = f"http://127.0.0.1:{listing['plainPort']}/whip/studio"
        async with page_at(browser, relay.url, "/watch/studio") as page:
            await expect(page.locator("code")).to_have_text(whip, timeout=SOON)
        async with page_at(browser, relay.url, "/") as page:
            await page.get_by_label("Room", exact=True).fill("studio")
            await expect(page.locator("code").first).to_have_text(whip, timeout=SOON)


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_every_state_is_for_everybody(
    browser: Browser, relay: RunningRelay, scheme: str
) -> None:
    path = "/watch/studio"
    async with page_at(browser, relay.url, path, color_scheme=scheme) as page:
        await stage(page, "empty")
        assert await axe(page) == []
        async with client(browser, relay.url) as publisher:
            await publish(relay, publisher, "studio")
            await stage(page, "playing")
            await page.keyboard.press("s")
            await expect(page.get_by_role("region", name="Statistics")).to_be_visible()
            assert await axe(page) == []
            assert await publisher.leave() == 200
        await stage(page, "paused")
        assert await axe(page) == []
        await page.context.set_offline(True)
        await relay.process.kill()
        await stage(page, "reconnecting")
        assert await axe(page) == []


@pytest.mark.parametrize(
    "room", ["x" * 64, "غرفة الاجتماعات الكبيرة", "🦊 🍳"], ids=["long", "rtl", "emoji"]
)
async def test_a_room_of_any_name_fits_every_window(
    browser: Browser, relay: RunningRelay, room: str
) -> None:
    async with page_at(
        browser, relay.url, f"/watch/{quote(room)}?participant={quote(room)}"
    ) as page:
        await stage(page, "empty")
        await expect(page.get_by_role("heading")).to_contain_text(room)
        for size in SIZES:
            await resize(page, size)
            assert await fits(page), size
            for _ in range(6):
                await page.keyboard.press("Tab")
                focused = page.locator(":focus")
                if await focused.count():
                    await expect(focused).to_be_in_viewport()


async def test_pictures_of_several_viewers_move(browser: Browser, relay: RunningRelay) -> None:
    async with (
        client(browser, relay.url) as publisher,
        client(browser, relay.url) as first,
        client(browser, relay.url) as second,
    ):
        await publish(relay, publisher, "studio", codec="VP8")
        for viewer in (first, second):
            assert (await viewer.watch(f"{relay.url}/whep/studio/ann"))["status"] == 201
        await shows_moving_picture(first)
        assert await first.leave() == 200
        await shows_moving_picture(second)
