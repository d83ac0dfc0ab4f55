"""Calls that something comes in the way of: no devices, a secret, a cut, a restart."""

import json
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from support.axe import axe
from support.browser import chromium
from support.call_page import FLAGS, ROOM, SOON, button, call_page, crowd, sees, tile, told
from support.network import star
from support.relay import RunningRelay, free_port, running_relay

pytestmark = [
    pytest.mark.browser,
    pytest.mark.timeout(180),
    pytest.mark.asyncio(loop_scope="module"),
]

NO_DEVICES = """
    navigator.mediaDevices.getUserMedia = () =>
        Promise.reject(new DOMException("None.", "NotFoundError"));
"""
REFUSED = """
    navigator.mediaDevices.getUserMedia = () => window.mayAsk
        ? Promise.resolve(document.createElement("canvas").captureStream(5))
        : Promise.reject(new DOMException("No.", "NotAllowedError"));
"""


async def test_whoever_has_no_devices_or_refuses_them_can_come_in(
    browser: Browser, relay: RunningRelay
) -> None:
    async with (
        crowd(browser, relay.url) as others,
        call_page(browser, relay.url, name="Bob", script=NO_DEVICES) as bob,
        call_page(browser, relay.url, name="Eve", script=REFUSED) as eve,
    ):
        await others.enter("Ann")
        await told(bob, "No camera and no microphone were found.")
        await button(bob, "Join without camera and microphone").click()
        await sees(bob, "Ann")
        await told(eve, "The browser does not let this page use your camera and microphone.")
        await button(eve, "Only watch and listen").click()
        await sees(eve, "Ann")
        await expect(button(eve, "Turn the microphone on")).to_have_count(0)
        await button(eve, "3 people").click()
        panel = eve.get_by_role("region", name="People")
        await expect(panel.get_by_role("listitem").filter(has_text="Bob")).to_contain_text(
            "only watching"
        )
        # Bob turns the microphone on, when there is one.
        await bob.evaluate("delete navigator.mediaDevices.getUserMedia")
        await button(bob, "Turn the microphone on").click()
        await expect(tile(eve, "Bob")).to_be_visible(timeout=SOON)


async def test_a_refusal_can_be_taken_back(browser: Browser, relay: RunningRelay) -> None:
    async with call_page(browser, relay.url, script=REFUSED) as page:
        await told(page, "The browser does not let this page use your camera and microphone.")
        assert await axe(page) == []
        await button(page, "Join without camera and microphone").click()
        field = page.get_by_role("textbox", name="Your name")
        await expect(field).to_be_focused()
        await expect(page.get_by_text("Type a name")).to_be_visible()
        await page.evaluate("mayAsk = true")
        await button(page, "Try again").click()
        await expect(button(page, "Turn the camera off")).to_be_visible(timeout=SOON)


async def test_a_page_without_tls_says_what_it_cannot_do(browser: Browser) -> None:
    with star(1) as net:
        async with (
            running_relay(place=net.hub, address=net.hub_addresses[0], host="0.0.0.0") as relay,
            chromium(inside=net.clients[0].inside, flags=FLAGS) as inside,
            call_page(inside, relay.url, name="Ann") as ann,
        ):
            await told(ann, "Open this page with https to be seen and heard")
            await button(ann, "Join without camera and microphone").click()
            await expect(ann.get_by_role("heading", name="Nobody else is here")).to_be_visible(
                timeout=SOON
            )


async def test_a_passphrase_is_asked_for(browser: Browser, tmp_path: Path) -> None:
    settings = tmp_path / "relay.toml"
    settings.write_text(f"[rooms.{ROOM}]\npassphrase = {json.dumps('open sesame')}\n")
    async with (
        running_relay("--config", str(settings)) as relay,
        call_page(browser, relay.url, name="Ann") as ann,
    ):
        await button(ann, "Join").click()
        await expect(ann.get_by_role("alert")).to_contain_text("This room has a passphrase.")
        field = ann.get_by_label("Passphrase of the room")
        await field.fill("guess")
        await field.press("Enter")
        await expect(ann.get_by_role("alert")).to_contain_text("not the room's passphrase")
        await field.fill("open sesame")
        await field.press("Enter")
        await expect(button(ann, "Leave")).to_be_visible(timeout=SOON)


