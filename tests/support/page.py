"""The relay's own pages, as people have them before them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit

from playwright.async_api import Browser, ConsoleMessage, Page, Request

SOON = 15_000
"""Milliseconds for a page to show something; generous, since these machines are shared."""

SIZES = {
    "phone": (390, 844),
    "laptop": (1366, 768),
    # A laptop's window at 200 % zoom has half as many pixels of CSS each way.
    "zoomed": (683, 384),
}


@asynccontextmanager
async def page_at(
    browser: Browser, url: str, path: str, *, script: str = "", **context: Any
) -> AsyncIterator[Page]:
    """A page that may neither fail, nor break its own policy, nor ask any other host.

    Args:
        browser: which browser.
        url: the relay's.
        path: what is opened there.
        script: runs before the page's own.
        context: options of the browser's context.
    """
    wrong: list[str] = []
    made = await browser.new_context(ignore_https_errors=True, **context)
    try:
        page = await made.new_page()
        host = urlsplit(url).netloc

        def said(message: ConsoleMessage) -> None:
            if "Policy" in message.text:
                wrong.append(message.text)

        def asked(request: Request) -> None:
            if urlsplit(request.url).netloc != host:
                wrong.append(request.url)

        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", said)
        page.on("request", asked)
        if script:
            await page.add_init_script(script)
        await page.goto(url + path)
        yield page
    finally:
        await made.close()
    assert wrong == []


async def resize(page: Page, size: str) -> None:
    """Give the window one of `SIZES`."""
    width, height = SIZES[size]
    await page.set_viewport_size({"width": width, "height": height})


async def fits(page: Page) -> bool:
    """Whether nothing makes people scroll sideways."""
    return bool(
        await page.evaluate(
            "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
        )
    )
