"""What a media core is: commands down, reports up, nothing blocks."""

import asyncio
from collections.abc import Callable, Iterable
from typing import Protocol

from trunkline.model.command import Command
from trunkline.model.frame import Encoded
from trunkline.model.link import Arrived, Cut
from trunkline.model.media import Port
from trunkline.model.report import Report


class Tap(Protocol):
    """The frames of one producer, inside the relay."""

    def fileno(self) -> int:
        """A descriptor that is readable while frames wait."""

    def drain(self) -> Iterable[Arrived | Cut]:
        """Take the waiting frames, oldest first; `Cut` is the last."""

    def request_keyframe(self) -> None:
        """Ask the producer for a keyframe. From any thread."""

    def close(self) -> None:
        """Take no more."""


class Core(Protocol):
    """What the engine needs of the core; tests have one of their own."""

    @property
    def port(self) -> int:
        """The number of the media port, of UDP and of TCP."""

    def fileno(self) -> int:
        """A descriptor that is readable while reports wait."""

    def submit(self, command: Command) -> None:
        """Do this soon; an answer, where there is one, is reported."""

    def drain(self) -> Iterable[Report]:
        """Take the waiting reports, oldest first."""

    def write(self, producer: Port, frame: Encoded) -> bool:
        """Send a frame of this program's; False: it was dropped. From any thread."""

    def tap(self, producer: Port) -> Tap:
        """Take the frames of a producer; may raise OSError."""

    def stop(self) -> None:
        """Close all transports and end the workers; blocks for up to a second."""


async def deliver(core: Core, receive: Callable[[Report], None]) -> None:
    """Hand over what the core reports, as it comes, until cancelled or `receive` raises."""
    loop = asyncio.get_running_loop()
    failure: asyncio.Future[None] = loop.create_future()

    def wake() -> None:
        try:
            for report in core.drain():
                receive(report)
        except Exception as error:  # a callback of the loop would only log it
            loop.remove_reader(core.fileno())
            failure.set_exception(error)

    loop.add_reader(core.fileno(), wake)
    try:
        await failure
    finally:
        loop.remove_reader(core.fileno())
