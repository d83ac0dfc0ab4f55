"""What routing wants done."""

from dataclasses import dataclass

from trunkline.model import signal
from trunkline.model.id import LinkId, ParticipantId, RoomName, TrackId
from trunkline.model.trunk import Encodings, Presence, Tell


@dataclass(frozen=True, slots=True)
class Serve:
    """From now on send these encodings of a track over a link; none: stop.

    The track is one of ours, or comes by the link of its `Supply`. When a link ends, all that it
    was sent ends without a word.
    """

    link: LinkId
    track: TrackId
    encodings: Encodings


@dataclass(frozen=True, slots=True)
class Supply:
    """From now on take the media of a track from this link; None: from nowhere.

    While another link is asked for the track, too, they are taken from that until this one's can
    follow; `Router.flows` says that they come.
    """

    track: TrackId
    link: LinkId | None


@dataclass(frozen=True, slots=True)
class Present:
    """A participant of another relay is there, or has changed."""

    presence: Presence


@dataclass(frozen=True, slots=True)
class Absent:
    """A participant of another relay has left, or could not be reached for a while."""

    participant: ParticipantId


@dataclass(frozen=True, slots=True)
class Heard:
    """Somebody at another relay said a line."""

    room: RoomName
    line: signal.Line


@dataclass(frozen=True, slots=True)
class Loud:
    """Who speaks at other relays, in one room; loudest first."""

    room: RoomName
    speakers: tuple[signal.Speaker, ...]


@dataclass(frozen=True, slots=True)
class Laid:
    """Another relay says something else of how a room is entered."""

    room: RoomName


@dataclass(frozen=True, slots=True)
class Cut:
    """Say goodbye and hang up: routing has forgotten the link already."""

    link: LinkId
    goodbye: signal.Goodbye


@dataclass(frozen=True, slots=True)
class Remark:
    """Something for the log, as a sentence."""

    sentence: str


RoutingEffect = Tell | Serve | Supply | Present | Absent | Heard | Loud | Laid | Cut | Remark
"""To be done in the order in which they are told."""
