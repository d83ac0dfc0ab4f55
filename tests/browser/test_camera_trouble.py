"""Pages say why a camera gives no picture, and what the relay does with one."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, Route, expect

from support.axe import axe
from support.browser import ONE_LOOP
from support.call_page import call_page, tile
from support.page import SOON, page_at
from support.relay import RunningRelay, free_port, running_relay
from support.rude import Programme, RudeCamera, rude_camera
from support.streams import record
from support.trunks import join

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180), ONE_LOOP]

SECRET = "s3cret-Password"
SENTENCES = {
    "off": "Nothing listens at the camera\u2019s address: it may be switched off.",
    "login": "The camera refuses the user name or the password that the relay has.",
    "path": "The camera answers, but has no stream at the address that the relay has.",
    "codec": "The camera sends its picture in a way that nobody here can play.",
}
GERMAN = "Die Kamera lehnt Benutzernamen oder Passwort ab, die das Relay hat."


@asynccontextmanager
async def showing(folder: Path, urls: Mapping[str, str]) -> AsyncIterator[RunningRelay]:
    """A relay with cameras, each in a room of its name."""
    settings = folder / "settings.toml"
    settings.write_text(
        "\n".join(
            f'[[cameras]]\nurl = "{url}"\nroom = "{name}"\nname = "Gate"\nloop = true\n'
            for name, url in urls.items()
        )
    )
    async with running_relay("--config", str(settings)) as relay:
        yield relay


async def rude(stack: AsyncExitStack) -> tuple[RudeCamera, str]:
    camera, url = await stack.enter_async_context(rude_camera())
    return camera, url.replace("rtsp://", f"rtsp://ann:{SECRET}@")


async def says(page: Page, sentence: str, heading: str) -> None:
    await expect(page.get_by_role("heading")).to_have_text(heading, timeout=SOON)
    await expect(page.locator(".card")).to_contain_text(sentence)
    assert SECRET not in await page.content()


async def test_a_camera_that_cannot_be_had_says_why(browser: Browser, tmp_path: Path) -> None:
    async with AsyncExitStack() as stack:
        urls = {"off": f"rtsp://ann:{SECRET}@127.0.0.1:{free_port()}/1"}
        login, urls["login"] = await rude(stack)
        path, urls["path"] = await rude(stack)
        codec, urls["codec"] = await rude(stack)
        login.verdict, path.verdict = "401 Unauthorized", "404 Not Found"
        codec.programme = Programme(codec="X-UNHEARD-OF")
        relay = await stack.enter_async_context(showing(tmp_path, urls))
        heading = "No picture from the camera “Gate”"
        for room, sentence in SENTENCES.items():
            async with page_at(browser, relay.url, f"/watch/{room}?participant=Gate") as page:
                await says(page, sentence, heading)
                if room == "login":
                    assert await axe(page) == []
        async with page_at(browser, relay.url, "/watch/login", locale="de") as page:
            await says(page, GERMAN, "Kein Bild von der Kamera „Gate“")
        async with call_page(browser, relay.url, room="login", join="viewer") as page:
            await expect(tile(page, "Gate")).to_contain_text(SENTENCES["login"], timeout=SOON)
            assert SECRET not in await page.content()


@pytest.mark.parametrize("path", ["/sfu?room=gate&join=viewer", "/watch/gate?participant=Gate"])
async def test_a_page_is_loaded_though_it_has_no_picture(
    browser: Browser, tmp_path: Path, path: str
) -> None:
    is_told = asyncio.Event()

    async def hold(route: Route) -> None:
        """Answer when the page shows the camera already."""
        await is_told.wait()
        await route.fulfill(body="")

    urls = {"gate": f"rtsp://127.0.0.1:{free_port()}/1"}
    async with showing(tmp_path, urls) as relay, page_at(browser, relay.url, "/") as page:
        await page.route("**/late.png", hold)
        await page.add_init_script("new Image().src = '/late.png'")
        await page.goto(relay.url + path, wait_until="commit")
        await expect(page.locator("body")).to_contain_text(SENTENCES["off"], timeout=SOON)
        assert await page.evaluate("document.readyState") == "interactive"
        is_told.set()
        await page.wait_for_load_state("load", timeout=SOON)


async def test_a_camera_that_breaks_off_says_so_and_its_picture_comes_back(
    browser: Browser, tmp_path: Path
) -> None:
    async with (
        rude_camera() as (camera, url),
        showing(tmp_path, {"yard": url}) as relay,
        page_at(browser, relay.url, "/watch/yard") as page,
    ):
        main = page.locator("main")
        await expect(main).to_have_attribute("data-kind", "playing", timeout=SOON)
        camera.verdict = "503 Service Unavailable"
        camera.mischief = lambda *_: False
        await expect(page.get_by_role("heading")).to_have_text(
            "No picture from the camera “Gate”", timeout=SOON
        )
        camera.verdict = "200 OK"
        camera.mischief = lambda *_: True
        await expect(main).to_have_attribute("data-kind", "playing", timeout=2 * SOON)
        await expect(page.get_by_role("heading")).to_have_count(0)


async def test_what_is_made_of_a_picture_is_said_beside_the_figures(
    browser: Browser, tmp_path: Path
) -> None:
    film = record(tmp_path / "film.mkv", "mpeg4", None, seconds=3)
    async with (
        showing(tmp_path, {"yard": film.as_uri()}) as relay,
        page_at(browser, relay.url, "/watch/yard") as page,
    ):
        await expect(page.locator("main")).to_have_attribute("data-kind", "playing", timeout=SOON)
        await page.keyboard.press("s")
        await expect(page.get_by_role("region", name="Statistics")).to_contain_text(
            "MPEG4 → H.264, made by the relay: browsers do not show MPEG4", timeout=SOON
        )


async def test_people_at_another_relay_are_told_the_same(browser: Browser, tmp_path: Path) -> None:
    film = record(tmp_path / "film.mkv", "mpeg4", None, seconds=3)
    async with AsyncExitStack() as stack:
        login, url = await rude(stack)
        login.verdict = "401 Unauthorized"
        urls = {"login": url, "yard": film.as_uri()}
        far = await stack.enter_async_context(showing(tmp_path, urls))
        near = await stack.enter_async_context(running_relay())
        await join(near, far.url)
        async with page_at(browser, near.url, "/watch/login?participant=Gate") as page:
            await says(page, SENTENCES["login"], "No picture from the camera “Gate”")
        async with call_page(browser, near.url, room="login", join="viewer") as page:
            await expect(tile(page, "Gate")).to_contain_text(SENTENCES["login"], timeout=SOON)
        async with page_at(browser, near.url, "/watch/yard") as page:
            await expect(page.locator("main")).to_have_attribute(
                "data-kind", "playing", timeout=SOON
            )
            await page.keyboard.press("s")
            await expect(page.get_by_role("region", name="Statistics")).to_contain_text(
                "MPEG4 → H.264, made by the relay: browsers do not show MPEG4", timeout=SOON
            )
