"""What a trunk costs and how long it takes: `PYTHONPATH=tests python -m benchmarks.trunks`.

Relays of our own on loopback, in a row: a publisher at the first, a viewer at the last, both played
by the load generator. CPU is that of all relays together, for each packet that arrives; latency is
counted from the publisher to the viewer. Then three relays in networks of their own, in a ring: the
link that carries a picture is cut, and mended, and viewers tell how long they had no new picture:
one behind the link, and one at the publisher's own relay, who shows what the machine itself is to
blame for. Meanwhile a thread in the network of the relay behind the link asks for the map.
"""

import argparse
import asyncio
import contextlib
import http.client
import json
import statistics
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from benchmarks import generator, server
from benchmarks.report import latency
from benchmarks.server import Server
from support import pictures
from support.command import FLOWS, says, trunkline
from support.network import Web, prefix, web
from support.process import Process, process
from support.relay import RunningRelay, running_relay
from support.trunks import ask, join
from support.waiting import until

RATE, BURST = 1_000, 33
"""Packets in a second, and of one picture."""
WATCHED = 12.0
"""Seconds for which a viewer looks for gaps after a link was cut or mended."""
LOOK = 0.02
"""Seconds between two looks at the map."""
LEFT = 2
"""Trunks of a ring of three when one is cut."""


def main() -> int:
    """Measure, print, and keep the result."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.trunks", description=__doc__)
    parser.add_argument("--seconds", type=int, default=5, help="length of a window (5)")
    parser.add_argument("--cuts", type=int, default=3, help="times that a link is cut (3)")
    parser.add_argument("--output", type=Path, help="a JSON file for the result")
    chosen = parser.parse_args()
    generator.build()
    rows = [hops(number, chosen.seconds) for number in (0, 1, 2)]
    result = {"hops": rows, "cuts": asyncio.run(cuts(chosen.cuts))}
    print(json.dumps(result, indent=2))
    if chosen.output:
        chosen.output.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    return 0


def hops(number: int, seconds: int) -> dict[str, Any]:
    """A row of relays with so many trunks between the publisher and the viewer."""
    shape = ["--publishers=1", "--viewers=1", f"--rate={RATE}", f"--burst={BURST}"]
    with row(number + 1) as target:
        windows = [f"--seconds={seconds}", "--windows=3"]
        through = generator.run("run", [*shape, *windows, *target.arguments("bench")])
    costs = sorted(window["server_us_per_packet"] for window in through["windows"])
    return {
        "trunks": number,
        "us_per_packet": costs[len(costs) // 2],
        "latency_ms": {share: latency(through, share) for share in ("p50", "p99")},
        "lost": sum(window["lost"] for window in through["windows"]),
    }


@contextlib.contextmanager
def row(relays: int) -> Iterator[Server]:
    """So many relays, each dialling the one before; published at the first, watched at the last."""
    with contextlib.ExitStack() as stack:
        chain = [stack.enter_context(server.relay(1)) for _ in range(relays)]
        bases = [one.whip.split("/whip")[0] for one in chain]
        for base, before in zip(bases[1:], bases, strict=False):
            asked = urllib.request.Request(
                f"{base}/api/v1/trunks",
                json.dumps({"url": before}).encode(),
                {"Content-Type": "application/json"},
            )
            urllib.request.urlopen(asked, timeout=10).close()
        time.sleep(2)
        pids = tuple(pid for one in chain for pid in one.pids)
        yield Server(whip=chain[0].whip, whep=chain[-1].whep, pids=pids)


async def cuts(number: int) -> dict[str, Any]:
    """How long pictures stand still when the link of a ring that carries them is cut, and back."""
    with web(3, [(0, 1), (1, 2), (0, 2)]) as net:
        async with contextlib.AsyncExitStack() as stack:
            relays = [
                await stack.enter_async_context(running_relay(place=place, host="0.0.0.0"))
                for place in net.places
            ]
            for one, other in net.links:
                await join(relays[other], f"http://{net.address(one, other)}:8080")
            url = f"{relays[0].url}/whip/studio"
            publisher = trunkline("publish", url, "--test", place=net.places[0])
            await says(await stack.enter_async_context(publisher), FLOWS)

            async def rooms() -> list[str]:
                return [*await relays[1].rooms()]

            await until(rooms, lambda known: "studio" in known, within=20, what="the room")
            viewers = [
                await stack.enter_async_context(
                    process([*prefix(relay.place), *pictures.COMMAND, f"{relay.url}/whep/studio"])
                )
                for relay in relays[:2]
            ]
            found = [await cut(net, relays[1], viewers) for _ in range(number)]
    return {
        "cuts": found,
        "healed_s": spread([one["cut_s"] for one in found]),
        "mended_s": spread([one["mended_s"] for one in found]),
        "silent_s": spread([one["silent_s"] for one in found if "silent_s" in one]),
        "gone_s": spread([one["gone_s"] for one in found]),
    }


async def cut(net: Web, relay: RunningRelay, viewers: Sequence[Process]) -> dict[str, Any]:
    """Cut the link once, and mend it."""
    await settled(relay, "one way")
    found: dict[str, Any] = {}
    for what, change, length in (("cut", net.cut, WATCHED), ("mended", net.mend, 2 * WATCHED)):
        since = time.monotonic()
        change(0, 1)
        if what == "cut":
            # How soon a link that is back is dialled again has nothing to do with telling of it.
            found |= await asyncio.to_thread(told, relay, since)
        await asyncio.sleep(length - (time.monotonic() - since))
        for where, viewer in zip(("_at_origin_s", "_s"), viewers, strict=True):
            seen = pictures.since(pictures.read(viewer.lines), since)
            found[what + where] = round(pictures.longest(seen), 3)
    return found


def told(relay: RunningRelay, since: float) -> dict[str, float]:
    """How long it took the map to tell that a trunk is silent, and that it is gone."""
    look = partial(_look, relay.url, since)
    return look() if relay.place is None else relay.place.call(look)


def _look(url: str, since: float) -> dict[str, float]:
    found: dict[str, float] = {}
    with contextlib.closing(http.client.HTTPConnection(urlsplit(url).netloc, timeout=10)) as relay:
        while "gone_s" not in found and time.monotonic() - since < WATCHED:
            relay.request("GET", "/api/v1/status")
            trunks = _trunks(json.loads(relay.getresponse().read()))
            now = round(time.monotonic() - since, 3)
            if any(trunks):
                found.setdefault("silent_s", now)
            if len(trunks) == LEFT:
                found["gone_s"] = now
            time.sleep(LOOK)
    return found


def _trunks(status: dict[str, Any]) -> list[bool]:
    """Those on the map, and whether one is silent; it is there while both its ends tell of it."""
    relays = status["relays"]
    told = {(one["relay"], to["relay"]): to["silent"] for one in relays for to in one["edges"]}
    ends = [(start, end) for start, end in told if start < end and (end, start) in told]
    return [told[start, end] or told[end, start] for start, end in ends]


def spread(values: list[float]) -> dict[str, float]:
    """The middle one and the worst."""
    return {"median": statistics.median(values), "worst": max(values)}


async def settled(relay: Any, what: str) -> None:
    """Wait until pictures come by one link, the short one."""

    async def trunks() -> int:
        status = await ask(relay, "GET", "/api/v1/status")
        every = status["statistics"]["trunks"]
        return sum(any(one["bitrate"] for one in trunk["producers"]) for trunk in every)

    await until(trunks, lambda busy: busy == 1, within=60, what=what)
    await asyncio.sleep(3)


if __name__ == "__main__":
    sys.exit(main())