async def test_two_tabs_of_one_browser_are_two_people(
    browser: Browser, relay: RunningRelay
) -> None:
    async with (
        crowd(browser, relay.url) as others,
        call_page(browser, relay.url, name="Ann", join="now") as first,
    ):
        await others.enter("Bob")
        second = await first.context.new_page()
        await second.goto(first.url)
        await sees(second, "Bob", "Ann")
        await sees(first, "Bob", "Ann")
        await second.close()
        await expect(tile(first, "Ann")).to_have_count(0, timeout=SOON)
        await sees(first, "Bob")


async def test_a_call_goes_on_after_a_restart(browser: Browser) -> None:
    port = free_port()
    async with (
        running_relay(port=port) as relay,
        call_page(browser, relay.url, name="Ann", join="now") as ann,
        call_page(browser, relay.url, name="Bob", join="now") as bob,
    ):
        await sees(ann, "Bob")
        await button(bob, "Turn the microphone off").click()
        await relay.process.kill()
        await told(ann, "Connection lost. You will be back by yourself")
        assert await axe(ann) == []
        async with running_relay(port=port):
            await sees(ann, "Bob")
            await sees(bob, "Ann")
            muted = tile(ann, "Bob").get_by_role("img", name="Microphone off")
            await expect(muted).to_be_visible(timeout=SOON)
            await expect(ann.get_by_text("Connection lost")).to_have_count(0, timeout=SOON)


UNREACHABLE = """
    window.isThere = false;
    const Real = WebSocket;
    window.WebSocket = class extends Real {
        constructor(url, protocol) {
            super(isThere ? url : "ws://127.0.0.1:9/", protocol);
        }
    };
"""


async def test_a_page_that_enters_by_itself_goes_on_trying(
    browser: Browser, relay: RunningRelay
) -> None:
    async with (
        crowd(browser, relay.url) as others,
        # The policy lets the page ask no other host, as which a relay stands that is not there.
        call_page(
            browser,
            relay.url,
            script=UNREACHABLE,
            context={"bypass_csp": True},
            name="Ann",
            join="now",
        ) as ann,
    ):
        await others.enter("Bob")
        await expect(ann.get_by_role("alert")).to_contain_text(
            "The relay does not answer.", timeout=SOON
        )
        await ann.evaluate("isThere = true")
        await sees(ann, "Bob")


async def test_a_call_goes_on_after_a_cut() -> None:
    with star(2) as net:
        address = net.hub_addresses[0]
        async with (
            running_relay(place=net.hub, address=address, host="0.0.0.0", tls=True) as relay,
            chromium(inside=net.clients[0].inside, flags=FLAGS) as here,
            chromium(inside=net.clients[1].inside, flags=FLAGS) as there,
            call_page(here, relay.url, name="Ann", join="now") as ann,
            call_page(there, relay.url, name="Bob", join="now") as bob,
        ):
            await sees(ann, "Bob")
            await sees(bob, "Ann")
            net.hub.drop(f"ip saddr {net.addresses[1]}")
            await told(bob, "Connection lost. You will be back by yourself")
            await expect(tile(ann, "Bob")).to_have_count(0, timeout=SOON)
            net.hub.drop()
            await sees(bob, "Ann")
            await sees(ann, "Bob")
            await expect(bob.get_by_text("Connection lost")).to_have_count(0, timeout=SOON)


async def test_sound_waits_for_a_click_where_the_browser_wants_one(relay: RunningRelay) -> None:
    flags = (*FLAGS, "--autoplay-policy=user-gesture-required")
    async with (
        chromium(flags=flags) as strict,
        crowd(strict, relay.url) as others,
        call_page(strict, relay.url, name="Ann", join="viewer") as ann,
    ):
        await others.enter("Bob", sound=True)
        await sees(ann, "Bob")
        video = tile(ann, "Bob").locator("video")
        await expect(video).to_have_js_property("muted", True)
        await button(ann, "Click to hear the others").click()
        await expect(video).to_have_js_property("muted", False)
        await expect(button(ann, "Click to hear the others")).to_have_count(0)
        await sees(ann, "Bob")
