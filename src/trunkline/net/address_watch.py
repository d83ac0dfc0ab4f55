"""Addresses of this machine that come and go while the relay runs."""

import asyncio
import logging
from collections.abc import Callable, Sequence

log = logging.getLogger(__name__)

PERIOD = 3.0
"""Seconds between two looks: a cable or a VPN takes as long to be of use."""


class AddressWatch:
    """Tells when clients must be told other addresses than before.

    `look` may block; it says which addresses clients should be told now, best first.
    """

    def __init__(
        self,
        told: Sequence[str],
        look: Callable[[], Sequence[str]],
        tell: Callable[[tuple[str, ...]], None],
    ) -> None:
        self._told = tuple(told)
        self._look = look
        self._tell = tell

    async def run(self, period: float = PERIOD) -> None:
        """Look again and again, until cancelled."""
        while True:
            await asyncio.sleep(period)
            self._take(tuple(await asyncio.to_thread(self._look)))

    def _take(self, now: tuple[str, ...]) -> None:
        # None at all, as while a cable is changed: those that were told are as good as any.
        if not now or now == self._told:
            return
        before, self._told = self._told, now
        self._tell(now)
        new = [address for address in now if address not in before]
        gone = [address for address in before if address not in now]
        if new or gone:
            log.info(
                "This machine's addresses changed (new: %s; gone: %s): from now on clients are "
                "told %s for media",
                ", ".join(new) or "none",
                ", ".join(gone) or "none",
                ", ".join(now),
            )
