"""Chromium answers what the relay offers, and media come and go while others flow."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest
from playwright.async_api import Browser

from support.browser import ONE_LOOP
from support.negotiation import WITHIN, Line, Peer, core_line, peer, video
from support.waiting import until
from trunkline.model.command import Accept, AcceptAnswer, Attach, Close, OfferMedia, Renegotiate
from trunkline.model.id import Mid, TransportId
from trunkline.model.media import Medium, OfferedMedium, Port
from trunkline.model.report import Agreed, Answered, Offered

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120), ONE_LOOP]

PUBLISHER, VIEWER = TransportId(1), TransportId(2)


@dataclass(slots=True)
class Stage:
    """A core, a page that publishes and one that waits for offers."""

    line: Line
    publisher: Peer
    viewer: Peer
    red: Mid

    async def publish_more(self, colour: str) -> tuple[Medium, ...]:
        """Add a picture to what the publisher sends; all that it sends."""
        return await self.renegotiate(await self.publisher.call("publish", colour))

    async def renegotiate(self, offer: str) -> tuple[Medium, ...]:
        """Take a new offer of the publisher's; all that it sends."""
        report = await self.line.ask(Renegotiate(PUBLISHER, offer), Answered)
        await self.publisher.call("accept", report.answer)
        # Chromium would receive on them, too: those are told once more.
        return tuple(medium for medium in report.media if medium.direction != "out")

    async def settle(
        self,
        *media: OfferedMedium,
        data: bool = False,
        restart: bool = False,
        turned_down: Mid | None = None,
    ) -> tuple[Medium, ...]:
        """Offer to the viewer, and take its answer."""
        offered = await self.line.ask(OfferMedia(VIEWER, media, data, restart), Offered)
        answer = await self.viewer.call("answer", offered.offer, turned_down)
        agreed = await self.line.ask(AcceptAnswer(VIEWER, answer), Agreed)
        assert tuple(medium.mid for medium in agreed.media) == offered.media
        return agreed.media

    def show(self, consumer: Mid, source: Mid) -> None:
        self.line.tell(Attach(Port(VIEWER, consumer), Port(PUBLISHER, source)))


@asynccontextmanager
async def stage(browser: Browser) -> AsyncIterator[Stage]:
    """A red picture is published."""
    async with core_line() as line:
        publisher = await peer(browser)
        viewer = await peer(browser)
        offer = await publisher.call("publish", "red")
        report = await line.ask(Accept(PUBLISHER, offer), Answered)
        await publisher.call("accept", report.answer)
        yield Stage(line, publisher, viewer, report.media[0].mid)


async def test_a_picture_is_added_and_another_label_shows_another_picture(browser: Browser) -> None:
    async with stage(browser) as on:
        (first,) = await on.settle(video("ann", "camera"))
        assert (first.kind, first.direction) == ("video", "out")
        on.show(first.mid, on.red)
        await on.viewer.shows(first.mid, "red")

        _, blue = await on.publish_more("blue")
        assert blue.direction == "in"
        first, second = await on.settle(video("ann", "camera"), video("ann", "screen"))
        on.show(second.mid, blue.mid)
        await on.viewer.shows(second.mid, "blue")
        await on.viewer.shows(first.mid, "red")

        first, second = await on.settle(video("bob", "camera"), video("ann", "screen"))
        on.show(first.mid, blue.mid)
        await on.viewer.shows(first.mid, "blue")
        for medium in (first, second):
            await on.viewer.moves(medium.mid)
            figures = await on.viewer.call("figures", medium.mid)
            assert figures["packetsLost"] == 0, figures
        told = [(event["mid"], event["streams"]) for event in await on.viewer.call("events")]
        assert told == [(first.mid, ["ann"]), (second.mid, ["ann"]), (first.mid, ["bob"])]


async def test_a_medium_that_was_silent_is_told_of_under_its_new_label(browser: Browser) -> None:
    async with stage(browser) as on:
        silent = OfferedMedium("audio")
        dummy, first = await on.settle(silent, video("ann", "camera"), data=True)
        assert dummy.direction == "none"
        await until(
            lambda: on.viewer.call("channels"),
            lambda labels: labels == ["data"],
            within=WITHIN,
            what="the data channel",
        )
        on.show(first.mid, on.red)
        await on.viewer.shows(first.mid, "red")
        _, first = await on.settle(silent, OfferedMedium("video"))
        assert first.direction == "none"
        _, first = await on.settle(silent, video("bob", "camera"))
        on.show(first.mid, on.red)
        await on.viewer.moves(first.mid)
        told = [(event["mid"], event["streams"]) for event in await on.viewer.call("events")]
        assert told == [(first.mid, ["ann"]), (first.mid, ["bob"])]


async def test_a_medium_that_is_turned_down_disturbs_no_other(browser: Browser) -> None:
    async with stage(browser) as on:
        first, second = await on.settle(video("ann", "camera"), video("ann", "screen"))
        on.show(first.mid, on.red)
        on.show(second.mid, on.red)
        await on.viewer.shows(first.mid, "red")
        both = (video("ann", "camera"), video("ann", "screen"))
        first, second = await on.settle(*both, turned_down=first.mid)
        assert (first.direction, second.direction) == ("none", "out")
        await on.viewer.moves(second.mid)
        first, second, third = await on.settle(*both, video("ann", "more"))
        assert (first.direction, second.direction, third.direction) == ("none", "out", "out")
        on.show(third.mid, on.red)
        await on.viewer.shows(third.mid, "red")
        await on.viewer.moves(second.mid)


async def test_a_restart_of_ice_that_we_offer_leaves_the_picture(browser: Browser) -> None:
    async with stage(browser) as on:
        (first,) = await on.settle(video("ann", "camera"))
        on.show(first.mid, on.red)
        await on.viewer.shows(first.mid, "red")
        before = await on.viewer.call("fragment")
        assert before is not None
        await on.settle(video("ann", "camera"), restart=True)
        await until(
            lambda: on.viewer.call("fragment"),
            lambda now: now not in (before, None),
            within=WITHIN,
            what="the restart",
        )
        await on.viewer.moves(first.mid)
        figures = await on.viewer.call("figures", first.mid)
        assert figures["packetsLost"] == 0, figures
        on.line.tell(Close(VIEWER))


async def test_a_publisher_ends_pictures_and_goes_on_with_others(browser: Browser) -> None:
    async with stage(browser) as on:
        red, blue = await on.publish_more("blue")
        first, second = await on.settle(video("ann", "camera"), video("ann", "screen"))
        on.show(first.mid, red.mid)
        on.show(second.mid, blue.mid)
        await on.viewer.shows(first.mid, "red")
        await on.viewer.shows(second.mid, "blue")
        # Chromium ends the whole connection when the m-line that it bundles under is stopped.
        media = await on.renegotiate(await on.publisher.call("pause", 0))
        assert [medium.direction for medium in media] == ["none", "in"]
        await on.viewer.moves(second.mid)
        *_, lime = await on.publish_more("lime")
        on.show(first.mid, lime.mid)
        await on.viewer.shows(first.mid, "lime")
        media = await on.renegotiate(await on.publisher.call("stop", 1))
        assert [medium.direction for medium in media] == ["none", "none", "in"]
        await on.viewer.moves(first.mid)
