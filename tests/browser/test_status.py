"""/status in a browser: who sends what to whom, as it changes."""

import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Locator, Page, expect

from support.axe import axe
from support.browser import ONE_LOOP
from support.client import client, publishing
from support.crowd import crowd
from support.offer import offer
from support.page import SIZES, SOON, fits, page_at, resize
from support.relay import RunningRelay
from support.site import SDP, Site, running
from trunkline.model.id import Mid, TransportId
from trunkline.model.media import Port
from trunkline.model.report import Stalled

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120), ONE_LOOP]

TOKEN = "only-for-the-operator"
TWELVE = (
    "Ann",
    "Bob Müller",
    "Prof. Dr. Maximiliane von und zu Hohenlohe-Langenburg-Schilling",
    "عبد الرحمن بن عبد العزيز",
    "👩‍🍳 🦊 🏳️‍🌈",
    "Chén Wěi 陈伟",
    "iiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiii",
    "WWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWW",
    "Dora",
    "Eve",
    "Frank",
    "Grace",
)

# Pairs of labels of which one covers some of the other; those that stand out of their own place;
# and how many there are.
LABELS = """() => {
    const boxes = [...document.querySelectorAll(".node")].map(node => {
        const [box, own] = [node.getBoundingClientRect(), node.firstChild.getBoundingClientRect()];
        const texts = [...node.querySelectorAll("bdi, small")]
            .map(one => one.getBoundingClientRect()).filter(one => one.width > 0);
        const inside = texts.every(one => one.left >= own.left - 1 && one.right <= own.right + 1
            && one.top >= own.top - 1 && one.bottom <= own.bottom + 1);
        return { box, inside, name: node.textContent };
    });
    const meet = (a, b) => a.left < b.right && b.left < a.right
        && a.top < b.bottom && b.top < a.bottom;
    return {
        count: boxes.length,
        overlapping: boxes.flatMap((one, index) => boxes.slice(index + 1)
            .filter(other => meet(one.box, other.box)).map(other => [one.name, other.name])),
        outside: boxes.filter(one => !one.inside).map(one => one.name),
    };
}"""


@pytest_asyncio.fixture(loop_scope="module")
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    rules = {"vault": {"passphrase": "sesame"}}
    async with running(tmp_path, rooms=rules, operator_token=TOKEN) as site:
        yield site


def room(page: Page, name: str) -> Locator:
    return page.get_by_role("region", name=f"Room {name}")


async def drawn(page: Page, count: int) -> None:
    """Wait till so many lines are drawn."""
    await expect(page.locator(".lines path.line")).to_have_count(count, timeout=SOON)


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_twelve_people_can_be_told_apart(browser: Browser, site: Site, scheme: str) -> None:
    async with (
        crowd(site.relay.url, TWELVE),
        page_at(browser, site.relay.url, "/status", color_scheme=scheme) as page,
    ):
        await drawn(page, 2 * 12 * 11)
        for size in SIZES:
            await resize(page, size)
            seen: dict[str, Any] = await page.evaluate(LABELS)
            assert seen == {"count": 24, "overlapping": [], "outside": []}, size
            assert await fits(page), size
        await page.get_by_text("Tracks (24)").click()
        await page.get_by_text("Media connections (24)").click()
        assert await axe(page) == []
        await resize(page, "phone")
        assert await fits(page)
        assert await axe(page) == []


async def test_of_twenty_one_sees_bundles_and_the_lines_of_whom_one_chooses(
    browser: Browser, site: Site
) -> None:
    names = [f"Participant number {number}" for number in range(20)]
    async with (
        crowd(site.relay.url, names),
        page_at(browser, site.relay.url, "/status") as page,
    ):
        panel = room(page, "studio")
        await expect(panel.get_by_text("760 lines are too many")).to_be_visible(timeout=SOON)
        await drawn(page, 2 * 20)
        seen: dict[str, Any] = await page.evaluate(LABELS)
        assert seen == {"count": 40, "overlapping": [], "outside": []}
        await panel.get_by_role("button", name=names[7]).first.click()
        await drawn(page, 2 * 2 * 19)


async def test_a_change_shows(browser: Browser, site: Site) -> None:
    async with page_at(browser, site.relay.url, "/status") as page:
        await expect(page.get_by_text("Nobody is here")).to_be_visible(timeout=SOON)
        assert await axe(page) == []
        async with crowd(site.relay.url, ["Ann", "Bob"]):
            tracks = room(page, "studio").get_by_role("table", name="Tracks: studio")
            await expect(tracks.get_by_role("row")).to_have_count(5, timeout=SOON)
            await drawn(page, 4)
            uplink = min(site.core.media)
            site.core.report(Stalled(Port(TransportId(uplink), Mid("1")), True))
            ann = room(page, "studio").get_by_role("button", name="Ann").first
            await expect(ann).to_contain_text("stalled", timeout=SOON)
            row = tracks.get_by_role("row", name=re.compile("Ann Picture stalled . Bob stalled"))
            await expect(row).to_be_visible()
            assert await axe(page) == []
            await site.watch("studio")
            await expect(page.get_by_role("button", name="1 viewer")).to_be_visible(timeout=SOON)
        await expect(room(page, "studio").get_by_text("Nobody sends.")).to_be_visible(timeout=SOON)


