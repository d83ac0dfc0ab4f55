"""Which way to each guest."""

from trunkline.model.id import ParticipantId
from trunkline.model.outbox import Outbox
from trunkline.model.signal import Goodbye, Told


class Switchboard:
    """The outboxes of the guests that are on the line; bounded by the guests that are let in."""

    def __init__(self) -> None:
        self._outboxes: dict[ParticipantId, Outbox] = {}

    def connect(self, guest: ParticipantId, outbox: Outbox) -> None:
        """Put a guest on the line; where it is there already, the older line is cut."""
        self.tell(guest, Goodbye("replaced", "The session goes on over another connection."))
        self._outboxes[guest] = outbox

    def tell(self, guest: ParticipantId, message: Told) -> None:
        """Say something to a guest; a goodbye hangs up. Who is not on the line hears nothing."""
        outbox = self._outboxes.get(guest)
        if outbox is None:
            return
        outbox.put(message)
        if isinstance(message, Goodbye):
            del self._outboxes[guest]
            outbox.end()

    def disconnect(self, guest: ParticipantId, outbox: Outbox) -> bool:
        """A line is cut; False if it was not the guest's any more."""
        if self._outboxes.get(guest) is not outbox:
            return False
        del self._outboxes[guest]
        return True

    def drop(self, guest: ParticipantId) -> None:
        """The guest has left the room: hang up, if that was not done yet."""
        outbox = self._outboxes.pop(guest, None)
        if outbox is not None:
            outbox.end()
