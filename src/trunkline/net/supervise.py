"""The only place that tries again: what may fail alone is kept running."""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable

log = logging.getLogger(__name__)

# The delay doubles from the first to the last of these seconds.
FIRST_DELAY = 0.5
LAST_DELAY = 30.0
# Who ran this many seconds was well, and starts again from the first delay.
WELL = 10.0


async def supervise(
    name: str,
    run: Callable[[], Awaitable[None]],
    chance: random.Random | None = None,
    *,
    last_delay: float = LAST_DELAY,
) -> None:
    """Run something again whenever it ends or fails, until cancelled.

    The delay doubles from 0.5 s to 30 s by default, with up to a quarter more by chance, so that
    many who failed together do not come back together. An outage makes one line in the log at its
    start.

    Args:
        name: what it is, for the log.
        run: called anew for each attempt.
        chance: the source of the jitter.
        last_delay: seconds that the delay grows to.
    """
    chance = chance or random.Random()
    loop = asyncio.get_running_loop()
    delay = FIRST_DELAY
    while True:
        started = loop.time()
        try:
            await run()
            reason = "it ended"
        except Exception as error:
            reason = str(error) or type(error).__name__
            log.debug("%s failed", name, exc_info=True)
        if loop.time() - started >= WELL:
            delay = FIRST_DELAY
        level = logging.WARNING if delay == FIRST_DELAY else logging.DEBUG
        log.log(level, "%s stopped: %s; it is tried again until it works", name, reason)
        await asyncio.sleep(delay * (1 + chance.random() / 4))
        delay = min(2 * delay, last_delay)
