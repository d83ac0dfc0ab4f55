"""What a program sends: what is common to pictures and sound."""

import asyncio
from collections.abc import Callable
from typing import Any, Protocol

from trunkline.errors import FrameError
from trunkline.frames.worker import Worker
from trunkline.model.frame import Encoded
from trunkline.model.media import Kind

Send = Callable[[Encoded], bool]
"""Gives a packet to a connection; False: it was dropped. Called from any thread."""


class Output(Protocol):
    """What a connection needs of what it sends."""

    @property
    def kind(self) -> Kind:
        """What it is."""

    @property
    def codec(self) -> str:
        """By its SDP name."""

    @property
    def most(self) -> int:
        """Bits a second that it sends at most."""

    def attach(self, send: Send | None) -> None:
        """Send there from now on; None: nowhere."""

    def want_keyframe(self) -> None:
        """Whoever receives it needs one."""

    def allow(self, bitrate: int) -> None:
        """So many bits a second may be sent."""

    def limit(self, bitrate: int | None) -> None:
        """The other end wants no more bits a second than this; None: it says nothing."""

    def close(self, error: Exception | None = None) -> None:
        """Take nothing more, and end its thread; who writes is told the error, if there is one."""


def check(worker: Worker[Any], error: Exception | None) -> None:
    """Raise why nothing more is taken, if so."""
    if error is not None:
        raise error
    if worker.error:
        raise FrameError(f"Nothing more is encoded: {worker.error}")


def of_codec(packet: Encoded, codec: str) -> Encoded:
    """The same, unless it is of another codec.

    Raises:
        FrameError: it is.
    """
    if packet.codec != codec:
        raise FrameError(f"The packet is {packet.codec}; this output is for {codec}.")
    return packet


async def drained(worker: Worker[Any]) -> None:
    """Wait until a worker has nothing to do."""
    loop = asyncio.get_running_loop()
    while True:
        done = asyncio.Event()

        def tell(done: asyncio.Event = done) -> None:
            if not loop.is_closed():
                loop.call_soon_threadsafe(done.set)

        if not worker.tell_room(tell):
            return
        await done.wait()
