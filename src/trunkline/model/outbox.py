"""Where words for a guest go."""

from typing import Protocol

from trunkline.model.signal import Told


class Outbox(Protocol):
    """The way to one guest: it never blocks, and drops the guest rather than a word."""

    def put(self, message: Told) -> None:
        """Say this after all that was said before."""

    def end(self) -> None:
        """Hang up when all has been said."""
