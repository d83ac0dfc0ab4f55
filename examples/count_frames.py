"""Count what publishers send into each room, once a second.

Run it as it stands: it is a whole relay with the demonstration room. Settings come from the
environment, as TRUNKLINE_PORT=9000.
"""

import asyncio
from contextlib import suppress
from dataclasses import dataclass

import trunkline


@dataclass
class Count:
    """What came into a room since its publishers joined."""

    packets: int = 0
    keyframes: int = 0
    bytes: int = 0


def count(statistics: trunkline.Statistics) -> dict[str, Count]:
    """Add up the tracks of each room."""
    counts: dict[str, Count] = {}
    for participant in statistics.participants:
        room = counts.setdefault(participant.room, Count())
        for track in participant.traffic.producers:
            room.packets += track.packets
            room.keyframes += track.keyframes
            room.bytes += track.bytes
    return counts


async def main() -> None:
    """Run a relay and print a line for each room and second."""
    settings = trunkline.load_settings({"demo": True, "tls": "off", "host": "127.0.0.1"})
    async with trunkline.Relay(settings) as relay:
        print(f"Watch the room at {relay.url}/watch/demo", flush=True)
        while True:
            await asyncio.sleep(1)
            for room, seen in count(await relay.statistics()).items():
                print(
                    f"{room}: {seen.packets} packets, {seen.keyframes} keyframes, "
                    f"{seen.bytes // 1000} kB",
                    flush=True,
                )


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        asyncio.run(main())
