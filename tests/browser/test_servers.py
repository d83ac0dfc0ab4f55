"""/servers in a browser: add, fail, mend, remove; with keys alone; with the operator's token."""

import json
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Locator, Page, Route, expect

from support.axe import axe
from support.browser import ONE_LOOP
from support.live import live
from support.original import original, serving
from support.page import SIZES, SOON, fits, page_at, resize
from support.relay import free_port
from support.site import Site, running

pytestmark = [
    pytest.mark.browser,
    pytest.mark.timeout(120),
    # aiohttp's client forgets a WebSocket's connection where the other end resets it.
    pytest.mark.filterwarnings("ignore:Unclosed connection:ResourceWarning"),
    ONE_LOOP,
]

TOKEN = "only-for-the-operator"
NOBODY = "https://127.0.0.1:9"
CAMERA = {
    "id": "gate",
    "room": "yard",
    "name": "Gate",
    "url": "rtsp://admin@192.168.1.20/Streaming/Channels/101",
    "sub": None,
    "mode": "on-demand",
    "state": "live",
    "error": None,
    "picture": {
        "codec": "H264",
        "width": 1920,
        "height": 1080,
        "fps": 25.0,
        "kbps": 3100,
        "lastKeyframe": 1.0,
    },
    "sound": {"codec": "AAC", "channels": 1},
    "doing": "AAC is turned into Opus",
    "restarts": 3,
}
NEARBY = {"name": "kitchen", "url": "https://kitchen.local:8443", "addresses": ["192.168.1.9"]}


@pytest_asyncio.fixture(loop_scope="module")
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    async with running(tmp_path / "here", operator_token=TOKEN, relay_name="here") as site:
        yield site


@pytest_asyncio.fixture(loop_scope="module")
async def other(tmp_path: Path) -> AsyncIterator[Site]:
    async with running(tmp_path / "there", relay_name="there") as site:
        yield site


class Cameras:
    """Stands in for the API of cameras, and for what is found nearby."""

    def __init__(self) -> None:
        self.cameras: list[dict[str, Any]] = [CAMERA]
        self.refusal = ""

    async def join(self, page: Page) -> None:
        await page.route("**/api/v1/cameras**", self._answer)
        await page.route("**/api/v1/nearby", lambda route: route.fulfill(json={"relays": [NEARBY]}))

    async def _answer(self, route: Route) -> None:
        request = route.request
        if request.method == "GET":
            await route.fulfill(json={"cameras": self.cameras})
        elif self.refusal:
            problem = {"status": 422, "title": "Unprocessable Entity", "detail": self.refusal}
            await route.fulfill(status=422, json=problem)
        elif request.method == "DELETE":
            self.cameras = []
            await route.fulfill(status=204)
        else:
            self.cameras = [{**CAMERA, **json.loads(request.post_data or "{}")}]
            await route.fulfill(status=201, json=self.cameras[0])


def trunks(page: Page) -> Locator:
    return page.get_by_role("region", name="Other relays")


async def told(page: Page, words: str) -> None:
    said = page.get_by_role("status").filter(has_text=words)
    await expect(said).to_be_visible(timeout=SOON)


async def _remove_by_keys(page: Page, name: str) -> None:
    """With a change of mind in between."""
    keys = page.keyboard
    remove = page.get_by_role("button", name=f"Remove {name}")
    await remove.focus()
    await keys.press("Enter")
    sure = page.get_by_role("group", name=f"Remove {name} for good?")
    await expect(sure.get_by_role("button", name="Remove")).to_be_focused()
    assert await axe(page) == []
    await keys.press("Tab")
    await keys.press("Enter")
    await expect(remove).to_be_focused()
    await keys.press("Enter")
    await expect(sure.get_by_role("button", name="Remove")).to_be_focused()
    await keys.press("Enter")
    await told(page, "Removed.")
    await expect(page.get_by_role("button", name="Add a relay")).to_be_focused()


