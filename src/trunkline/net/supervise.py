"""The only place that tries again: what may fail alone is kept running."""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable

from trunkline.net.backoff import Backoff

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
    loop = asyncio.get_running_loop()
    backoff = Backoff(FIRST_DELAY, last_delay, chance)
    while True:
        started = loop.time()
        try:
            await run()
            reason = "it ended"
        except Exception as error:
            reason = str(error) or type(error).__name__
            log.debug("%s failed", name, exc_info=True)
        if loop.time() - started >= WELL:
            backoff.reset()
        level = logging.WARNING if backoff.is_first else logging.DEBUG
        log.log(level, "%s stopped: %s; it is tried again until it works", name, reason)
        await asyncio.sleep(backoff.delay())
