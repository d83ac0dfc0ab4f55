"""What a program sends: what is common to pictures and sound."""

import asyncio
from collections.abc import Callable, Container, Sequence
from typing import Generic, Protocol, TypeVar

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

    @property
    def codecs(self) -> Sequence[str]:
        """Those that it can be sent in, preferred first."""

    def agree(self, codecs: Container[str]) -> bool:
        """Send in one of these; False: it can be sent in none of them."""

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


class Settings(Protocol):
    """How something is sent."""

    @property
    def codec(self) -> str:
        """By its SDP name."""

    @property
    def bitrate(self) -> int:
        """Bits a second at most."""


S = TypeVar("S", bound=Settings)
T = TypeVar("T")


class Encoding(Generic[S, T]):
    """What waits for an encoder in a thread, and where goes what that makes."""

    def __init__(self, settings: S, worker: Worker[T]) -> None:
        self.settings = settings
        self._worker = worker
        self._send: Send | None = None
        self._unsent = 0
        self._error: Exception | None = None

    @property
    def codec(self) -> str:
        """By its SDP name."""
        return self.settings.codec

    @property
    def codecs(self) -> Sequence[str]:
        """Those that it can be sent in, preferred first."""
        return (self.codec,)

    def agree(self, codecs: Container[str]) -> bool:
        """Send in one of these; False: it can be sent in none of them."""
        return self.codec in codecs

    @property
    def most(self) -> int:
        """Bits a second that it sends at most."""
        return self.settings.bitrate

    @property
    def dropped(self) -> int:
        """What was dropped, before the encoder or before the network."""
        return self._worker.dropped + self._unsent

    async def drain(self) -> None:
        """Wait until the encoder has caught up."""
        loop = asyncio.get_running_loop()
        while True:
            done = asyncio.Event()

            def tell(done: asyncio.Event = done) -> None:
                if not loop.is_closed():
                    loop.call_soon_threadsafe(done.set)

            if not self._worker.tell_room(tell):
                return
            await done.wait()

    def close(self, error: Exception | None = None) -> None:
        """Take nothing more, and end its thread; who writes is told the error, if there is one."""
        self._send, self._error = None, error
        self._worker.close()

    def _check(self) -> None:
        """Raise why nothing more is taken, if so."""
        if self._error is not None:
            raise self._error
        if self._worker.error:
            raise FrameError(f"Nothing more is encoded: {self._worker.error}")


def of_codec(packet: Encoded, codec: str) -> Encoded:
    """The same, unless it is of another codec.

    Raises:
        FrameError: it is.
    """
    if packet.codec != codec:
        raise FrameError(f"The packet is {packet.codec}; this output is for {codec}.")
    return packet