async def test_a_trunk_is_added_fails_is_mended_and_removed_by_keys_alone(
    browser: Browser, site: Site, other: Site
) -> None:
    async with page_at(browser, site.relay.url, "/servers") as page:
        await expect(trunks(page).get_by_text("There are no trunks yet.")).to_be_visible(
            timeout=SOON
        )
        # A relay on loopback alone neither looks for others nor, here, has cameras.
        assert await axe(page) == []
        keys = page.keyboard
        await keys.press("Tab")
        await keys.press("Tab")
        await keys.press("Enter")
        await expect(page.get_by_label("Address")).to_be_focused()
        assert await axe(page) == []
        await keys.type("gopher://nowhere")
        await keys.press("Enter")
        await expect(page.get_by_role("alert").filter(has_text="is not spoken")).to_be_visible(
            timeout=SOON
        )
        await page.get_by_label("Address").fill(NOBODY)
        await keys.press("Enter")
        await told(page, "Added.")
        await expect(page.get_by_role("button", name="Add a relay")).to_be_focused()
        entry = trunks(page).get_by_role("listitem")
        await expect(entry).to_contain_text("Not connected", timeout=SOON)
        await expect(entry).to_contain_text(re.compile("refused", re.IGNORECASE))
        assert await axe(page) == []
        await keys.press("Tab")
        await keys.press("Enter")
        field = page.get_by_label("Address")
        await expect(field).to_be_focused()
        await expect(field).to_have_value(NOBODY)
        await field.fill(other.relay.url)
        await keys.press("Enter")
        await told(page, "Changed.")
        await expect(entry.get_by_role("heading", name="there")).to_be_visible(timeout=SOON)
        await expect(entry).to_contain_text("Connected")
        assert await axe(page) == []
        await _remove_by_keys(page, "there")
        await expect(trunks(page).get_by_text("There are no trunks yet.")).to_be_visible()


async def test_who_dials_us_is_shown_and_not_changed(
    browser: Browser, site: Site, other: Site
) -> None:
    async with other.http.post("/api/v1/trunks", json={"url": site.relay.url}) as added:
        assert added.status == 201
    async with page_at(browser, site.relay.url, "/servers", locale="de") as page:
        region = page.get_by_role("region", name="Andere Relays")
        entry = region.get_by_role("listitem")
        await expect(entry).to_contain_text("vom anderen", timeout=SOON)
        await expect(entry.get_by_role("button")).to_have_count(0)


