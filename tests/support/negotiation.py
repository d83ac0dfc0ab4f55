"""A media core of one's own, and pages of Chromium whose SDP a test carries by hand."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from playwright.async_api import Browser, Page

from support.waiting import until
from trunkline.media.core import deliver
from trunkline.media.native import NativeCore
from trunkline.model.command import Command
from trunkline.model.id import Mid
from trunkline.model.media import Label, OfferedMedium
from trunkline.model.report import Refused, Report

SCRIPT = Path(__file__).with_name("negotiation.js")
WITHIN = 15.0
"""Seconds for what the core or a browser is to do; generous, since these machines are shared."""

T = TypeVar("T", bound=Report)

COLOURS = {"red": 0, "lime": 1, "blue": 2}


@dataclass(slots=True)
class Line:
    """A core and what it reports."""

    core: NativeCore
    reports: list[Report] = field(default_factory=list)
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    def tell(self, command: Command) -> None:
        self.core.submit(command)

    async def ask(self, command: Command, wanted: type[T]) -> T:
        """Give a command that is answered by a report of this kind; it must not be refused."""
        seen = len(self.reports)
        self.tell(command)
        async with asyncio.timeout(WITHIN):
            while True:
                for report in self.reports[seen:]:
                    assert not isinstance(report, Refused), report
                    if isinstance(report, wanted):
                        return report
                self._news.clear()
                await self._news.wait()

    def receive(self, report: Report) -> None:
        self.reports.append(report)
        self._news.set()


@asynccontextmanager
async def core_line() -> AsyncIterator[Line]:
    """Run a core on loopback."""
    line = Line(NativeCore([("127.0.0.1", 0)], ["127.0.0.1"], 1, 6.0))
    async with asyncio.TaskGroup() as group:
        reader = group.create_task(deliver(line.core, line.receive))
        yield line
        reader.cancel()
    line.core.stop()


@dataclass(frozen=True, slots=True)
class Peer:
    """A page with one connection."""

    page: Page

    async def call(self, name: str, *arguments: Any) -> Any:
        """Call a function of `negotiation.js`."""
        script = f"arguments => negotiation.{name}(...arguments)"
        return await self.page.evaluate(script, list(arguments))

    async def shows(self, mid: Mid, colour: str) -> None:
        """Wait until a medium shows a picture of this colour."""
        part = COLOURS[colour]

        def is_so(mean: list[float] | None) -> bool:
            if mean is None:
                return False
            others = max(value for place, value in enumerate(mean) if place != part)
            return mean[part] > 2 * others

        await until(
            lambda: self.call("colour", mid), is_so, within=WITHIN, what=f"{mid} shows {colour}"
        )

    async def moves(self, mid: Mid) -> None:
        """Wait until a medium shows ten pictures more."""
        before = (await self.call("figures", mid))["framesDecoded"]
        await until(
            lambda: self.call("figures", mid),
            lambda now: now["framesDecoded"] >= before + 10,
            within=WITHIN,
            what=f"{mid} moves",
        )


async def peer(browser: Browser) -> Peer:
    """Open a page."""
    page = await browser.new_page()
    await page.evaluate(SCRIPT.read_text())
    return Peer(page)


def video(stream: str, track: str) -> OfferedMedium:
    """A picture that is sent under a label."""
    return OfferedMedium("video", Label(stream, track))
