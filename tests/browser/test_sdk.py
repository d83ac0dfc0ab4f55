"""Pages on the SDK: people meet, leave, and find each other again after a cut and a restart."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from playwright.async_api import Browser, Page

from support.browser import ONE_LOOP, chromium
from support.network import Namespace, Star, star
from support.relay import RunningRelay, free_port, running_relay
from support.sdk import Person, all_meet, person, sdk_page
from support.waiting import until

pytestmark = [pytest.mark.browser, pytest.mark.timeout(150), ONE_LOOP]


async def test_three_people_meet_and_one_leaves(relay: RunningRelay, browser: Browser) -> None:
    async with (
        person(browser, relay.url, "Ann") as ann,
        person(browser, relay.url, "Bob") as bob,
    ):
        async with person(browser, relay.url, "Eve") as eve:
            await all_meet(ann, bob, eve)
            await eve.page.evaluate("person.room().say('Goodbye!')")

            async def heard() -> list[str]:
                return await ann.log()

            await until(heard, lambda log: "Eve: Goodbye!" in log, within=10, what="Eve's line")
            await _measures(ann)
            await _speak(ann, {ann.id, bob.id, eve.id})
        await all_meet(ann, bob)
        assert not [line for line in await bob.log() if line.startswith("error")]


async def _measures(who: Person) -> None:
    async def look() -> list[dict[str, object]]:
        return await who.statistics()

    def complete(seen: list[dict[str, object]]) -> bool:
        directions = sorted(str(one["direction"]) for one in seen)
        return directions == ["receiving"] * 4 + ["sending"] * 2 and all(
            one["bitsPerSecond"] and one["codec"] for one in seen
        )

    seen = await until(look, complete, within=15, what="statistics of six tracks")
    assert {one["codec"] for one in seen} >= {"opus"}
    assert all(one["width"] in (0, 320) for one in seen)


async def _speak(who: Person, people: set[str]) -> None:
    async def look() -> set[str]:
        script = "person.room().speakers.map(({ participantId }) => participantId)"
        return set(await who.page.evaluate(script))

    await until(look, lambda seen: seen == people, within=15, what="who speaks")


async def test_who_publishes_nothing_sees_all_and_what_is_muted(
    relay: RunningRelay, browser: Browser
) -> None:
    async with (
        person(browser, relay.url, "Ann") as ann,
        person(browser, relay.url, "Bob", publish=False) as bob,
    ):
        await bob.sees_and_hears({"Ann"})
        await ann.page.evaluate(
            "person.room().publications.forEach((one) => person.room().setMuted(one, true))"
        )

        async def muted() -> list[bool]:
            script = "[...person.room().tracks.values()].map((track) => track.muted)"
            result: list[bool] = await bob.page.evaluate(script)
            return result

        await until(muted, lambda seen: seen == [True, True], within=10, what="both are muted")


async def test_what_is_withdrawn_goes_and_what_is_sent_later_comes(
    relay: RunningRelay, browser: Browser
) -> None:
    async with (
        person(browser, relay.url, "Ann") as ann,
        person(browser, relay.url, "Bob") as bob,
    ):
        await all_meet(ann, bob)
        await ann.page.evaluate("person.withdraw()")
        await bob.sees_and_hears(())
        await ann.page.evaluate("person.send()")
        await all_meet(ann, bob)
        await ann.page.evaluate("person.send({ source: 'screen' })")

        async def tracks() -> list[str]:
            script = "[...person.room().subscriptions.values()].map(({ track }) => track.source)"
            return sorted(await bob.page.evaluate(script))

        await until(
            tracks,
            lambda seen: seen == ["camera", "microphone", "screen", "screen-audio"],
            within=10,
            what="Ann's screen besides her camera",
        )
        await all_meet(ann, bob)


async def test_only_what_is_wished_for_comes(relay: RunningRelay, browser: Browser) -> None:
    async with (
        person(browser, relay.url, "Ann"),
        person(browser, relay.url, "Bob", publish=False) as bob,
    ):
        await bob.sees_and_hears({"Ann"})
        await bob.page.evaluate(
            """[...person.room().tracks.values()].forEach(({ id, kind }) =>
                person.room().setWish(id, kind === "audio" ? {} : null))"""
        )
        await until(
            bob.plays, lambda seen: list(seen.get("Ann", {})) == ["audio"], within=10, what="sound"
        )
        await bob.page.evaluate(
            "[...person.room().tracks.keys()].forEach((id) => person.room().setWish(id, {}))"
        )
        await bob.sees_and_hears({"Ann"})


async def test_the_best_of_simulcast_comes(relay: RunningRelay, browser: Browser) -> None:
    async with (
        person(browser, relay.url, "Ann", publish=False) as ann,
        person(browser, relay.url, "Bob", publish=False) as bob,
    ):
        await ann.page.evaluate("person.send({ simulcast: true })")
        await bob.sees_and_hears({"Ann"})

        async def width() -> int:
            return max(int(one["width"]) for one in await bob.statistics())

        # The lowest encoding is 80 wide; when the largest begins is up to Chromium's estimate.
        await until(width, lambda seen: seen >= 160, within=60, what="more than the lowest")


@asynccontextmanager
async def apart(net: Star) -> AsyncIterator[tuple[Person, Person]]:
    """Two people, each in a network of its own, who see each other by a relay in the middle."""

    @asynccontextmanager
    async def at(place: Namespace, url: str, name: str) -> AsyncIterator[Person]:
        async with (
            chromium(inside=place.inside) as browser,
            person(browser, url, name) as one,
        ):
            yield one

    address = net.hub_addresses[0]
    async with (
        running_relay(place=net.hub, address=address, host="0.0.0.0") as relay,
        at(net.clients[0], relay.url, "Ann") as ann,
        at(net.clients[1], relay.url, "Bob") as bob,
    ):
        yield ann, bob


@pytest.mark.parametrize("seconds", [5, 12])
async def test_a_cut_heals_without_loading_the_page_again(seconds: int) -> None:
    with star(2) as net:
        async with apart(net) as (ann, bob):
            await all_meet(ann, bob)
            net.hub.drop(f"ip saddr {net.addresses[0]}")
            await asyncio.sleep(seconds)  # the length of the cut, not a wait
            await stands_still(bob)
            net.hub.drop()
            await all_meet(ann, bob)


async def stands_still(who: Person) -> None:
    """See that nothing comes any more."""
    before = await who.plays()

    async def same() -> bool:
        nonlocal before
        now = await who.plays()
        is_same, before = now == before, now
        return is_same

    await until(same, bool, within=10, what="the picture stands still")


async def test_media_go_on_while_the_socket_is_made_anew() -> None:
    with star(2) as net:
        async with apart(net) as (ann, bob):
            await all_meet(ann, bob)
            net.hub.rules(
                "add table ip cut",
                "add chain ip cut arriving { type filter hook input priority 0 ; }",
                f"add rule ip cut arriving ip saddr {net.addresses[0]} tcp dport 8080 "
                "reject with tcp reset",
            )
            await until(ann.log, lambda log: "reconnecting" in log, within=15, what="the cut")
            await all_meet(ann, bob)
            net.hub.rules("delete table ip cut")
            await until(ann.log, lambda log: log[-1] == "connected", within=15, what="the way back")
            await all_meet(ann, bob)
            for one in (ann, bob):
                assert not [line for line in await one.log() if line.startswith(("-", "error"))]


async def test_another_network_is_taken_without_a_gap_in_the_room() -> None:
    with star(2) as net:
        async with apart(net) as (ann, bob):
            await all_meet(ann, bob)
            old = net.addresses[0]
            for command in (
                f"ip address del {old}/24 dev uplink",
                f"ip address add {old.removesuffix('2')}3/24 dev uplink",
                f"ip route add default via {net.hub_addresses[0]}",
            ):
                net.clients[0].run(*command.split())
            await all_meet(ann, bob)
            await until(ann.log, lambda log: log[-1] == "connected", within=20, what="a new socket")
            await all_meet(ann, bob)
            assert not [line for line in await bob.log() if line.startswith("-")]


async def test_everybody_comes_back_after_a_restart(browser: Browser) -> None:
    port = free_port()
    async with running_relay(port=port) as relay:
        url = relay.url
        people = [person(browser, url, name) for name in ("Ann", "Bob", "Eve")]
        ann, bob, eve = [await one.__aenter__() for one in people]
        await all_meet(ann, bob, eve)
        await relay.process.kill()
    try:
        async with running_relay(port=port):
            await all_meet(ann, bob, eve)
            assert "reconnecting" in await ann.log()
    finally:
        for one in people:
            await one.__aexit__(None, None, None)


async def wants_what_it_shows(relay: RunningRelay, page: Page) -> None:
    """A picture that is nowhere to be seen does not flow, and comes back."""

    async def paused() -> set[bool]:
        told = json.loads(await relay.get("/api/v1/statistics"))
        ours = [one for one in told["transports"] if one["name"] == "Bob"]
        outgoing = [medium for transport in ours for medium in transport["consumers"]]
        return {medium["paused"] for medium in outgoing if medium["kind"] == "video"}

    for display, wanted in (("none", {True}), ("block", {False})):
        await page.evaluate(f"document.querySelector('trunkline-room').style.display = '{display}'")
        await until(paused, wanted.__eq__, within=20, what=f"a picture where display is {display}")


async def test_the_element_shows_who_is_there(relay: RunningRelay, browser: Browser) -> None:
    async with (
        person(browser, relay.url, "Ann") as ann,
        sdk_page(browser, relay.url) as page,
    ):
        await page.evaluate(
            """async () => {
                await import("/sdk/trunkline-room.js");
                const room = document.createElement("trunkline-room");
                for (const [name, value] of [
                    ["room", "studio"], ["name", "Bob"], ["publish", "camera,microphone"],
                ]) room.setAttribute(name, value);
                document.body.append(room);
            }"""
        )

        async def videos() -> dict[str, int]:
            result: dict[str, int] = await page.evaluate(
                """Object.fromEntries(
                    [...document.querySelector("trunkline-room").shadowRoot
                        .querySelectorAll("video[data-participant]")]
                    .map((video) => [
                        video.dataset.name, video.getVideoPlaybackQuality().totalVideoFrames,
                    ]))"""
            )
            return result

        await until(
            videos,
            lambda seen: seen.keys() == {"Ann", "Bob"} and min(seen.values()) > 20,
            within=30,
            what="Ann and Bob in the grid",
        )
        await ann.sees_and_hears({"Bob"})
        await wants_what_it_shows(relay, page)
        await page.evaluate("document.querySelector('trunkline-room').remove()")
        await ann.sees_and_hears(())
