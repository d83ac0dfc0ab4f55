import asyncio
import itertools
import logging
import random
from collections.abc import Awaitable, Callable

import pytest

from support.virtual_time import VirtualTimeLoop
from trunkline.net.supervise import LAST_DELAY, supervise


class NoJitter(random.Random):
    def random(self) -> float:
        return 0.0


def starts(
    seconds: float, lasts: Callable[[int], float], last_delay: float = LAST_DELAY
) -> list[float]:
    """When the supervised thing was started within some seconds, if it lasts so long each time."""

    async def main() -> list[float]:
        loop = asyncio.get_running_loop()
        times: list[float] = []

        async def run() -> None:
            times.append(loop.time())
            await asyncio.sleep(lasts(len(times)))
            raise ConnectionError("gone")

        return await bounded(run, seconds, times, last_delay)

    with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
        return runner.run(main())


async def bounded(
    run: Callable[[], Awaitable[None]],
    seconds: float,
    result: list[float],
    last_delay: float = LAST_DELAY,
) -> list[float]:
    try:
        async with asyncio.timeout(seconds):
            await supervise("The camera", run, NoJitter(), last_delay=last_delay)
    except TimeoutError:
        return result
    raise AssertionError("it ended by itself")


def test_the_delay_doubles_up_to_its_cap() -> None:
    times = starts(150, lambda _: 0)
    gaps = [round(b - a, 3) for a, b in itertools.pairwise(times)]
    assert gaps == [0.5, 1, 2, 4, 8, 16, 30, 30, 30]


def test_the_cap_may_be_another_one() -> None:
    times = starts(20, lambda _: 0, 3)
    gaps = [round(b - a, 3) for a, b in itertools.pairwise(times)]
    assert gaps[:6] == [0.5, 1, 2, 3, 3, 3]


def test_who_was_well_starts_from_the_first_delay() -> None:
    times = starts(60, lambda n: 20 if n == 3 else 0)
    gaps = [round(b - a, 3) for a, b in itertools.pairwise(times)]
    assert gaps[:5] == [0.5, 1, 20.5, 1, 2]


def test_an_outage_makes_one_line(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    starts(100, lambda _: 0)
    (line,) = caplog.messages
    assert line == "The camera stopped: gone; it is tried again until it works"
