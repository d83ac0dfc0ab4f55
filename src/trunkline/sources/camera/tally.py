"""What of a camera is counted, over all its connections."""

from trunkline.model.camera import CameraTally


class Tally:
    """Counts; the thread of a connection writes it, and the loop reads."""

    def __init__(self) -> None:
        self._connections = 0
        self._pictures = 0
        self._last: float | None = None

    def connected(self) -> None:
        """It is there."""
        self._connections += 1

    def picture(self, moment: float) -> None:
        """A picture came, at this moment of media time."""
        self._pictures += 1
        self._last = moment

    def read(self, now: float, transcoders: int) -> CameraTally:
        """As it is now; how many transcoders run is not counted here."""
        age = None if self._last is None else max(0.0, now - self._last)
        return CameraTally(self._connections, self._pictures, age, transcoders)
