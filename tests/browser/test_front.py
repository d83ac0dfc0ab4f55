"""The pages under a path of a site, behind real proxies with TLS."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Browser, expect

from support.browser import ONE_LOOP
from support.client import client, publishing
from support.nginx import nginx
from support.page import SOON, page_at
from support.relay import running_relay
from support.traefik import traefik

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120), ONE_LOOP]


@pytest.mark.parametrize("front", [nginx, traefik])
async def test_people_and_programs_meet_behind_a_proxy(
    browser: Browser, tmp_path: Path, front: Callable[..., AbstractAsyncContextManager[str]]
) -> None:
    options = ("--http-prefix", "/live", "--trusted-proxy", "127.0.0.1")
    async with (
        running_relay(*options) as relay,
        front(tmp_path, urlsplit(relay.url).port or 0) as site,
        client(browser, f"{site}/live") as publisher,
        page_at(browser, site, "/live/") as page,
    ):
        opened = await publisher.publish(f"{site}/live/whip/studio?name=ann", codec="VP8")
        assert opened["status"] == 201
        await publishing(publisher)
        await page.get_by_role("link", name="Watch studio").click(timeout=SOON)
        await expect(page.locator("main")).to_have_attribute("data-kind", "playing", timeout=SOON)
        await page.get_by_role("link", name="studio").click()
        await page.get_by_role("link", name="Join studio").click(timeout=SOON)
        await page.get_by_label("Your name").fill("Bob")
        await page.get_by_role("button", name="Join", exact=True).click()
        await expect(page.locator("video").first).to_be_visible(timeout=SOON)
        await page.goto(f"{site}/live/status")
        panel = page.get_by_role("region", name="Room studio")
        await expect(panel).to_be_visible(timeout=SOON)
        await page.get_by_role("link", name="trunkline").click()
        assert page.url == f"{site}/live/"
        # Its session is ended where its Location is.
        assert await publisher.leave() == 200
