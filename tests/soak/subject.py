"""A relay that can be looked into: a program of its own, as the command runs it.

It is told its settings as JSON by its only argument. It writes one JSON object to standard output
when it is ready, and one for each line that it reads: what the process holds at this moment.
"""

import asyncio
import gc
import json
import logging
import os
import sys
from collections import Counter

import psutil

from trunkline.app import Relay
from trunkline.cli.serve import loop_factory
from trunkline.config import Settings
from trunkline.model.event import ParticipantLeft


async def count_ends(relay: Relay, ends: Counter[str]) -> None:
    async for event in relay.events():
        if isinstance(event, ParticipantLeft):
            ends[event.code] += 1


class Errors(logging.Handler):
    """Counts what should never be logged."""

    count = 0

    def emit(self, record: logging.LogRecord) -> None:
        self.count += 1
        sys.stderr.write(self.format(record) + "\n")


async def reading(relay: Relay, ends: Counter[str], errors: Errors) -> dict[str, object]:
    gc.collect()
    statistics = await relay.statistics()
    process = psutil.Process()
    return {
        "memory": process.memory_info().rss,
        "tasks": len(asyncio.all_tasks()),
        "descriptors": len(os.listdir("/proc/self/fd")),
        "threads": process.num_threads(),
        "objects": len(gc.get_objects()),
        "transports": len(statistics.participants),
        "rooms": len(relay.rooms),
        "ends": dict(ends),
        "errors": errors.count,
    }


def say(value: dict[str, object]) -> None:
    sys.stdout.write(json.dumps(value) + "\n")
    sys.stdout.flush()


async def main(settings: Settings) -> None:
    """Serve until standard input ends."""
    loop = asyncio.get_running_loop()
    asked = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(asked), sys.stdin)
    ends: Counter[str] = Counter()
    errors = Errors(logging.ERROR)
    logging.basicConfig(handlers=[errors])
    async with Relay(settings) as relay, asyncio.TaskGroup() as group:
        watcher = group.create_task(count_ends(relay, ends))
        say({"url": relay.url})
        while await asked.readline():
            say(await reading(relay, ends, errors))
        watcher.cancel()


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=loop_factory()) as runner:
        runner.run(main(Settings.of(json.loads(sys.argv[1]))))
