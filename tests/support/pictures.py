"""A program that watches and tells of every picture, where another network is to be watched from.

How long nothing came says little on a busy machine, where publishers stand still, too. So two
viewers can be compared, one of whom is at the publisher's own relay.
"""

import asyncio
import json
import sys
from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass
from itertools import pairwise

from trunkline import Network, Peer

COMMAND = (sys.executable, "-P", __file__)
"""To be given the URL; Ctrl-C ends it."""

TOGETHER = 10
"""Pictures in a line."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One picture."""

    at: float
    """When it came, in seconds; one clock for all viewers of a machine."""
    time: float
    """In the stream, in seconds: relays let this go on over every change of the source."""


def read(lines: Iterable[str]) -> list[Seen]:
    """What a viewer told."""
    every = (json.loads(line) for line in lines if line.startswith("[["))
    return [Seen(*one) for several in every for one in several]


def since(seen: Sequence[Seen], moment: float) -> Sequence[Seen]:
    """Those that came after a moment, and the last one before it: a gap may begin there."""
    later = [one for one in seen if one.at > moment]
    return [*seen[: len(seen) - len(later)][-1:], *later]


def longest(seen: Sequence[Seen]) -> float:
    """The longest time without a picture, in seconds."""
    return max((after.at - before.at for before, after in pairwise(seen)), default=0.0)


def longest_step(seen: Sequence[Seen]) -> float:
    """The same in the stream, which knows nothing of how busy who watches was."""
    return max((after.time - before.time for before, after in pairwise(seen)), default=0.0)


async def watch(url: str) -> None:
    """Tell of each picture."""
    loop, seen = asyncio.get_running_loop(), list[Seen]()
    async with Peer.watch(url, network=Network(addresses=("127.0.0.1",))) as link:
        async for one in link.video.packets():
            seen.append(Seen(loop.time(), one.seconds))
            if len(seen) == TOGETHER:
                sys.stdout.write(json.dumps([*map(astuple, seen)]) + "\n")
                sys.stdout.flush()
                seen.clear()


if __name__ == "__main__":
    asyncio.run(watch(sys.argv[1]))
