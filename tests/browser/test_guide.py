"""What the guide tells people to paste works as it stands."""

import re
from pathlib import Path

import pytest
from playwright.async_api import Browser

from support.relay import RunningRelay
from support.waiting import until

pytestmark = [pytest.mark.browser, pytest.mark.timeout(60)]

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
