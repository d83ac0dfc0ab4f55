"""People in a call, by the page that they have for it: by what they read and hear of it."""

import pytest
from playwright.async_api import Browser, Page, expect

from support.call_page import SOON, button, call_page, choose, crowd, sees, tile, told
from support.relay import RunningRelay
from support.waiting import until

pytestmark = [
    pytest.mark.browser,
    pytest.mark.timeout(180),
    pytest.mark.asyncio(loop_scope="module"),
]


async def test_three_people_meet_talk_and_leave(browser: Browser, relay: RunningRelay) -> None:
    async with (
        call_page(
            browser, relay.url, context={"permissions": ["clipboard-read", "clipboard-write"]}
        ) as ann,
        call_page(browser, relay.url, name="Bob", join="now") as bob,
    ):
        await ann.get_by_label("Your name").fill("Ann")
        await expect(ann.get_by_role("combobox", name="Camera")).to_contain_text("fake_device_0")
        await button(ann, "Join").click()
        async with call_page(browser, relay.url, name="Eve", join="now") as eve:
            await sees(ann, "Bob", "Eve")
            await sees(bob, "Ann", "Eve")
            await sees(eve, "Ann", "Bob")
            for page in (ann, bob, eve):
                await expect(button(page, "3 people")).to_be_visible()
            await invites_others(ann, f"{relay.url}/sfu?room=studio")
            await they_write(ann, bob)
            await they_are_silent(ann, bob)
            await button(eve, "Leave").click()
            await expect(eve.get_by_role("heading", name="You have left the call")).to_be_visible()
            await told(ann, "Eve has left")
        await expect(tile(ann, "Eve")).to_have_count(0)
        await ann.reload()
        await expect(ann.get_by_label("Your name")).to_have_value("Ann")


async def invites_others(ann: Page, address: str) -> None:
    await choose(ann, "Copy the invitation")
    await told(ann, "The invitation is copied")
    assert await ann.evaluate("navigator.clipboard.readText()") == address
    await choose(ann, "Full screen")
    is_full = "document.fullscreenElement !== null"
    await until(lambda: ann.evaluate(is_full), bool, within=10, what="full screen")
    await choose(ann, "Leave full screen")
    await until(lambda: ann.evaluate(is_full), lambda seen: not seen, within=10, what="a window")


async def they_write(ann: Page, bob: Page) -> None:
    """A line is told to who does not look, and read by who does."""
    await button(ann, "Chat").click()
    line = ann.get_by_role("textbox", name="Write to everybody")
    await expect(line).to_be_focused()
    await line.fill("See https://example.org/a.")
    await line.press("Enter")
    await expect(line).to_have_value("")
    await told(bob, "Ann: See https://example.org/a.")
    await button(bob, "Chat, 1 new line").click()
    log = bob.get_by_role("log", name="Chat")
    await expect(log.get_by_role("link", name="https://example.org/a")).to_be_visible()
    await expect(button(bob, "Chat")).to_be_visible()
    await button(ann, "Close").click()
    await button(bob, "Close").click()


async def they_are_silent(ann: Page, bob: Page) -> None:
    """Fake microphones beep: that is speech until they are off."""
    await expect(tile(ann, "Bob").get_by_role("img", name="Speaks")).to_be_visible(timeout=SOON)
    await button(bob, "Turn the microphone off").click()
    muted = tile(ann, "Bob").get_by_role("img", name="Microphone off")
    await expect(muted).to_be_visible(timeout=SOON)
    await expect(tile(ann, "Bob").get_by_role("img", name="Speaks")).to_have_count(0, timeout=SOON)
    await button(bob, "Turn the microphone on").click()
    await expect(muted).to_have_count(0, timeout=SOON)
    await button(bob, "Turn the camera off").click()
    await expect(tile(ann, "Bob").get_by_text("B", exact=True)).to_be_visible(timeout=SOON)
    await button(bob, "Turn the camera on").click()
    await sees(ann, "Bob")
    await button(bob, "Raise your hand").click()
    await told(ann, "Bob raises a hand")
    await expect(tile(ann, "Bob").get_by_role("img", name="Hand raised")).to_be_visible()


async def test_a_screen_is_large_while_it_is_shared(browser: Browser, relay: RunningRelay) -> None:
    async with (
        crowd(browser, relay.url) as others,
        call_page(browser, relay.url, name="Ann", join="now") as ann,
        call_page(browser, relay.url, name="Bob", join="now") as bob,
    ):
        await others.enter("Eve")
        await sees(ann, "Bob", "Eve")
        await button(bob, "Share your screen").click()
        await sees(ann, "Screen of Bob")
        screen, face = await tile(ann, "Screen of Bob").bounding_box(), await box(ann, "Bob")
        assert screen is not None
        assert screen["width"] > 3 * face
        await tile(ann, "Eve").hover()
        await button(ann, "Show Eve large").click()
        await grows(ann, "Eve", beyond="Screen of Bob")
        await tile(ann, "Eve").hover()
        await button(ann, "Show Eve like all others").click()
        await expect(button(ann, "Show Eve large")).to_be_attached()
        await button(bob, "Stop sharing your screen").click()
        await expect(tile(ann, "Screen of Bob")).to_have_count(0, timeout=SOON)
        await sees(ann, "Bob", "Eve")


async def box(page: Page, name: str) -> float:
    """How wide somebody's tile is; 0 where it is not seen."""
    found = await tile(page, name).bounding_box()
    return 0 if found is None else float(found["width"])


async def grows(page: Page, name: str, *, beyond: str) -> None:
    async def look() -> bool:
        return await box(page, name) > 3 * await box(page, beyond)

    await until(look, bool, within=10, what=f"{name} is large")


async def test_devices_change_during_the_call(browser: Browser, relay: RunningRelay) -> None:
    async with (
        call_page(browser, relay.url, name="Ann", join="now") as ann,
        call_page(browser, relay.url, name="Bob", join="now") as bob,
    ):
        await sees(ann, "Bob")
        await choose(bob, "Devices")
        camera = bob.get_by_role("combobox", name="Camera")
        await camera.select_option(label="fake_device_2")
        await expect(camera).to_have_value(await used(bob, "camera"))
        await bob.keyboard.press("Escape")
        await sees(ann, "Bob")
        # The camera is pulled out, and there is no other one; then it is put in again.
        await bob.evaluate(
            """async () => {
                const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
                let isThere = false;
                navigator.mediaDevices.getUserMedia = (wanted) => wanted.video && !isThere
                    ? Promise.reject(new DOMException("None.", "NotFoundError")) : open(wanted);
                window.plugIn = () => {
                    isThere = true;
                    navigator.mediaDevices.dispatchEvent(new Event("devicechange"));
                };
                const [track] = document.querySelector(".own video").srcObject.getVideoTracks();
                track.stop();
                track.dispatchEvent(new Event("ended"));
            }"""
        )
        await expect(tile(ann, "Bob").get_by_text("B", exact=True)).to_be_visible(timeout=SOON)
        await told(bob, "The camera was unplugged.")
        await bob.evaluate("plugIn()")
        await sees(ann, "Bob")


async def used(page: Page, kind: str) -> str:
    """The id of the device that the page remembers."""
    kept = await page.evaluate("JSON.parse(localStorage.getItem('trunkline.call'))")
    return str(kept[kind])
