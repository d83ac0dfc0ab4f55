"""What two relays say to each other over a trunk (`docs/protocols/trunks.md`).

Ids of participants and tracks are the same everywhere. What a relay tells of its participants goes
on from neighbour to neighbour, with the path that it came by.
"""

from dataclasses import dataclass, field

from trunkline.model import signal
from trunkline.model.camera import CameraSummary
from trunkline.model.id import (
    LinkId,
    ParticipantId,
    ParticipantName,
    RelayId,
    RoomName,
    TrackId,
)
from trunkline.model.view import Track

Encodings = frozenset[str]
"""The rids of a track that are wanted; `""` is the encoding of a track that is sent once."""


@dataclass(frozen=True, slots=True)
class Hello:
    """The first message of both sides."""

    relay: RelayId
    name: str
    """For people: the machine's name."""
    agent: str = ""
    """Program and version."""
    instance: str = ""
    """Drawn at each start: tells a relay that came back from two that claim one id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Presence:
    """A participant, as its own relay tells of it."""

    id: ParticipantId
    room: RoomName
    name: ParticipantName
    role: signal.GuestRole = "client"
    hand_raised: bool = False
    away: bool = False
    tracks: tuple[Track, ...] = ()
    camera: CameraSummary | None = None
    """How it is with it; None: it is none, or its relay does not say."""
    version: int = 0
    """Counts the changes: of two that came by different ways the higher one is the truth."""


@dataclass(frozen=True, slots=True)
class Announced:
    """The sender can deliver a participant; said again when anything of it changes."""

    presence: Presence
    path: tuple[RelayId, ...]
    """The relays that it passes, the sender first, its own relay last."""
    cost: float
    """Milliseconds: the round-trip times on the path, added up."""


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """The sender cannot deliver a participant any more."""

    participant: ParticipantId
    gone: int | None = None
    """It has left for good, its own relay says, and this is its last version: whoever knows an
    earlier one forgets it, whatever way that came. None: there may be other ways to it."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which encodings of a track the sender wants from now on; none: nothing of it."""

    track: TrackId
    encodings: Encodings


@dataclass(frozen=True, slots=True)
class Said:
    """A line of chat; each relay passes on what it has not heard."""

    origin: RelayId
    number: int
    """Rises with each line of the origin, also over its restarts: milliseconds since 1970."""
    room: RoomName
    line: signal.Line


@dataclass(frozen=True, slots=True)
class Spoken:
    """Who speaks among the participants that the sender can deliver, in one room; loudest first."""

    room: RoomName
    speakers: tuple[signal.Speaker, ...]


LAST = (1 << 53) - 1
"""What counts or orders words is at most this: as long as every language's whole numbers."""

HERE = RelayId("")
"""Who locked a room, until this relay puts its own id there."""


@dataclass(frozen=True, slots=True, order=True)
class Lock:
    """Whether a room is locked; of two that were set, the one that compares higher holds."""

    stamp: int
    """Milliseconds since 1970, and more than any that was known when it was set."""
    relay: RelayId
    """Where it was set."""
    locked: bool


@dataclass(frozen=True, slots=True)
class Verifier:
    """Tells whether a passphrase is the right one, and not what it is."""

    salt: bytes
    key: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What one relay says of how a room is entered."""

    lock: Lock | None = None
    """As those know it who are in the room there; None: they know of none, or nobody is there."""
    verifier: Verifier | None = None
    """Of the passphrase that its operator laid down, if so."""
    unlisted: bool = False


@dataclass(frozen=True, slots=True)
class Ruled:
    """What a relay says of a room, to all others; each passes on what it has not heard."""

    origin: RelayId
    number: int
    """Rises with each time; who hears a later one than its own from before goes on from there."""
    room: RoomName
    rules: Rules


@dataclass(frozen=True, slots=True)
class Edge:
    """One of a relay's neighbours, as it tells of it."""

    relay: RelayId
    rtt: float | None
    """Seconds; None while unknown."""
    tracks: int
    """How many it is sent."""
    silent: bool = False
    """Nothing is heard of it for longer than it should be."""


@dataclass(frozen=True, slots=True)
class Charted:
    """What a relay tells all others of itself; each passes on what it has not heard."""

    relay: RelayId
    name: str
    number: int
    """Rises with each time, also over its restarts: milliseconds since 1970 and up."""
    edges: tuple[Edge, ...]


Routed = Announced | Withdrawn | Wanted | Said | Spoken | Ruled
"""What routing says and hears."""

Medial = signal.Offered | signal.Answered | signal.Mapped | signal.ConnectionClosed | signal.Failed
"""What is said of the two media connections; each side offers the one that it sends on."""

Word = Hello | Routed | Charted | Medial | signal.Ping | signal.Pong | signal.Goodbye
"""All that is said, in both directions."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What one side of a trunk lets cross; both sides' hold."""

    rooms: frozenset[RoomName] | None = None
    """None: all but those with a passphrase."""
    also: frozenset[RoomName] = frozenset()
    """Those with a passphrase that cross though none are named."""
    send: bool = True
    receive: bool = True
    max_layer: int | None = None
    """Of what is sent and received: 0 is the lowest; None: all."""
    max_kbps: int | None = None
    """Of what is sent."""


@dataclass(frozen=True, slots=True)
class Tell:
    """Say this over a trunk."""

    link: LinkId
    word: Word


@dataclass(frozen=True, slots=True)
class SaidHere:
    """A line of chat was said at this relay; the others are to know of it."""

    room: RoomName
    line: signal.Line


@dataclass(frozen=True, slots=True)
class SpokenHere:
    """Those of this relay's own participants that speak are others now."""

    room: RoomName
    speakers: tuple[signal.Speaker, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A trunk that is up, as others may see it."""

    link: LinkId
    relay: RelayId
    name: str
    policy: Policy = field(default_factory=Policy)
    rtt: float | None = None
    """Seconds; None while unknown."""
    tracks_sent: tuple[TrackId, ...] = ()
    tracks_received: tuple[TrackId, ...] = ()
    silent: bool = False
    """Nothing is heard of the other end for longer than it should be."""
    held_back: int = 0
    """Of how many pictures less is sent than is wanted, or nothing."""


@dataclass(frozen=True, slots=True)
class Way:
    """How a participant of another relay can be reached, as others may see it."""

    participant: ParticipantId
    room: RoomName
    link: LinkId | None
    """None: not at all, for the moment."""
    path: tuple[RelayId, ...] = ()
    """From the neighbour to its own relay."""
    cost: float = 0.0
    """Milliseconds."""
    spare: tuple[RelayId, ...] = ()
    """The path that is taken if this one breaks; empty if there is none."""
