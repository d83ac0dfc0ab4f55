"""A guest whose media are Chromium's and whose words are carried by the test."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, Page

from support.client import CONNECT_WITHIN
from support.waiting import until
from trunkline.client.room import RoomClient, enter
from trunkline.model import signal
from trunkline.model.id import Mid, ParticipantId, ParticipantName, RoomName, TrackId
from trunkline.model.media import Kind, Wish
from trunkline.model.view import Track

SCRIPT = Path(__file__).with_name("guest.js")


class Guest:
    """Knows what it was told last; answers every offer."""

    def __init__(self, page: Page, room: RoomClient) -> None:
        self.room = room
        self.id = room.welcome.you.id
        self.people = {one.id: one for one in room.welcome.people}
        self.tracks: dict[TrackId, Track] = {}
        self.mapping: dict[TrackId, Mid] = {}
        self.failures: list[signal.Failed] = []
        self.flows: dict[TrackId, signal.Flow] = {}
        self.speakers: list[ParticipantId] = []
        """Who speaks, loudest first."""
        self.offers = 0
        """Offers of the relay."""
        self._page = page
        self._answered = asyncio.Event()

    async def listen(self) -> None:
        """Take what is told, until the relay hangs up."""
        async for told in self.room:
            await self._take(told)

    async def publish(self, *kinds: Kind) -> None:
        """Send a moving picture, a tone or both, besides what is sent already."""
        await self._publish(await self._page.evaluate("kinds => guest.publish(kinds)", list(kinds)))

    async def publish_layers(self, width: int, height: int) -> None:
        """Send a picture in three sizes: this one, a half and a quarter of it."""
        size = [width, height]
        await self._publish(await self._page.evaluate("size => guest.publishLayers(...size)", size))

    async def sent(self) -> dict[str, Any]:
        """What its own statistics say of what it sends."""
        return dict(await self._page.evaluate("guest.sent()"))

    async def _publish(self, made: dict[str, Any]) -> None:
        self._answered.clear()
        tracks = [
            signal.Announced(TrackId(f"T-{one['id']}"), one["kind"], one["id"], one["stream"])
            for one in made["tracks"]
        ]
        mids = [Mid(one["mid"]) for one in made["tracks"]]
        pairs = zip((track.id for track in tracks), mids, strict=True)
        for word in (
            signal.Announce(tuple(tracks)),
            signal.Offered(made["sdp"]),
            signal.Mapped(tuple(pairs)),
        ):
            await self.room.say(word)
        async with asyncio.timeout(CONNECT_WITHIN):
            await self._answered.wait()

    async def accept(self, *tracks: Track, wish: Wish | None = None) -> None:
        """Want these tracks and no others."""
        wishes = tuple((track.id, wish or Wish()) for track in tracks)
        await self.room.say(signal.Accept(wishes))

    async def knows(self, count: int) -> list[Track]:
        """Wait till it knows of so many tracks; they."""

        async def look() -> list[Track]:
            return list(self.tracks.values())

        return await until(
            look, lambda seen: len(seen) == count, within=CONNECT_WITHIN, what=f"{count} tracks"
        )

    async def gets(self, track: Track, within: float = CONNECT_WITHIN) -> None:
        """Wait till more of a track arrives and is played."""
        before = await self.played(track)
        more = 10 if track.kind == "video" else 4_000

        async def look() -> int:
            return await self.played(track)

        await until(look, lambda now: now >= before + more, within=within, what=f"{track.kind}")

    async def is_shown(self, track: Track, width: int) -> None:
        """Wait till a picture is so wide."""

        async def look() -> int:
            return int((await self.figures(track)).get("frameWidth", 0))

        await until(look, lambda now: now == width, within=CONNECT_WITHIN, what=f"width {width}")

    async def hears(self, *who: ParticipantId) -> None:
        """Wait till exactly these speak, in any order."""

        async def look() -> set[ParticipantId]:
            return set(self.speakers)

        await until(
            look, lambda now: now == set(who), within=CONNECT_WITHIN, what=f"{who} to speak"
        )

    async def played(self, track: Track) -> int:
        """Frames or samples of a track that came out of its decoder."""
        figures = await self.figures(track)
        name = "framesDecoded" if track.kind == "video" else "totalSamplesReceived"
        return int(figures.get(name, 0))

    async def figures(self, track: Track) -> dict[str, Any]:
        """What its statistics say of a track that it receives."""
        mid = self.mapping.get(track.id)
        if mid is None:
            return {}
        return dict(await self._page.evaluate("mid => guest.figures(mid)", mid))

    async def received(self) -> dict[Mid, int]:
        """Bytes of RTP payload that arrived, for each medium that anything came on."""
        return dict(await self._page.evaluate("guest.received()"))

    async def _take(self, told: signal.Told) -> None:
        match told:
            case signal.People(present, gone):
                self.people |= {one.id: one for one in present}
                for one in gone:
                    del self.people[one.id]
            case signal.Tracks(tracks):
                self.tracks = {track.id: track for track in tracks}
            case signal.TrackChanges(tracks):
                self.tracks |= {track.id: track for track in tracks}
            case signal.Speakers(speakers):
                self.speakers = [one.id for one in speakers]
            case signal.Mapped(mapping):
                self.mapping = dict(mapping)
            case signal.Offered() | signal.Answered() | signal.ConnectionClosed():
                await self._negotiate(told)
            case signal.Forwarding(flows):
                self.flows |= {flow.track: flow for flow in flows}
            case signal.Failed():
                self.failures.append(told)
            case _:
                pass

    async def _negotiate(
        self, told: signal.Offered | signal.Answered | signal.ConnectionClosed
    ) -> None:
        match told:
            case signal.Offered(sdp):
                self.offers += 1
                answer = await self._page.evaluate("sdp => guest.receive(sdp)", sdp)
                await self.room.say(signal.Answered(answer))
            case signal.Answered(sdp):
                await self._page.evaluate("sdp => guest.answered(sdp)", sdp)
                self._answered.set()
            case signal.ConnectionClosed(sending):
                await self._page.evaluate("ours => guest.drop(ours)", not sending)


@asynccontextmanager
async def page(browser: Browser, url: str) -> AsyncIterator[Page]:
    """A page of its own with a guest's peer connections."""
    context = await browser.new_context(ignore_https_errors=True)
    try:
        made = await context.new_page()
        await made.goto(f"{url}/healthz")
        await made.add_script_tag(path=SCRIPT)
        yield made
    finally:
        await context.close()


@asynccontextmanager
async def guest(
    browser: Browser, url: str, name: str, room: str = "studio", *, accept_all: bool = False
) -> AsyncIterator[Guest]:
    """Enter a room with a page of its own; leave at the end."""
    hello = signal.Hello(RoomName(room), ParticipantName(name), accept_all=accept_all)
    async with (
        page(browser, url) as made,
        enter(url, hello) as talk,
        asyncio.TaskGroup() as group,
    ):
        one = Guest(made, talk)
        listening = group.create_task(one.listen())
        try:
            yield one
        finally:
            listening.cancel()


async def all_get(guests: Sequence[Guest], each: int) -> None:
    """See that every guest knows of so many tracks, and gets them."""
    async with asyncio.TaskGroup() as group:
        for one in guests:
            for track in await one.knows(each):
                group.create_task(one.gets(track))


def of(guests: Sequence[Guest]) -> set[ParticipantId]:
    """Their ids."""
    return {one.id for one in guests}
