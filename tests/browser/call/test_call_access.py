"""The call page for those who use the keyboard alone, hear the page, or read it large."""

import pytest
from playwright.async_api import Browser, Page, expect

from support.axe import axe
from support.call_page import SOON, button, call_page, crowd, sees, tile, told
from support.relay import RunningRelay

pytestmark = [
    pytest.mark.browser,
    pytest.mark.timeout(180),
    pytest.mark.asyncio(loop_scope="module"),
]

LONG = "Christopher Alexander Montgomery-Featherstonehaugh the Third"
ARABIC = "\u0645\u062d\u0645\u062f"


async def is_accessible(page: Page) -> None:
    """Let axe look for what somebody could not use or read, in light and in dark."""
    for scheme in ("light", "dark"):
        await page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        assert await axe(page) == [], f"in {scheme}"


async def test_axe_finds_nothing_wrong_in_any_state(browser: Browser, relay: RunningRelay) -> None:
    async with (
        crowd(browser, relay.url) as others,
        call_page(browser, relay.url, name="Ann") as ann,
    ):
        await expect(button(ann, "Turn the camera off")).to_be_visible(timeout=SOON)
        await is_accessible(ann)
        await button(ann, "Turn the camera off").click()
        await ann.get_by_role("textbox", name="Your name").fill("")
        await button(ann, "Join").click()
        await expect(ann.get_by_text("Type a name")).to_be_visible()
        await is_accessible(ann)
        await ann.get_by_role("textbox", name="Your name").fill("Ann")
        await button(ann, "Join").click()
        await expect(ann.get_by_role("heading", name="Nobody else is here")).to_be_visible(
            timeout=SOON
        )
        await is_accessible(ann)
        await others.enter(LONG, ARABIC, sound=True)
        await others.do("mute", LONG, True)
        await others.raises_hand(ARABIC)
        await sees(ann, LONG, ARABIC)
        await ann.keyboard.press("s")
        await is_accessible(ann)
        await others.says(ARABIC, "See https://example.org")
        await ann.keyboard.press("c")
        await expect(ann.get_by_role("link", name="https://example.org")).to_be_visible()
        await is_accessible(ann)
        await ann.keyboard.press("Escape")
        await others.do("share", LONG)
        await sees(ann, f"Screen of {LONG}")
        await is_accessible(ann)
        for key, title in (("o", "People"), ("d", "Devices"), ("?", "Keyboard")):
            await ann.keyboard.press(key)
            heading = ann.get_by_role("heading", name=title)
            await expect(heading).to_be_visible()
            await is_accessible(ann)
            await ann.keyboard.press("Escape")
            await expect(heading).to_have_count(0)
        await button(ann, "More").click()
        await is_accessible(ann)
        await ann.keyboard.press("Escape")
        await button(ann, "Leave").click()
        await expect(ann.get_by_role("heading", name="You have left the call")).to_be_visible()
        await is_accessible(ann)


async def test_a_whole_call_by_keyboard_alone(browser: Browser, relay: RunningRelay) -> None:
    async with (
        crowd(browser, relay.url) as others,
        call_page(browser, relay.url) as ann,
    ):
        await others.enter("Bob", sound=True)
        await expect(ann.get_by_role("textbox", name="Your name")).to_be_focused(timeout=SOON)
        await ann.keyboard.type("Ann")
        await expect(button(ann, "Turn the camera off")).to_be_visible(timeout=SOON)
        await ann.keyboard.press("Enter")
        await sees(ann, "Bob")
        await ann.keyboard.press("m")
        await expect(button(ann, "Turn the microphone on")).to_be_visible()
        await ann.keyboard.press("h")
        await expect(button(ann, "Lower your hand")).to_be_visible()
        # What is typed into the chat is no command.
        await ann.keyboard.press("c")
        await ann.keyboard.type("mhv?")
        await ann.keyboard.press("Enter")
        await expect(ann.get_by_role("log")).to_contain_text("mhv?")
        await expect(button(ann, "Turn the microphone on")).to_be_visible()
        await ann.keyboard.press("Escape")
        await expect(ann.get_by_role("log")).to_have_count(0)
        await reach(ann, "Show Bob large")
        await ann.keyboard.press("Enter")
        await expect(button(ann, "Show Bob like all others")).to_be_focused()
        # The keys can be turned off, for those whose tools send single letters.
        await ann.keyboard.press("?")
        sheet = ann.get_by_role("dialog", name="Keyboard")
        await expect(sheet).to_be_visible()
        await sheet.get_by_label("Single keys do something").focus()
        await ann.keyboard.press("Space")
        await ann.keyboard.press("Escape")
        await expect(sheet).to_have_count(0)
        await ann.keyboard.press("m")
        await reach(ann, "Leave")
        await expect(button(ann, "Turn the microphone on")).to_be_visible()
        await ann.keyboard.press("Enter")
        await expect(ann.get_by_role("heading", name="You have left the call")).to_be_visible()
        await reach(ann, "Join again")
        await ann.keyboard.press("Enter")
        await expect(ann.get_by_role("textbox", name="Your name")).to_have_value("Ann")


async def reach(page: Page, name: str) -> None:
    """Go to a button as the keyboard does."""
    for _ in range(40):
        if await button(page, name).evaluate_all(
            "all => all.some((one) => one === document.activeElement)"
        ):
            return
        await page.keyboard.press("Tab")
    raise AssertionError(f"{name!r} cannot be reached with Tab")


async def test_nothing_is_cut_off_in_german_and_twice_as_large(
    browser: Browser, relay: RunningRelay
) -> None:
    # A laptop's window at 200 %, and a telephone's.
    async with (
        crowd(browser, relay.url) as others,
        call_page(browser, relay.url, size=(683, 384), name=LONG, lang="de") as ann,
    ):
        await others.enter(ARABIC)
        assert await ann.evaluate("document.documentElement.lang") == "de"
        await button(ann, "Teilnehmen").click()
        await sees(ann, ARABIC)
        for width, height in ((683, 384), (390, 844), (844, 390), (320, 560)):
            await ann.set_viewport_size({"width": width, "height": height})
            for name in ("Kamera ausschalten", "Chat", "Mehr", "Verlassen"):
                await expect(button(ann, name)).to_be_in_viewport(ratio=1)
            await expect(tile(ann, ARABIC)).to_be_in_viewport(ratio=0.99)
            assert await ann.evaluate(
                "(({ scrollWidth, scrollHeight }) => [scrollWidth, scrollHeight])"
                "(document.documentElement)"
            ) == [width, height]
        await others.raises_hand(ARABIC)
        await told(ann, "meldet sich")
