"""Chromium as publisher and as viewer, and what must be true of what a viewer sees."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, Page

from support.waiting import until

SCRIPT = Path(__file__).with_name("client.js")
CONNECT_WITHIN = 15.0
"""Seconds for a picture to come; generous, since these machines are shared."""


@dataclass(frozen=True, slots=True)
class Client:
    """A page that publishes or watches."""

    page: Page

    async def publish(self, url: str, **options: Any) -> dict[str, Any]:
        """Publish a moving picture and a tone; the answer's status and body."""
        return await self._call("publish", url, options)

    async def watch(self, url: str, **options: Any) -> dict[str, Any]:
        """Receive; the answer's status and body."""
        return await self._call("watch", url, options)

    async def figures(self) -> dict[str, Any]:
        """The statistics of the video and the audio stream."""
        result: dict[str, Any] = await self.page.evaluate("client.figures()")
        return result

    async def picture(self) -> list[int]:
        """The picture shown, as 16 times 12 RGB values; empty when there is none."""
        result: list[int] = await self.page.evaluate("client.picture()")
        return result

    async def leave(self) -> int:
        """End the session; the status of the answer."""
        return int(await self.page.evaluate("client.leave()"))

    async def restart(self) -> dict[str, Any]:
        """Restart ICE; the answer's status and body."""
        result: dict[str, Any] = await self.page.evaluate("client.restart()")
        return result

    async def ice(self) -> dict[str, Any]:
        """The user name fragment in use, the changes of the selected pair, its protocol and remote
        address, and the state."""
        result: dict[str, Any] = await self.page.evaluate("client.ice()")
        return result

    async def _call(self, name: str, url: str, options: dict[str, Any]) -> dict[str, Any]:
        script = f"([url, options]) => client.{name}(url, options)"
        result: dict[str, Any] = await self.page.evaluate(script, [url, options])
        return result


@asynccontextmanager
async def client(browser: Browser, origin: str) -> AsyncIterator[Client]:
    """A page of its own at an origin, empty but for the client's script."""
    context = await browser.new_context(ignore_https_errors=True)
    try:
        page = await context.new_page()
        # Nearly empty, and without the policy of the pages proper. From the server itself: a
        # browser lets no page that it cannot place ask a private address.
        await page.goto(f"{origin}/healthz")
        await page.add_script_tag(path=SCRIPT)
        yield Client(page)
    finally:
        await context.close()


async def frames_decoded(viewer: Client) -> int:
    """How many frames came out of the decoder till now."""
    return int((await viewer.figures())["video"].get("framesDecoded", 0))


async def shows_moving_picture(viewer: Client, *, frames: int = 20) -> dict[str, Any]:
    """Wait for this many more frames, and see that the picture is another one; the figures."""
    before = await frames_decoded(viewer)

    async def look() -> dict[str, Any]:
        return await viewer.figures()

    await until(
        look,
        lambda seen: seen["video"].get("framesDecoded", 0) >= before + 1,
        within=CONNECT_WITHIN,
        what="a first picture",
    )
    # A frame may be decoded before the element has its size: there is no picture to take yet.
    first = await until(viewer.picture, bool, within=CONNECT_WITHIN, what="a picture on the page")
    seen = await until(
        look,
        lambda seen: seen["video"].get("framesDecoded", 0) >= before + frames,
        within=CONNECT_WITHIN,
        what=f"{frames} frames",
    )

    async def difference() -> float:
        later = await viewer.picture()
        pairs = zip(first, later, strict=False)
        return sum(abs(a - b) for a, b in pairs) / max(1, min(len(first), len(later)))

    await until(difference, lambda value: value > 4, within=5, what="the picture moves")
    return seen


async def shows_colour(viewer: Client, colour: tuple[int, int, int], *, off: int = 14) -> None:
    """Wait till the middle of the picture has a colour."""

    async def middle() -> tuple[int, ...]:
        seen = await viewer.picture()
        start = (6 * 16 + 8) * 3
        return tuple(seen[start : start + 3])

    def close(seen: tuple[int, ...]) -> bool:
        return bool(seen) and max(abs(a - b) for a, b in zip(seen, colour, strict=True)) <= off

    await until(middle, close, within=CONNECT_WITHIN, what=f"the colour {colour}")


async def has_sound(viewer: Client) -> None:
    """Wait for sound with energy in it."""

    async def energy() -> float:
        return float((await viewer.figures())["audio"].get("totalAudioEnergy", 0))

    before = await energy()
    await until(energy, lambda value: value > before + 0.005, within=CONNECT_WITHIN, what="sound")


async def publishing(publisher: Client) -> None:
    """Wait till frames leave the publisher."""

    async def sent() -> int:
        return int((await publisher.figures())["video"].get("framesSent", 0))

    await until(sent, lambda count: count > 0, within=CONNECT_WITHIN, what="frames sent")


async def all_moving(*viewers: Client) -> None:
    """See that every viewer's picture moves."""
    async with asyncio.TaskGroup() as group:
        for viewer in viewers:
            group.create_task(shows_moving_picture(viewer))
