"""How much routing takes from neighbours and remembers."""

from dataclasses import dataclass, field

from trunkline.domain.allowance import Rate


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """Beyond those of a link it is cut off; beyond those of the relay nothing more is taken."""

    links: int = 100
    participants: int = 5_000
    """Of other relays, known here."""
    participants_of_link: int = 2_500
    """That one neighbour announces."""
    tracks_of_link: int = 10_000
    """Of all those."""
    tracks_of_participant: int = 32
    wants_of_link: int = 10_000
    """Tracks that one neighbour wants."""
    rules: int = 2_000
    """What relays said of rooms, that is remembered."""
    words: Rate = field(default_factory=lambda: Rate(burst=20_000, per_second=1_000))
    """Of one link."""
    breaches: Rate = field(default_factory=lambda: Rate(burst=50, per_second=0.1))
    """Announcements of one link that are refused."""
    lines: Rate = field(default_factory=lambda: Rate(burst=200, per_second=20))
    """Of chat over one link; what is more is not passed on."""
