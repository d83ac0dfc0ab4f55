"""The transports of one room's guests."""

from collections.abc import Callable

from trunkline.domain.guest import Guest
from trunkline.model.id import TransportId


class Lines:
    """Whose each transport is. `open_transport` and `close_transport` keep the relay's own list."""

    def __init__(
        self,
        open_transport: Callable[[], TransportId],
        close_transport: Callable[[TransportId], None],
    ) -> None:
        self._open = open_transport
        self._close = close_transport
        self._guests: dict[TransportId, Guest] = {}  # at most two for each guest

    def open(self, guest: Guest) -> TransportId:
        """A new transport for a guest."""
        transport = self._open()
        self._guests[transport] = guest
        return transport

    def close(self, transport: TransportId) -> None:
        """A transport is gone."""
        del self._guests[transport]
        self._close(transport)

    def guest(self, transport: TransportId) -> Guest | None:
        """Whose it is."""
        return self._guests.get(transport)

    def of(self, guest: Guest) -> tuple[TransportId, ...]:
        """The transports of a guest."""
        return tuple(transport for transport, whose in self._guests.items() if whose is guest)
