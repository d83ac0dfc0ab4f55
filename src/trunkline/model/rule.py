"""What an operator lays down for a room."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Limits of one room, and what opens it."""

    passphrase: str | None = field(default=None, repr=False)
    """Whoever enters has to know it; None: nothing."""
    listed: bool = True
    """It is told of in lists; one with a passphrase never is."""
    participants: int = 500
    """Publishers, viewers and guests together."""
    tracks: int = 16
    """Tracks that one guest can send."""
    bitrate: int | None = None
    """Bits per second that senders are told to keep to for each picture; None: as they like."""
