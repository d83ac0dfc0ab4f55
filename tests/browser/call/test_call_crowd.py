"""Twelve people, of whom four are seen: what comes is what is seen, and no more."""

import pytest
from playwright.async_api import Browser, Page, expect

from support.call_page import SOON, button, call_page, crowd, sees, tile
from support.relay import RunningRelay
from support.waiting import until

pytestmark = [
    pytest.mark.browser,
    pytest.mark.timeout(180),
    pytest.mark.asyncio(loop_scope="module"),
]

NAMES = [f"P{number}" for number in range(1, 12)]

# A window with room for four.
SMALL = (300, 300)

# Bytes of pictures that came, by the name of who sends them.
BYTES = """async () => {
    const videos = [...document.querySelectorAll("video[data-name]")];
    const names = new Map(videos.flatMap((video) =>
        (video.srcObject?.getVideoTracks() ?? []).map(({ id }) => [id, video.dataset.name])));
    const found = {};
    for (const connection of connections) {
        for (const entry of (await connection.getStats()).values()) {
            if (entry.type !== "inbound-rtp" || entry.kind !== "video") continue;
            const name = names.get(entry.trackIdentifier);
            if (name !== undefined) found[name] = entry.bytesReceived;
        }
    }
    return found;
}"""
CONNECTIONS = """
    window.connections = [];
    window.RTCPeerConnection = class extends RTCPeerConnection {
        constructor(configuration) {
            super(configuration);
            connections.push(this);
        }
    };
"""


async def seen(page: Page) -> set[str]:
    """Whose tiles can be seen."""
    return {name for name in NAMES if await tile(page, name).is_visible()}


async def only_these_come(page: Page, names: set[str]) -> None:
    """Wait till more comes of all of these, and of nobody else."""
    before: dict[str, int] = await page.evaluate(BYTES)

    async def grown() -> set[str]:
        nonlocal before
        await page.wait_for_timeout(1_000)  # an interval to measure over, not a wait
        now: dict[str, int] = await page.evaluate(BYTES)
        last, before = before, now
        return {name for name, count in now.items() if count > last.get(name, 0)}

    await until(grown, lambda found: found == names, within=SOON / 1000, what=f"only {names} come")


async def test_what_comes_is_what_is_seen(browser: Browser, relay: RunningRelay) -> None:
    async with (
        crowd(browser, relay.url) as others,
        call_page(
            browser,
            relay.url,
            size=SMALL,
            script=CONNECTIONS,
            name="Ann",
            join="viewer",
        ) as ann,
    ):
        await others.enter("P1", "P2", sound=True)
        await others.enter(*NAMES[2:])
        await expect(button(ann, "12 people")).to_be_visible(timeout=SOON)
        first = await seen(ann)
        assert len(first) == 4
        await only_these_come(ann, first)
        await button(ann, "Next page").click()
        second = await seen(ann)
        assert len(second) == 4
        assert not first & second
        await sees(ann, *second)
        await only_these_come(ann, second)
        # Who is not seen is heard, and seen on the first page when they speak.
        await button(ann, "Previous page").click()
        await button(ann, "More").click()
        await button(ann, "Statistics").click()
        figures = tile(ann, "P1").get_by_text("VP8")
        await expect(figures).to_be_visible(timeout=SOON)
        await only_one_is_large(ann)
        await nothing_comes_while_nobody_looks(ann)


async def only_one_is_large(ann: Page) -> None:
    """Somebody who is pinned hides others, and of those nothing comes."""
    await tile(ann, "P2").hover()
    await button(ann, "Show P2 large").click()
    await until(
        lambda: seen(ann), lambda names: "P2" in names and len(names) < 4, within=10, what="fewer"
    )
    await only_these_come(ann, await seen(ann))


async def nothing_comes_while_nobody_looks(ann: Page) -> None:
    """Another tab is in front, as far as the page can tell."""
    tell = """(isHidden) => {
        Object.defineProperty(document, "hidden", { value: isHidden, configurable: true });
        document.dispatchEvent(new Event("visibilitychange"));
    }"""
    await ann.evaluate(tell, True)
    await only_these_come(ann, set())
    await ann.evaluate(tell, False)
    await only_these_come(ann, await seen(ann))


async def test_speakers_come_to_the_front(browser: Browser, relay: RunningRelay) -> None:
    async with (
        crowd(browser, relay.url) as others,
        call_page(browser, relay.url, size=SMALL, name="Ann", join="viewer") as ann,
    ):
        await others.enter(*NAMES[:5], picture=False, sound=True)
        await others.enter("P6", sound=True)
        await expect(button(ann, "7 people")).to_be_visible(timeout=SOON)
        await expect(tile(ann, "P6")).to_be_hidden()
        await others.do("speak", "P6", True)
        await expect(tile(ann, "P6")).to_be_visible(timeout=SOON)
        await expect(tile(ann, "P6").get_by_role("img", name="Speaks")).to_be_visible()
        await sees(ann, "P6")


async def test_a_picture_that_stands_still_is_marked(browser: Browser, relay: RunningRelay) -> None:
    async with (
        crowd(browser, relay.url) as others,
        call_page(browser, relay.url, name="Ann", join="viewer") as ann,
    ):
        await others.enter("P1")
        await sees(ann, "P1")
        mark = tile(ann, "P1").get_by_text("The picture has stopped")
        await others.do("freeze", "P1", True)
        await expect(mark).to_be_visible(timeout=SOON)
        await others.do("freeze", "P1", False)
        await expect(mark).to_have_count(0, timeout=SOON)
        await sees(ann, "P1")
        await ann.keyboard.press("p")
        floating = "document.pictureInPictureElement?.dataset.name ?? null"
        await until(
            lambda: ann.evaluate(floating), lambda name: name == "P1", within=10, what="PiP"
        )
        await ann.keyboard.press("p")
        await until(lambda: ann.evaluate(floating), lambda name: name is None, within=10, what="no")


async def test_a_picture_comes_as_large_as_it_is_shown(
    browser: Browser, relay: RunningRelay
) -> None:
    async with (
        call_page(browser, relay.url, name="Bob", join="now"),
        call_page(browser, relay.url, name="Ann", join="viewer") as ann,
    ):
        await sees(ann, "Bob")

        async def width() -> int:
            return int(await tile(ann, "Bob").locator("video").evaluate("one => one.videoWidth"))

        # When the larger encodings begin is up to Chromium's estimate of what gets through.
        await until(width, lambda seen: seen >= 640, within=60, what="a large picture")
        await ann.set_viewport_size({"width": SMALL[0], "height": SMALL[1]})
        await until(width, lambda seen: seen == 320, within=30, what="the smallest encoding")
        await sees(ann, "Bob")
