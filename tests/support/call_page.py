"""The call page as people use it, and a crowd that they meet there."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from playwright.async_api import Browser, Locator, Page, expect

from support.page import page_at
from support.waiting import until

CROWD = Path(__file__).with_name("crowd.js")

FLAGS = (
    # The picture changes ten times a second: less to encode. Of the cameras the second one gives
    # depth, which nobody encodes.
    "--use-fake-device-for-media-stream=device-count=3,fps=10",
    "--auto-select-desktop-capture-source=Entire screen",
)

ROOM = "studio"

SOON = 30_000
"""Milliseconds for the page to show something; generous, since these machines are shared."""


@asynccontextmanager
async def call_page(
    browser: Browser,
    url: str,
    *,
    size: tuple[int, int] = (1366, 768),
    script: str = "",
    context: dict[str, Any] | None = None,
    **query: str,
) -> AsyncIterator[Page]:
    """The page, which may neither fail, nor break its policy, nor ask any other host.

    Args:
        browser: which browser.
        url: the relay's.
        size: of the window.
        script: runs before the page's own.
        context: more options of the browser's context.
        query: of the address; the room is "studio" where it is missing.
    """
    path = f"/sfu?{urlencode({'room': ROOM, **query})}"
    given = {"viewport": {"width": size[0], "height": size[1]}, **(context or {})}
    async with page_at(browser, url, path, script=script, **given) as page:
        yield page


@dataclass(frozen=True, slots=True)
class Crowd:
    """People in the room "studio" who share one page of the browser."""

    page: Page
    url: str

    async def enter(self, *names: str, **options: object) -> None:
        """Let people in, one after the other."""
        for name in names:
            await self.page.evaluate(
                "([url, room, name, options]) => crowd.enter(url, room, name, options)",
                [self.url, ROOM, name, options],
            )

    async def do(self, deed: str, name: str, *values: object) -> None:
        """Let somebody do something: a function of the script."""
        await self.page.evaluate(
            "([deed, name, values]) => crowd[deed](name, ...values)", [deed, name, list(values)]
        )

    async def says(self, name: str, line: str) -> None:
        """Let somebody write something."""
        await self.page.evaluate("([name, line]) => crowd.room(name).say(line)", [name, line])

    async def raises_hand(self, name: str, *, raised: bool = True) -> None:
        """Let somebody raise a hand."""
        await self.page.evaluate(
            "([name, raised]) => crowd.room(name).raiseHand(raised)", [name, raised]
        )


@asynccontextmanager
async def crowd(browser: Browser, url: str) -> AsyncIterator[Crowd]:
    """A page for a crowd; all of them leave at the end."""
    context = await browser.new_context(ignore_https_errors=True)
    try:
        page = await context.new_page()
        await page.goto(f"{url}/healthz")
        await page.add_script_tag(path=CROWD)
        yield Crowd(page, url)
    finally:
        await context.close()


def tile(page: Page, name: str) -> Locator:
    """What shows somebody."""
    return page.get_by_role("article", name=name, exact=True)


def button(page: Page, name: str) -> Locator:
    """What does something."""
    return page.get_by_role("button", name=name, exact=True)


async def choose(page: Page, name: str) -> None:
    """Take something of the menu for what is seldom wanted."""
    await button(page, "More").click()
    await button(page, name).click()


async def sees(page: Page, *names: str) -> None:
    """Wait till the pictures of all of these move."""
    for name in names:
        video = tile(page, name).locator("video")
        await expect(video).to_be_visible(timeout=SOON)
        seen = [await frames(video)]

        async def look(video: Locator = video) -> int:
            return await frames(video)

        def more(now: int, seen: list[int] = seen) -> bool:
            seen.append(min(seen[-1], now))  # counters begin anew with another stream
            return now > seen[-1] + 3

        await until(look, more, within=SOON / 1000, what=f"the picture of {name} moves")


async def frames(video: Locator) -> int:
    """How many pictures were shown."""
    return int(await video.evaluate("video => video.getVideoPlaybackQuality().totalVideoFrames"))


async def told(page: Page, words: str) -> None:
    """Wait till the page tells something in passing, to screen readers too."""
    await expect(page.get_by_role("status").filter(has_text=words).first).to_be_visible(
        timeout=SOON
    )
