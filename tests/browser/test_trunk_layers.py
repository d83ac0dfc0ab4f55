"""Encodings of a browser's picture cross a trunk as far as somebody wants them."""

from contextlib import AsyncExitStack

import pytest
from playwright.async_api import Browser

from support.browser import ONE_LOOP
from support.guest import guest
from support.original import original, serving
from support.relay import free_port, running_relay
from support.trunks import join
from support.waiting import until
from trunkline.model.media import Wish
from trunkline.protocol.room.server import UMBRELLA_ROOM

pytestmark = [pytest.mark.browser, pytest.mark.timeout(150), ONE_LOOP]


async def test_layers_cross_as_they_are_wanted(browser: Browser) -> None:
    async with AsyncExitStack() as stack:
        one, other = [await stack.enter_async_context(running_relay()) for _ in range(2)]
        await join(other, one.url)
        ann = await stack.enter_async_context(guest(browser, one.url, "Ann"))
        bob = await stack.enter_async_context(guest(browser, other.url, "Bob"))
        eve = await stack.enter_async_context(guest(browser, other.url, "Eve"))
        await ann.publish_layers(640, 360)
        (track,) = await bob.knows(1)
        await eve.knows(1)

        async def widths() -> list[int]:
            return [layer.width for layer in bob.tracks[track.id].layers]

        await bob.accept(track)
        await until(widths, lambda now: now[:2] == [160, 320], within=60, what="two layers")
        for wish, width in (
            (Wish(max_layer=0), 160),
            (Wish(width=161, height=90), 320),
            (Wish(width=160, height=90), 160),
        ):
            await bob.accept(track, wish=wish)
            await bob.is_shown(track, width)
            await bob.gets(track)
        # Both cross now, and each is sent what it wants.
        await eve.accept(track, wish=Wish(max_layer=1))
        await eve.is_shown(track, 320)
        await bob.is_shown(track, 160)
        await bob.gets(track)
        await eve.gets(track)
        assert bob.offers == 1


async def test_an_original_is_sent_the_highest_layer_that_may_cross(browser: Browser) -> None:
    async with original() as it, running_relay() as relay, AsyncExitStack() as stack:
        ann = await stack.enter_async_context(guest(browser, relay.url, "Ann", room=UMBRELLA_ROOM))
        await ann.publish_layers(640, 360)
        url = await stack.enter_async_context(serving(it, free_port()))
        await join(relay, url, maxLayer=1)
        leg = it.legs[0]

        async def widths() -> list[int]:
            return [*leg.widths.values()]

        await until(widths, lambda now: now == [320], within=60, what="the second layer")
        frames = dict(leg.frames)

        async def more() -> bool:
            return any(leg.frames[track] > count + 60 for track, count in frames.items())

        await until(more, bool, within=60, what="more of it")
        assert await widths() == [320]
