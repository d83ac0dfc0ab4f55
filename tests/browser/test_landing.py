"""The first page: into a call, who is live, what other programs need."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from support.axe import axe
from support.browser import ONE_LOOP
from support.client import client, publishing
from support.page import SIZES, SOON, fits, page_at, resize
from support.relay import RunningRelay
from support.site import Site, running

pytestmark = [pytest.mark.browser, pytest.mark.timeout(90), ONE_LOOP]

NAMES = ("Ann", "Prof. Dr. Maximiliane von und zu Hohenlohe-Langenburg-Schilling", "عبد الرحمن")


@pytest_asyncio.fixture(loop_scope="module")
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    rules = {"vault": {"passphrase": "sesame"}, "attic": {"listed": False}}
    async with running(tmp_path, rooms=rules) as site:
        yield site


async def seen(page: Page, count: int) -> None:
    """Wait till there are so many rooms."""
    rooms = page.get_by_role("region", name="Live now").get_by_role("heading", level=3)
    await expect(rooms).to_have_count(count, timeout=SOON)


async def test_a_name_is_suggested_and_enter_joins(browser: Browser, site: Site) -> None:
    async with page_at(browser, site.relay.url, "/") as page:
        field = page.get_by_label("Room", exact=True)
        first = await field.input_value()
        assert re.fullmatch(r"[a-z]+-[a-z]+-\d\d", first)
        other = page.get_by_role("button", name="Another name")
        # One in fifty thousand is the same again, and then comes yet another.
        await other.click()
        await other.click()
        await expect(field).not_to_have_value(first)
        await field.fill("Küche & Bad")
        await field.press("Enter")
        await page.wait_for_url("**/sfu?room=K%C3%BCche%20%26%20Bad", wait_until="commit")


async def test_a_name_that_cannot_be_is_told_and_joins_nothing(
    browser: Browser, site: Site
) -> None:
    async with page_at(browser, site.relay.url, "/") as page:
        field = page.get_by_label("Room", exact=True)
        await field.fill("a/b")
        await page.get_by_role("button", name="Join call").click()
        await expect(field).to_be_focused()
        await expect(field).to_have_attribute("aria-invalid", "true")
        await expect(page.get_by_text("no slash")).to_be_visible()
        assert page.url == f"{site.relay.url}/"
        assert await axe(page) == []


async def test_public_rooms_appear_by_themselves_and_others_never(
    browser: Browser, site: Site
) -> None:
    async with page_at(browser, site.relay.url, "/") as page:
        await expect(page.get_by_text("Nobody is publishing")).to_be_visible(timeout=SOON)
        await site.publish("attic")
        await site.publish("studio")
        site.core.connect(2)
        site.core.start(2, "1", "VP8")
        await seen(page, 1)
        card = page.get_by_role("listitem").filter(has_text="studio")
        await expect(card.get_by_text("VP8")).to_be_visible(timeout=SOON)
        join = card.get_by_role("link", name="Join studio")
        await expect(join).to_have_attribute("href", "sfu?room=studio")
        await expect(page.get_by_text("attic")).to_have_count(0)


async def test_a_card_leads_to_the_picture(browser: Browser, relay: RunningRelay) -> None:
    async with client(browser, relay.url) as publisher, page_at(browser, relay.url, "/") as page:
        assert (await publisher.publish(f"{relay.url}/whip/caf%C3%A9?name=ann"))["status"] == 201
        await publishing(publisher)
        await page.get_by_role("link", name="Watch café").click(timeout=SOON)
        await expect(page.locator("main")).to_have_attribute("data-kind", "playing", timeout=SOON)
        assert await page.title() == "café · trunkline"


async def test_programs_are_told_the_addresses_of_the_room(browser: Browser, site: Site) -> None:
    async with page_at(
        browser, site.relay.url, "/", permissions=["clipboard-read", "clipboard-write"]
    ) as page:
        await page.get_by_label("Room", exact=True).fill("second room")
        copy = page.get_by_role("button", name="Copy: WHEP address")
        await copy.focus()
        await copy.press("Enter")
        await expect(copy).to_have_text("Copied")
        copied = await page.evaluate("navigator.clipboard.readText()")
        assert copied == f"{site.relay.url}/whep/second%20room"
        whip = f"{site.relay.url}/whip/second%20room"
        await expect(page.get_by_text(whip, exact=True)).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_it_is_for_everybody(browser: Browser, site: Site, scheme: str) -> None:
    async with page_at(browser, site.relay.url, "/", color_scheme=scheme) as page:
        await expect(page.get_by_text("Nobody is publishing")).to_be_visible(timeout=SOON)
        assert await axe(page) == []
        rooms = ("studio", "x" * 64, *(f"غرفة {number}" for number in range(8)))
        for number, room in enumerate(rooms, 1):
            await site.publish(room, NAMES[number % 3])
            site.core.connect(number)
        await seen(page, len(rooms))
        assert await axe(page) == []
        for size in SIZES:
            await resize(page, size)
            assert await fits(page), size
        await page.get_by_label("Find a room").fill("غرفة 7")
        await seen(page, 1)
        await page.context.set_offline(True)
        await expect(page.get_by_text("does not answer")).to_be_visible(timeout=SOON)
        assert await axe(page) == []


async def test_it_speaks_german(browser: Browser, site: Site) -> None:
    async with page_at(browser, site.relay.url, "/", locale="de-AT") as page:
        await expect(page.get_by_role("button", name="Ins Gespräch")).to_be_visible()
        await expect(page.get_by_text("Im Moment sendet niemand")).to_be_visible(timeout=SOON)
        assert await page.evaluate("document.documentElement.lang") == "de"


async def test_all_can_be_reached_by_keys(browser: Browser, site: Site) -> None:
    await site.publish()
    async with page_at(browser, site.relay.url, "/") as page:
        await seen(page, 1)
        reached = []
        for _ in range(20):
            await page.keyboard.press("Tab")
            name: str = await page.evaluate(
                "document.activeElement.ariaLabel || document.activeElement.textContent"
            )
            reached.append(name)
        for name in ("Another name", "Join call", "Join studio", "Watch studio"):
            assert name in reached
        assert "Copy: WHIP address" in reached
        assert "Who sends what to whom" in reached


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_the_guide_is_read_from_here(browser: Browser, site: Site, scheme: str) -> None:
    async with page_at(browser, site.relay.url, "/", color_scheme=scheme) as page:
        await page.get_by_role("link", name="Guide").click()
        await page.get_by_role("main").get_by_role("link", name="Settings").click()
        await expect(page.get_by_role("heading", name="Settings", level=1)).to_be_visible()
        for size in SIZES:
            await resize(page, size)
            assert await fits(page), size
        assert await axe(page) == []
        await page.get_by_role("link", name="trunkline", exact=True).click()
        assert page.url == f"{site.relay.url}/"
