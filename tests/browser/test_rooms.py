"""People in a room see and hear each other: Chromium's media, the relay's own core."""

from pathlib import Path

import pytest
from playwright.async_api import Browser

from support.browser import ONE_LOOP
from support.client import client, has_sound, shows_moving_picture
from support.guest import all_get, guest, of
from support.live import live
from support.waiting import until
from trunkline.model.media import Wish

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120), ONE_LOOP]


async def test_three_people_see_and_hear_each_other(tmp_path: Path, browser: Browser) -> None:
    async with (
        live(tmp_path) as relay,
        guest(browser, relay.relay.url, "Ann", accept_all=True) as ann,
        guest(browser, relay.relay.url, "Bob", accept_all=True) as bob,
    ):
        async with guest(browser, relay.relay.url, "Eve", accept_all=True) as eve:
            for one in (ann, bob, eve):
                await one.publish("audio", "video")
            await all_get((ann, bob, eve), each=4)
            assert set(eve.people) == of((ann, bob))
            assert not ann.failures

        async def left() -> set[str]:
            return set(ann.people)

        await until(left, lambda now: now == of((bob,)), within=10, what="Eve is gone")
        await all_get((ann, bob), each=2)


async def test_only_what_is_accepted_arrives(tmp_path: Path, browser: Browser) -> None:
    async with (
        live(tmp_path) as relay,
        guest(browser, relay.relay.url, "Ann") as ann,
        guest(browser, relay.relay.url, "Bob") as bob,
    ):
        await ann.publish("video")
        await ann.publish("video")
        one, other = await bob.knows(2)
        await bob.accept(one)
        await bob.gets(one)
        assert await bob.played(other) == 0
        await bob.accept(other)
        await bob.gets(other)
        assert bob.offers == 2
        await bob.accept()
        everybody = (await relay.relay.statistics()).participants
        # Those who send could receive on the same media, and get nothing there.
        receiving = [who.traffic for who in everybody if not who.traffic.producers]
        assert sum(len(traffic.consumers) for traffic in receiving) == 1


async def test_publishers_and_viewers_take_part(tmp_path: Path, browser: Browser) -> None:
    async with (
        live(tmp_path) as relay,
        guest(browser, relay.relay.url, "Ann", accept_all=True) as ann,
        client(browser, relay.relay.url) as publisher,
        client(browser, relay.relay.url) as viewer,
    ):
        assert (await publisher.publish("/whip/studio?name=cam"))["status"] == 201
        for track in await ann.knows(2):
            await ann.gets(track)
        await publisher.leave()
        await ann.knows(0)
        await ann.publish("audio", "video")

        async def watch() -> int:
            return int((await viewer.watch("/whep/studio/Ann"))["status"])

        await until(watch, lambda status: status == 201, within=10, what="Ann publishes")
        await shows_moving_picture(viewer)
        await has_sound(viewer)


async def test_who_sends_sound_speaks_until_it_leaves(tmp_path: Path, browser: Browser) -> None:
    async with (
        live(tmp_path) as relay,
        guest(browser, relay.relay.url, "Ann") as ann,
        client(browser, relay.relay.url) as publisher,
    ):
        assert ann.speakers == []
        async with guest(browser, relay.relay.url, "Bob") as bob:
            await bob.publish("audio", "video")
            await ann.hears(bob.id)
            await bob.hears(bob.id)
        await ann.hears()
        assert (await publisher.publish("/whip/studio?name=cam"))["status"] == 201
        (cam,) = {track.participant for track in await ann.knows(2)}
        await ann.hears(cam)


async def test_a_viewer_is_sent_the_layer_that_it_wants(tmp_path: Path, browser: Browser) -> None:
    async with (
        live(tmp_path) as relay,
        guest(browser, relay.relay.url, "Ann") as ann,
        guest(browser, relay.relay.url, "Bob") as bob,
    ):
        await ann.publish_layers(640, 360)
        (track,) = await bob.knows(1)
        await bob.accept(track)

        async def widths() -> list[int]:
            return [layer.width for layer in bob.tracks[track.id].layers]

        # How many Chromium sends depends on what it believes that the network takes.
        await until(widths, lambda now: now[:2] == [160, 320], within=60, what="two layers")
        for wish, width in (
            (Wish(max_layer=0), 160),
            (Wish(max_layer=1), 320),
            (Wish(width=160, height=90), 160),
            (Wish(width=161, height=90), 320),
        ):
            await bob.accept(track, wish=wish)
            await bob.is_shown(track, width)
            await bob.gets(track)
        assert bob.offers == 1
        assert bob.flows[track.id].layer == 1
