"""The map of relays on /status, as trunks come, carry and go."""

from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from support.axe import axe
from support.browser import ONE_LOOP
from support.command import FLOWS, says, trunkline
from support.page import SIZES, SOON, fits, page_at, resize
from support.relay import running_relay
from support.trunks import join

pytestmark = [pytest.mark.browser, pytest.mark.timeout(150), ONE_LOOP]

NAMES = ("Attic", "Cellar", "Garden house at the far end of the orchard", "Roof")


async def test_the_map_follows_what_relays_do(browser: Browser, tmp_path: Path) -> None:
    async with AsyncExitStack() as stack:
        relays = [
            await stack.enter_async_context(running_relay("--relay-name", name))
            for name in NAMES[:3]
        ]
        await join(relays[1], relays[0].url)
        await join(relays[2], relays[1].url)
        last = await stack.enter_async_context(AsyncExitStack())
        roof = await last.enter_async_context(running_relay("--relay-name", NAMES[3]))
        await join(roof, relays[2].url)
        await join(roof, relays[0].url)
        page = await stack.enter_async_context(page_at(browser, relays[0].url, "/status"))
        shown = page.get_by_role("region", name="Relays")
        rows = shown.get_by_role("row")
        await expect(rows).to_have_count(5, timeout=SOON)
        await expect(shown.get_by_role("cell", name="idle")).to_have_count(4)

        publisher = await stack.enter_async_context(
            trunkline("publish", f"{relays[0].url}/whip/studio", "--test")
        )
        await says(publisher, FLOWS)
        viewer = await stack.enter_async_context(
            trunkline("watch", f"{relays[1].url}/whep/studio", "--measure")
        )
        await says(viewer, FLOWS)
        busy = shown.get_by_role("row", name="Attic").filter(has_text="something crosses")
        await expect(busy).to_have_count(1, timeout=SOON)
        await expect(busy).to_contain_text("Cellar")
        assert await axe(page) == []
        for size in SIZES:
            await resize(page, size)
            await fits(page)
            await page.screenshot(path=tmp_path / f"{size}.png", full_page=True)
        await last.aclose()
        await expect(rows).to_have_count(3, timeout=SOON)
