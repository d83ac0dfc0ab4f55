"""What people in a room wait for: the first picture, the end of who is gone, and a restart.

Run as `PYTHONPATH=tests python -m benchmarks.rooms`.
A relay of our own, Chromium as every participant, pages on the SDK. Who is gone is measured in
network namespaces, where a cut is a cut; all else on loopback.
"""

import argparse
import asyncio
import json
import os
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack, suppress
from pathlib import Path
from typing import Any

from playwright.async_api import Error

from support.browser import chromium
from support.network import Star, star
from support.relay import free_port, running_relay
from support.sdk import Person, all_meet, person, sdk_page

JOIN = """async () => {
  const { Room } = await import("/sdk/trunkline-room.js");
  const video = document.createElement("video");
  Object.assign(video, { autoplay: true, muted: true });
  document.body.append(video);
  const start = performance.now();
  const room = await Room.connect("/", { room: "studio", name: "Newcomer" });
  const welcomed = performance.now() - start;
  const shown = new Promise((resolve) => {
    const show = ({ media, stream }) => {
      if (media.kind !== "video" || video.srcObject) return;
      video.srcObject = stream;
      video.requestVideoFrameCallback(() => resolve(performance.now() - start));
    };
    room.on("subscribed", show);
    for (const one of room.subscriptions.values()) show(one);
  });
  const first = await shown;
  room.leave();
  return { welcomed, first };
}"""
WATCH = """() => {
  globalThis.gone = {};
  const room = person.room();
  const note = (what) => { globalThis.gone[what] ??= Date.now(); };
  room.on("tracks", () => {
    if ([...room.tracks.values()].some((track) => track.stalled)) note("stalled");
  });
  room.on("participants", () => {
    if (![...room.participants.values()].some((one) => one.name === "Ann")) note("gone");
  });
}"""
BACK = """() => {
  const frames = async () => Object.values(await person.plays())
    .reduce((sum, { video = 0 }) => sum + video, 0);
  globalThis.back = (async () => {
    while (person.log.at(-1) !== "reconnecting") await new Promise((r) => setTimeout(r, 5));
    while (person.log.at(-1) !== "connected") await new Promise((r) => setTimeout(r, 5));
    const welcomed = Date.now();
    const before = await frames();
    for (;;) {
      const now = await frames();
      if (now > 0 && now !== before) return { welcomed, shown: Date.now() };
      await new Promise((r) => setTimeout(r, 20));
    }
  })();
}"""
FEW = """() => {
  const room = person.room();
  const choose = () => {
    const shown = [...room.participants.keys()].slice(0, 4);
    for (const { id, participantId } of room.tracks.values()) {
      if (!shown.includes(participantId)) room.setWish(id, null);
    }
  };
  room.on("tracks", choose);
  choose();
}"""
WITHIN = 60.0


def now() -> float:
    """Milliseconds since 1970, as pages count them."""
    return time.time() * 1000


def summary(values: list[float]) -> dict[str, float]:
    """Median and worst, in milliseconds."""
    return {"median_ms": round(statistics.median(values)), "worst_ms": round(max(values))}


async def first_frame(times: int) -> dict[str, Any]:
    """From `Room.connect` to the first frame shown, a new page each time."""
    welcomed, first = [], []
    async with (
        chromium() as browser,
        running_relay() as relay,
        person(browser, relay.url, "Ann") as ann,
        person(browser, relay.url, "Bob") as bob,
    ):
        await all_meet(ann, bob)
        for _ in range(times):
            async with sdk_page(browser, relay.url) as page:
                await page.evaluate("import('/sdk/trunkline-room.js').then(() => null)")
                seen = await page.evaluate(JOIN)
                welcomed.append(seen["welcomed"])
                first.append(seen["first"])
    return {"welcome": summary(welcomed), "first_frame": summary(first), "joins": times}


