"""One line that tells how a connection does, told anew each second."""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from trunkline.model.link import LinkStatistics

PERIOD = 1.0
"""Seconds between two lines."""


@dataclass(frozen=True, slots=True)
class Measured:
    """What flowed till now, one way."""

    frames: int = 0
    """Pictures."""
    bytes: int = 0
    loss: float | None = None
    """Fraction of packets, 0 to 1."""
    latency: float | None = None
    """Seconds."""
    note: str = ""
    """What else there is to say, as "waiting for a picture"."""


def sent(statistics: LinkStatistics) -> Measured:
    """What a publisher sends."""
    pictures = [one for one in statistics.media if one.kind == "video"]
    losses = [one.loss_sent for one in statistics.media if one.loss_sent is not None]
    trips = [one.rtt for one in statistics.media if one.rtt is not None]
    return Measured(
        sum(one.frames_sent for one in pictures),
        sum(one.bytes_sent for one in statistics.media),
        max(losses, default=None),
        # Half of the way there and back.
        max(trips) / 2 if trips else None,
    )


def line(now: Measured, before: Measured, seconds: float, total: float) -> str:
    """Time, pictures a second, kbit/s, loss and latency, as text.

    Args:
        now: till now.
        before: till the last line.
        seconds: since the last line.
        total: since the beginning.
    """
    minutes, rest = divmod(int(total), 60)
    rate = (now.frames - before.frames) / seconds
    kilobits = (now.bytes - before.bytes) * 8 / 1000 / seconds
    parts = [f"{minutes:02}:{rest:02}", f"{rate:.1f} frames/s", f"{kilobits:.0f} kbit/s"]
    if now.loss is not None:
        parts.append(f"loss {now.loss:.1%}")
    if now.latency is not None:
        parts.append(f"latency {now.latency * 1000:.0f} ms")
    return "  ".join([*parts, now.note]).rstrip()


async def tell(measure: Callable[[], Awaitable[Measured]]) -> None:
    """Print how it does, until cancelled: on a terminal in place, else line after line."""
    # It takes a tenth of a second to load: only who shows something needs it.
    from rich.console import Console
    from rich.live import Live
    from rich.text import Text

    console = Console(file=sys.stderr)
    loop = asyncio.get_running_loop()
    begun = last = loop.time()
    before = await measure()
    with Live(console=console, auto_refresh=False, transient=True) as live:
        while True:
            await asyncio.sleep(PERIOD)
            now, moment = await measure(), loop.time()
            text = line(now, before, moment - last, moment - begun)
            before, last = now, moment
            if console.is_terminal:
                live.update(Text(text), refresh=True)
            else:
                sys.stderr.write(f"{text}\n")
