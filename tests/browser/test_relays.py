"""The map of relays on /status, as trunks come, carry and go."""

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from support.axe import axe
from support.browser import ONE_LOOP, chromium
from support.command import FLOWS, says, trunkline
from support.network import web
from support.page import SIZES, SOON, fits, page_at, resize
from support.relay import running_relay
from support.trunks import join
from support.waiting import until

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
            assert await fits(page)
            await page.screenshot(path=tmp_path / f"{size}.png", full_page=True)
        await last.aclose()
        await expect(rows).to_have_count(3, timeout=SOON)


NOTE = """() => {
  window.silent = new Set();
  window.fewest = Infinity;
  const look = () => {
    const rows = [...document.querySelectorAll("tbody tr[data-use]")];
    window.fewest = Math.min(window.fewest, rows.length);
    const words = [...document.querySelectorAll("svg .figure")].map((word) => word.textContent);
    for (const row of rows.filter(({ cells }) => cells[2].textContent === "silent")) {
      const drawn = words.includes("silent") ? "drawn" : "missing";
      window.silent.add(`${row.cells[0].textContent} ${row.cells[1].textContent} ${drawn}`);
    }
  };
  new MutationObserver(look).observe(document.body, {
    childList: true, characterData: true, subtree: true,
  });
}"""


async def test_a_trunk_that_falls_silent_is_told_before_it_is_gone() -> None:
    with web(3, [(0, 1), (1, 2), (0, 2)]) as net:
        async with AsyncExitStack() as stack:
            starting = (
                running_relay("--relay-name", name, place=place, host="0.0.0.0")
                for name, place in zip(NAMES, net.places, strict=False)
            )
            relays = await asyncio.gather(*map(stack.enter_async_context, starting))
            for one, other in net.links:
                await join(relays[other], f"http://{net.address(one, other)}:8080")
            browser = await stack.enter_async_context(chromium(inside=net.places[0].inside))
            page = await stack.enter_async_context(page_at(browser, relays[0].url, "/status"))
            rows = page.get_by_role("region", name="Relays").get_by_role("row")
            await expect(rows).to_have_count(4, timeout=SOON)
            await page.evaluate(NOTE)

            async def cut() -> list[str]:
                # The word stands there for less than a second, and a busy machine may miss it.
                await expect(rows).to_have_count(4, timeout=4 * SOON)
                net.cut(0, 1)
                await expect(rows).to_have_count(3, timeout=SOON)
                net.mend(0, 1)
                return list(await page.evaluate("[...window.silent]"))

            told = await until(cut, bool, within=60, what="the word")
            assert told == ["Attic Cellar drawn"]
            assert await page.evaluate("window.fewest") == 2, "The others stay."
