"""An ICE restart by PATCH (RFC 9725 section 4.3.3): media go on."""

import pytest
from playwright.async_api import Browser

from support.browser import ONE_LOOP
from support.client import Client, client, has_sound, publishing, shows_moving_picture
from support.relay import RunningRelay
from support.waiting import until

pytestmark = [pytest.mark.browser, pytest.mark.timeout(90), ONE_LOOP]


async def restarts(who: Client) -> None:
    """Restart, and see that the new ICE session is the one in use."""
    before = await who.ice()
    answer = await who.restart()
    assert answer["status"] == 200, answer["body"]
    await until(
        who.ice,
        lambda now: (
            now["ufrag"] != before["ufrag"]
            and now["changes"] > before["changes"]
            and now["state"] == "connected"
        ),
        within=15,
        what=f"another ICE session than {before}",
    )


@pytest.mark.parametrize("relay", ["--workers=1", "--workers=2"], indirect=True)
async def test_media_go_on_after_each_side_restarts(relay: RunningRelay, browser: Browser) -> None:
    async with client(browser, relay.url) as publisher, client(browser, relay.url) as viewer:
        await publisher.publish(f"{relay.url}/whip/room", codec="VP8")
        await publishing(publisher)
        await viewer.watch(f"{relay.url}/whep/room")
        await shows_moving_picture(viewer)
        for who in (viewer, publisher, viewer):
            await restarts(who)
            await shows_moving_picture(viewer)
            await has_sound(viewer)
        assert await viewer.leave() == 200
        assert await publisher.leave() == 200
