"""Somebody in a room whose page is built on the SDK."""

import asyncio
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, Page

from support.waiting import until

SCRIPT = Path(__file__).with_name("sdk.js")
WITHIN = 30.0
"""Seconds for pictures to come; generous, since these machines are shared."""

Played = dict[str, dict[str, float]]


@dataclass(frozen=True, slots=True)
class Person:
    """A page that sends and shows all there is."""

    name: str
    page: Page
    id: str

    async def plays(self) -> Played:
        """Frames and sound energy that came out of the decoders, by the sender's name."""
        result: Played = await self.page.evaluate("person.plays()")
        return result

    async def log(self) -> list[str]:
        """What happened."""
        result: list[str] = await self.page.evaluate("person.log")
        return result

    async def statistics(self) -> list[dict[str, Any]]:
        """What the SDK measures."""
        result: list[dict[str, Any]] = await self.page.evaluate("person.statistics()")
        return result

    async def sees_and_hears(self, others: Collection[str]) -> None:
        """Wait till more comes of exactly these."""
        before: Played = {}

        async def look() -> Played:
            nonlocal before
            now = await self.plays()
            # Counters begin anew with a new connection.
            before = {
                who: {
                    kind: min(count, before.get(who, {}).get(kind, count))
                    for kind, count in kinds.items()
                }
                for who, kinds in now.items()
            }
            return now

        def more(now: Played) -> bool:
            return now.keys() == set(others) and all(
                now[who].get("video", 0) >= before[who].get("video", 0) + 10
                and now[who].get("audio", 0) > before[who].get("audio", 0) + 0.01
                for who in others
            )

        try:
            await until(look, more, within=WITHIN, what=f"{self.name} sees {sorted(others)}")
        except AssertionError as error:
            raise AssertionError(f"{error}\nlog: {await self.log()}") from None


@asynccontextmanager
async def person(
    browser: Browser, url: str, name: str, *, publish: bool = True
) -> AsyncIterator[Person]:
    """Enter the room "studio" with a page of its own; the page is closed at the end."""
    async with sdk_page(browser, url) as page:
        who = await page.evaluate(
            "([name, publish]) => person.enter(name, publish)", [name, publish]
        )
        yield Person(name, page, who)


@asynccontextmanager
async def sdk_page(browser: Browser, url: str) -> AsyncIterator[Page]:
    """A nearly empty page from the relay, with the script."""
    context = await browser.new_context(ignore_https_errors=True)
    try:
        page = await context.new_page()
        await page.goto(f"{url}/healthz")
        await page.add_script_tag(path=SCRIPT)
        yield page
    finally:
        await context.close()


async def all_meet(*people: Person) -> None:
    """See that each sees and hears all the others."""
    names = {one.name for one in people}
    async with asyncio.TaskGroup() as group:
        for one in people:
            group.create_task(one.sees_and_hears(names - {one.name}))