async def gone(how: str, end: Callable[[Star], Awaitable[None]], times: int) -> dict[str, Any]:
    """From the end of a publisher to the others' knowledge of it."""
    stalled, left = [], []
    for _ in range(times):
        with star(2) as net:
            address = net.hub_addresses[0]
            async with (
                running_relay(place=net.hub, address=address, host="0.0.0.0") as relay,
                chromium(inside=net.clients[1].inside) as watching,
                person(watching, relay.url, "Bob") as bob,
                AsyncExitStack() as stack,
            ):
                # A browser that was killed cannot be closed.
                stack.enter_context(suppress(Error))
                browser = await stack.enter_async_context(chromium(inside=net.clients[0].inside))
                ann = await stack.enter_async_context(person(browser, relay.url, "Ann"))
                await all_meet(ann, bob)
                await bob.page.evaluate(WATCH)
                start = now()
                await end(net)
                seen = await _told(bob)
                stalled.append(seen.get("stalled", seen["gone"]) - start)
                left.append(seen["gone"] - start)
                net.hub.drop()
    return {"how": how, "stalled": summary(stalled), "gone": summary(left), "times": times}


async def _told(who: Person) -> dict[str, float]:
    async with asyncio.timeout(WITHIN):
        while True:
            seen: dict[str, float] = await who.page.evaluate("globalThis.gone")
            if "gone" in seen:
                return seen
            await asyncio.sleep(0.1)


async def _kill(net: Star) -> None:
    """Every process in the publisher's namespace: its browser."""
    command = ["ip", "netns", "pids", net.clients[0].name]
    listed = await asyncio.to_thread(subprocess.check_output, command, text=True)
    for process in listed.split():
        os.kill(int(process), signal.SIGKILL)


async def _cut(net: Star) -> None:
    net.hub.drop(f"ip saddr {net.addresses[0]}")


async def restarted(times: int) -> dict[str, Any]:
    """From the relay's being up again to the first new frame."""
    waits = []
    port = free_port()
    async with chromium() as browser, AsyncExitStack() as stack:
        relay = await stack.enter_async_context(running_relay(port=port))
        async with (
            person(browser, relay.url, "Ann") as ann,
            person(browser, relay.url, "Bob") as bob,
        ):
            for _ in range(times):
                await all_meet(ann, bob)
                await bob.page.evaluate(BACK)
                await relay.process.kill()
                relay = await stack.enter_async_context(running_relay(port=port))
                up = now()
                async with asyncio.timeout(WITHIN):
                    seen = await bob.page.evaluate("globalThis.back")
                waits.append(max(0.0, seen["shown"] - up))
    return {"picture_back": summary(waits), "restarts": times}


async def crowd(people: int, seconds: float) -> dict[str, Any]:
    """What a room costs: memory and processor time of the relay for each participant."""
    async with chromium() as browser, running_relay() as relay, AsyncExitStack() as stack:
        process = relay.process.inner.pid
        empty = _resident(process)
        for number in range(people):
            one = await stack.enter_async_context(person(browser, relay.url, f"P{number}"))
            # This browser has all of them on one machine: it cannot show everybody to everybody.
            await one.page.evaluate(FEW)
        await asyncio.sleep(seconds)
        start = _processor(process)
        await asyncio.sleep(seconds)
        used = (_processor(process) - start) / seconds
        memory = _resident(process) - empty
    return {
        "participants": people,
        "shown_to_each": 4,
        "memory_kib_each": round(memory / people),
        "processor_percent_each": round(100 * used / people, 2),
    }


def _resident(process: int) -> int:
    """KiB."""
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS"))


def _processor(process: int) -> float:
    """Seconds."""
    fields = Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def measure(times: int) -> dict[str, Any]:
    """All of it."""
    return {
        "first_frame": await first_frame(3 * times),
        "gone": [await gone("killed", _kill, times), await gone("cut", _cut, times)],
        "restarted": await restarted(times),
        "crowd": await crowd(12, 10),
    }


def main() -> int:
    """Measure and print the result as JSON."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.rooms")
    parser.add_argument("--times", type=int, default=5, help="of each kind (5)")
    json.dump(asyncio.run(measure(parser.parse_args().times)), sys.stdout, indent=1)
    print()
    return 0


if __name__ == "__main__":
    sys.exit(main())
