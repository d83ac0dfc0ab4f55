"""What may be asked of the relay."""

from dataclasses import dataclass

from trunkline.model.id import ParticipantName, RoomName, SessionId
from trunkline.model.media import Offer


@dataclass(frozen=True, slots=True)
class Publish:
    """Enter a room with tracks."""

    room: RoomName
    name: ParticipantName | None
    """None: the relay chooses one that is free."""
    offer: Offer


@dataclass(frozen=True, slots=True)
class Watch:
    """Receive the tracks of a publisher."""

    room: RoomName
    publisher: ParticipantName | None
    """None: whoever published last, also later on."""
    offer: Offer


@dataclass(frozen=True, slots=True)
class Leave:
    """End a session."""

    session: SessionId


@dataclass(frozen=True, slots=True)
class Find:
    """Look a session up."""

    session: SessionId


@dataclass(frozen=True, slots=True)
class Measure:
    """Read all counters."""


Enter = Publish | Watch
Request = Enter | Leave | Find | Measure
