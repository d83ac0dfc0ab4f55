"""What the guide tells people to paste works as it stands."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from playwright.async_api import Browser

from support.browser import ONE_LOOP
from support.relay import RunningRelay
from support.waiting import until

pytestmark = [pytest.mark.browser, pytest.mark.timeout(60), ONE_LOOP]

GUIDE = Path(__file__).parents[2] / "docs" / "guide"


async def test_the_browser_snippet_publishes(browser: Browser, relay: RunningRelay) -> None:
    text = (GUIDE / "publish.md").read_text(encoding="utf-8")
    (snippet,) = re.findall(r"```js\n(.*?)```", text, re.DOTALL)
    page = await browser.new_page()
    await page.goto(relay.url)
    await page.evaluate(f"(async () => {{ {snippet} window.kept = connection; }})()")

    async def flowing() -> list[bool]:
        rooms = await relay.rooms()
        return [one["publishing"] for one in rooms["studio"]["participants"]]

    await until(flowing, lambda seen: seen == [True], within=20, what="media from the snippet")


@asynccontextmanager
async def site(**pages: str) -> AsyncIterator[str]:
    """A web site with these pages, of another origin than the relay's; its URL."""

    async def serve(request: web.Request) -> web.Response:
        return web.Response(text=pages[request.match_info["page"]], content_type="text/html")

    application = web.Application()
    application.router.add_get("/{page}", serve)
    async with TestServer(application) as server:
        yield str(server.make_url("/"))


async def test_both_snippets_for_pages_meet(browser: Browser, relay: RunningRelay) -> None:
    text = (GUIDE / "sdk.md").read_text(encoding="utf-8").replace("https://HOST:8443", relay.url)
    (element,) = re.findall(r"```html\n(.*?)```", text, re.DOTALL)
    (script,) = re.findall(r"```js\n(.*?)```", text, re.DOTALL)
    script = f'<!doctype html><body><script type="module">{script}</script>'
    async with site(ann=f"<!doctype html>{element}", bob=script) as url:
        pages = ann, bob = await browser.new_page(), await browser.new_page()
        await ann.goto(f"{url}ann")
        await bob.goto(f"{url}bob")

        async def frames() -> list[int]:
            script = """() => {
                const root = document.querySelector("trunkline-room")?.shadowRoot ?? document;
                const videos = root.querySelectorAll("figure:not(.own) video, body > video");
                return [...videos].map((video) => video.getVideoPlaybackQuality().totalVideoFrames);
            }"""
            return [count for page in pages for count in await page.evaluate(script)]

        await until(
            frames,
            lambda seen: len(seen) == 2 and min(seen) > 10,
            within=30,
            what="Ann and Bob see each other",
        )