async def test_elsewhere_the_token_is_asked_for(browser: Browser, tmp_path: Path) -> None:
    settings = {"operator_token": TOKEN, "http_prefix": "/live"}
    async with (
        running(tmp_path, **settings) as site,
        page_at(browser, site.relay.url, "/live/servers") as page,
    ):
        await page.get_by_role("button", name="Add a relay").click(timeout=SOON)
        await page.get_by_label("Address").fill(NOBODY)
        save = page.get_by_role("button", name="Save")
        await save.click()
        await expect(page.get_by_role("alert").filter(has_text="token")).to_be_visible(timeout=SOON)
        token = page.get_by_role("textbox", name="token")
        for given in ("wrong-but-long-enough", TOKEN):
            await token.fill(given)
            await token.press("Enter")
            await expect(page.get_by_text("The token is known")).to_be_visible()
            async with page.expect_response(lambda one: one.request.method == "POST") as answer:
                await save.click()
            await (await answer.value).finished()
            assert (await answer.value).status == (201 if given == TOKEN else 401)
            await expect(page.locator("[aria-disabled=true]")).to_have_count(0)
        await told(page, "Added.")
        await page.get_by_role("button", name="Forget the token").click()
        await page.get_by_role("button", name=f"Remove {NOBODY}").click()
        await page.get_by_role("group").get_by_role("button", name="Remove").click()
        await expect(page.get_by_role("alert").filter(has_text="token")).to_be_visible(timeout=SOON)
        assert await axe(page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_cameras_and_relays_nearby(browser: Browser, site: Site, scheme: str) -> None:
    stand_in = Cameras()
    async with page_at(browser, site.relay.url, "/", color_scheme=scheme) as page:
        await stand_in.join(page)
        await page.get_by_role("link", name="Trunks and cameras").click()
        cameras = page.get_by_role("region", name="Cameras")
        entry = cameras.get_by_role("listitem")
        await expect(entry).to_contain_text("H264 · 1920 × 1080 · 25 fps", timeout=SOON)
        for size in SIZES:
            await resize(page, size)
            assert await fits(page), size
        assert await axe(page) == []
        await cameras.get_by_role("button", name="Change Gate").click()
        await page.get_by_text("More", exact=True).click()
        await page.get_by_label("Fetched").select_option("always")
        stand_in.refusal = "There is a camera 'Gate' in room 'yard': choose another name."
        await page.get_by_label("Name", exact=True).press("Enter")
        alert = cameras.get_by_role("alert").filter(has_text="choose another name")
        await expect(alert).to_be_visible(timeout=SOON)
        assert await axe(page) == []
        stand_in.refusal = ""
        await page.get_by_label("Name", exact=True).fill("Door")
        await page.get_by_label("Name", exact=True).press("Enter")
        await told(page, "Changed.")
        assert (stand_in.cameras[0]["name"], stand_in.cameras[0]["mode"]) == ("Door", "always")
        await page.get_by_role("button", name="Add kitchen").click()
        await expect(page.get_by_label("Address")).to_have_value(str(NEARBY["url"]))
        await page.keyboard.press("Escape")
        await expect(page.get_by_label("Address")).to_have_count(0)
        await page.get_by_role("button", name="Remove Door").click()
        await page.get_by_role("group").get_by_role("button", name="Remove").click()
        await expect(cameras.get_by_text("There are no cameras yet.")).to_be_visible(timeout=SOON)
        await page.context.set_offline(True)
        await told(page, "The relay does not answer")


async def test_a_real_camera_says_what_it_lacks(browser: Browser, site: Site) -> None:
    async with page_at(browser, site.relay.url, "/servers") as page:
        cameras = page.get_by_role("region", name="Cameras")
        await cameras.get_by_role("button", name="Add a camera").click(timeout=SOON)
        await page.get_by_label("Address", exact=True).fill("rtsp://me:secret@127.0.0.1:9/stream")
        await page.get_by_label("Name", exact=True).fill("Gate")
        await page.get_by_label("Room", exact=True).fill("yard")
        await page.get_by_text("More", exact=True).click()
        await page.get_by_label("Fetched").select_option("always")
        await page.get_by_role("button", name="Save").click()
        await told(page, "Added.")
        entry = cameras.get_by_role("listitem")
        await expect(entry).to_contain_text("Not connected", timeout=SOON)
        await expect(entry.locator("p.trouble").first).not_to_be_empty()
        await expect(entry).not_to_contain_text("secret")
        assert await axe(page) == []
        await cameras.get_by_role("button", name="Remove Gate").click()
        await page.get_by_role("group").get_by_role("button", name="Remove").click()
        await expect(cameras.get_by_text("There are no cameras yet.")).to_be_visible(timeout=SOON)


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_an_original_umbrella_relay(browser: Browser, tmp_path: Path, scheme: str) -> None:
    async with (
        original() as it,
        live(tmp_path) as relay,
        page_at(browser, relay.relay.url, "/servers", color_scheme=scheme) as page,
    ):
        entry = trunks(page).get_by_role("listitem")
        async with serving(it, free_port()) as url:
            await it.browser("one")
            await page.get_by_role("button", name="Add a relay").click(timeout=SOON)
            await page.get_by_label("Address").fill(url)
            await page.get_by_label("Address").press("Enter")
            await told(page, "Added.")
            await expect(entry).to_contain_text("Connected", timeout=SOON)
            await expect(entry).to_contain_text("an original Umbrella relay, in the room default")
            await expect(entry.get_by_role("heading", name=url)).to_be_visible()
            # What it sends is measured, but not how far it is.
            received = entry.locator("div").filter(has_text="Receives").locator("dd")
            await expect(received).to_contain_text("2 tracks", timeout=SOON)
            await expect(entry).not_to_contain_text("Round trip")
            for size in SIZES:
                await resize(page, size)
                assert await fits(page), size
            assert await axe(page) == []
        # It was killed.
        await expect(entry).to_contain_text("Not connected", timeout=SOON)
        await expect(entry.locator("p.trouble").first).not_to_be_empty()
        assert await axe(page) == []
