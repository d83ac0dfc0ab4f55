"""Rooms in which peers of a signalling server meet."""

from collections.abc import Mapping

from trunkline.errors import Refusal, RefusalCode
from trunkline.model.peering import Bounds, PeerKey


def is_reserved(name: str, bounds: Bounds, *, own: bool) -> bool:
    """Whether a name is not for who asks; `own`: a part of this program."""
    return not own and bounds.reserved is not None and name.startswith(bounds.reserved)


class Gatherings:
    """Who is in which room, in the order of coming.

    Invariant: a room is there exactly while somebody is in it.
    """

    def __init__(self, bounds: Bounds) -> None:
        self._bounds = bounds
        self._rooms: dict[str, dict[str, PeerKey]] = {}

    def members(self, room: str) -> Mapping[str, PeerKey]:
        """Names and connections of those in a room."""
        return self._rooms.get(room, {})

    def enter(self, room: str, name: str, peer: PeerKey) -> None:
        """Let a peer in under a name that nobody has in the room.

        Raises:
            Refusal: the room is full, or there are too many.
        """
        members = self._rooms.get(room)
        if members is None:
            if len(self._rooms) >= self._bounds.rooms:
                raise Refusal(RefusalCode.FULL, "too many rooms")
            members = self._rooms[room] = {}
        elif len(members) >= self._bounds.members:
            raise Refusal(RefusalCode.FULL, f"room {room!r} is full")
        members[name] = peer

    def leave(self, room: str, name: str) -> None:
        """Let a peer out; the last one closes the room."""
        members = self._rooms[room]
        del members[name]
        if not members:
            del self._rooms[room]
