"""Clients that are programs of their own: whether they publish, and what they see and hear."""

import json

from support.process import Process
from support.relay import RunningRelay
from support.waiting import until


async def publishes(relay: RunningRelay, publisher: Process, *, within: float = 15) -> None:
    """Wait till somebody publishes in the room "room"; the program must go on running."""

    async def look() -> bool:
        assert publisher.running, publisher.output
        room = (await relay.rooms()).get("room")
        return room is not None and any(entry["publishing"] for entry in room["participants"])

    await until(look, bool, within=within, what="a program publishes")


async def receives(
    viewer: Process, *, change: float = 0.5, loudness: float = 500, within: float = 20
) -> None:
    """Wait till what a program prints tells of a moving picture and of sound.

    Args:
        viewer: prints JSON objects with `frames`, `change` and `loudness`.
        change: between two pictures, more than this, in the program's measure.
        loudness: more than this, in the program's measure.
        within: seconds.
    """

    async def look() -> dict[str, float]:
        assert viewer.running, viewer.output
        seen: dict[str, float] = json.loads(viewer.lines[-1]) if viewer.lines else {}
        return seen

    def good(seen: dict[str, float]) -> bool:
        moves = seen.get("frames", 0) >= 20 and seen["change"] > change
        return moves and seen["loudness"] > loudness

    await until(look, good, within=within, what="a program sees and hears")
