"""What the call page costs the machine in front of which somebody sits.

Run as `PYTHONPATH=tests python -m benchmarks.call_page`.
A relay of our own on loopback; a crowd that sends pictures of 640 × 360, 25 a second, from a
browser of its own; the page alone in another one, with all of the crowd to be seen. Counted is the
processor time of that other browser, all of its processes, and of it what the page's own script,
layout and style took. Chromium decodes, encodes and draws in software here: a machine with a GPU
does less.
"""

import argparse
import asyncio
import json
import sys
from typing import Any

from playwright.async_api import Browser, CDPSession, Page

from support.browser import chromium
from support.call_page import FLAGS, call_page, crowd, sees
from support.relay import running_relay

OWN_WORK = ("ScriptDuration", "LayoutDuration", "RecalcStyleDuration")


async def processor(browser: Browser) -> dict[str, float]:
    """Seconds that the browser's processes have used, by what they are for."""
    session = await browser.new_browser_cdp_session()
    told = await session.send("SystemInfo.getProcessInfo")
    await session.detach()
    found: dict[str, float] = {}
    for one in told["processInfo"]:
        found[one["type"]] = found.get(one["type"], 0.0) + one["cpuTime"]
    return found


async def own_work(session: CDPSession) -> float:
    """Seconds that the page's main thread has spent on what the page does."""
    told = await session.send("Performance.getMetrics")
    return float(sum(one["value"] for one in told["metrics"] if one["name"] in OWN_WORK))


async def shown(page: Page) -> int:
    """Frames that all videos of others have shown."""
    script = """() => [...document.querySelectorAll("video[data-name]")]
        .reduce((sum, video) => sum + video.getVideoPlaybackQuality().totalVideoFrames, 0)"""
    return int(await page.evaluate(script))


async def cost(people: int, entry: str, seconds: float) -> dict[str, Any]:
    """Shares of one processor while a call goes on."""
    names = [f"P{number}" for number in range(people)]
    async with (
        running_relay() as relay,
        chromium(flags=FLAGS) as there,
        crowd(there, relay.url) as others,
        chromium(flags=FLAGS) as here,
        call_page(here, relay.url, name="Ann", join=entry) as page,
    ):
        await others.enter(*names, width=640, height=360, rate=25, sound=True)
        await sees(page, *names)
        await asyncio.sleep(5)
        session = await page.context.new_cdp_session(page)
        await session.send("Performance.enable")
        before, worked, seen = await processor(here), await own_work(session), await shown(page)
        await asyncio.sleep(seconds)
        after, work = await processor(here), await own_work(session) - worked
        seen = await shown(page) - seen
    used = {kind: after[kind] - before.get(kind, 0.0) for kind in after}
    return {
        "people": people,
        "sends": entry == "now",
        "percent_of_a_core": {
            "all": round(100 * sum(used.values()) / seconds, 1),
            **{kind: round(100 * each / seconds, 1) for kind, each in sorted(used.items())},
            "page_itself": round(100 * work / seconds, 2),
        },
        "frames_shown_per_second": round(seen / seconds, 1),
    }


async def measure(people: int, seconds: float) -> list[dict[str, Any]]:
    """Measure a page that only watches, and one that sends its own picture, too."""
    return [await cost(people, entry, seconds) for entry in ("viewer", "now")]


def main() -> int:
    """Measure and print the result as JSON."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.call_page")
    parser.add_argument("--people", type=int, default=5, help="others in the call (5)")
    parser.add_argument("--seconds", type=float, default=20.0, help="to measure for (20)")
    chosen = parser.parse_args()
    json.dump(asyncio.run(measure(chosen.people, chosen.seconds)), sys.stdout, indent=1)
    print()
    return 0


if __name__ == "__main__":
    sys.exit(main())
