"""What the other tests rely on: axe-core finds what is wrong, under a strict policy, too."""

from pathlib import Path

import pytest
from playwright.async_api import Browser

from support.axe import axe
from support.browser import ONE_LOOP
from support.page import page_at
from support.site import running

pytestmark = [pytest.mark.browser, pytest.mark.timeout(60), ONE_LOOP]


async def test_what_is_wrong_is_found(browser: Browser, tmp_path: Path) -> None:
    async with running(tmp_path) as site, page_at(browser, site.relay.url, "/") as page:
        assert await axe(page) == []
        await page.evaluate("document.querySelector('label[for=room]').remove()")
        await page.evaluate("document.querySelector('h1').style.color = '#eee'")
        found = " ".join(await axe(page))
        assert "label: Form elements must have labels" in found
        assert "color-contrast" in found