async def test_names_are_chosen_by_keys_and_bring_their_lines_out(
    browser: Browser, site: Site
) -> None:
    async with (
        crowd(site.relay.url, ["Ann", "Bob", "Cid"]),
        page_at(browser, site.relay.url, "/status") as page,
    ):
        await drawn(page, 12)
        panel = room(page, "studio")
        ann = panel.get_by_role("button", name="Ann").first
        await ann.focus()
        await page.keyboard.press("Enter")
        await expect(ann).to_have_attribute("aria-pressed", "true")
        await expect(page.locator(".lines [data-faded=true]")).to_have_count(4)
        told = re.compile("Ann sends . → 2 · receives . ← 2")
        await expect(panel.get_by_text(told)).to_be_visible()
        assert await axe(page) == []
        await page.keyboard.press("Enter")
        await expect(ann).to_have_attribute("aria-pressed", "false")
        await page.keyboard.press("Shift+Tab")
        await page.keyboard.press("Space")
        await expect(panel.get_by_role("checkbox", name="Sound")).not_to_be_checked()
        await drawn(page, 6)


async def test_a_line_tells_its_figures(browser: Browser, relay: RunningRelay) -> None:
    async with (
        client(browser, relay.url) as publisher,
        client(browser, relay.url) as viewer,
        page_at(browser, relay.url, "/status") as page,
    ):
        opened = await publisher.publish(f"{relay.url}/whip/studio?name=ann", codec="VP8")
        assert opened["status"] == 201
        await publishing(publisher)
        assert (await viewer.watch(f"{relay.url}/whep/studio"))["status"] == 201
        panel = room(page, "studio")
        cell = panel.get_by_role("row").filter(has_text="VP8")
        await expect(cell).to_contain_text("1 viewer", timeout=SOON)
        await expect(cell.get_by_text("bit/s")).to_have_count(2, timeout=SOON)
        await expect(page.locator(".lines [data-state=flowing]")).to_have_count(2, timeout=SOON)
        await page.locator(".lines [data-kind=video] .reach").hover()
        await expect(panel.get_by_text("ann → 1 viewer")).to_be_visible()
        await expect(panel.get_by_text("· round trip")).to_be_visible()
        assert await publisher.leave() == 200
        await expect(panel.get_by_text("Nobody sends.")).to_be_visible(timeout=SOON)


async def test_rooms_that_are_not_public_are_for_the_operator(browser: Browser, site: Site) -> None:
    await site.publish("open")
    headers = {**SDP, "Authorization": "Bearer sesame"}
    async with (
        site.http.post("/whip/vault", data=offer("sendonly"), headers=headers) as opened,
        page_at(browser, site.relay.url, "/status") as page,
    ):
        assert opened.status == 201
        await expect(room(page, "open")).to_be_visible(timeout=SOON)
        await expect(page.get_by_text("vault")).to_have_count(0)
        token = page.get_by_label("Operator", exact=False)
        await token.fill("wrong")
        await token.press("Enter")
        await expect(page.get_by_text("That is not the operator")).to_be_visible()
        assert await axe(page) == []
        await token.fill(TOKEN)
        await token.press("Enter")
        await expect(room(page, "vault")).to_be_visible(timeout=SOON)
        await page.reload()
        await expect(room(page, "vault")).to_be_visible(timeout=SOON)
        await page.get_by_role("button", name="Show public rooms only").click()
        await expect(room(page, "vault")).to_have_count(0, timeout=SOON)


async def test_many_rooms_are_shown_a_dozen_at_a_time(browser: Browser, site: Site) -> None:
    for number in range(30):
        await site.publish(f"room {number}")
    async with page_at(browser, site.relay.url, "/status") as page:
        panels = page.get_by_role("region", name="Room room")
        await expect(panels).to_have_count(12, timeout=SOON)
        await page.get_by_role("button", name="Show more rooms (18)").click()
        await page.get_by_role("button", name="Show more rooms (6)").click()
        await expect(panels).to_have_count(30)
        await expect(page.get_by_role("button", name="Show more rooms")).to_have_count(0)


async def test_a_relay_that_is_gone_and_back_is_told(browser: Browser, site: Site) -> None:
    await site.publish()
    async with page_at(browser, site.relay.url, "/status", locale="de") as page:
        panel = page.get_by_role("region", name="Raum studio")
        await expect(panel).to_be_visible(timeout=SOON)
        await page.context.set_offline(True)
        await expect(page.get_by_text("Das Relay antwortet nicht")).to_be_visible(timeout=SOON)
        await expect(panel).to_be_visible()
        assert await axe(page) == []
        await page.context.set_offline(False)
        await expect(page.get_by_text("Das Relay antwortet nicht")).to_have_count(0, timeout=SOON)
