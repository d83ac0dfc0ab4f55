"""The record of a participant of another relay; `Room` alone changes it."""

from collections.abc import Container, Iterator
from dataclasses import dataclass, field

from trunkline.domain.track import Track
from trunkline.model import view
from trunkline.model.event import Role
from trunkline.model.id import ParticipantId, ParticipantName, TrackId
from trunkline.model.media import Kind, Port, Wish
from trunkline.model.signal import Person
from trunkline.model.trunk import Encodings, Presence

ONCE: Encodings = frozenset({""})
"""What is wanted of a track that is sent once."""


@dataclass(slots=True, kw_only=True)
class RemoteTrack(Track):
    """A track that comes over a trunk, as far as somebody wants it.

    How it is, its own relay tells; `port` is where it comes in here, if it does.
    """

    coming: tuple[str, ...] = ()
    """The rids of the layers that come, lowest first."""

    @property
    def is_remote(self) -> bool:
        """Whether it comes over a trunk."""
        return True

    def see(self, track: view.Track) -> None:
        """Its relay says how it is now."""
        self.source, self.muted, self.stalled = track.source, track.muted, track.stalled
        self.codec, self.layers = track.codec, track.layers

    def bind(self, port: Port | None, coming: tuple[str, ...]) -> bool:
        """It comes in there, as these layers; whether that is news."""
        if port is not None:
            # By another way come the same as by the one before, until it is known better.
            coming = coming or self.coming
            self.earlier = self.port if port != self.port else self.earlier
        news = (port, coming) != (self.port, self.coming)
        self.port, self.coming = port, coming
        return news

    def place(self, layer: int | None) -> int | None:
        """Of those that come, the best that is not above the layer."""
        if layer is None:
            return None
        below = {each.rid for each in self.layers[: layer + 1]}
        return max(sum(rid in below for rid in self.coming) - 1, 0)

    def layer_at(self, place: int) -> int:
        """Which layer the core has there."""
        rid = self.coming[place] if place < len(self.coming) else ""
        return next((n for n, layer in enumerate(self.layers) if layer.rid == rid), place)

    def encodings(self, wish: Wish) -> Encodings:
        """What has to come for a wish."""
        if wish.paused:
            return frozenset()
        if not self.layers:
            return ONCE
        highest = self.highest(wish)
        last = len(self.layers) - 1
        return frozenset({self.layers[last if highest is None else min(highest, last)].rid})


@dataclass(slots=True)
class Remote:
    """A participant of another relay."""

    presence: Presence
    tracks: dict[TrackId, RemoteTrack] = field(default_factory=dict)

    @property
    def id(self) -> ParticipantId:
        """The same at every relay."""
        return self.presence.id

    @property
    def name(self) -> ParticipantName:
        """As its own relay knows it."""
        return self.presence.name

    @property
    def role(self) -> Role:
        """What events call it."""
        return self.presence.role

    @property
    def connected(self) -> bool:
        """Whether it has anything that could come."""
        return bool(self.tracks)

    def see(self, presence: Presence, taken: Container[TrackId]) -> None:
        """Its relay says how it is now; `taken`: tracks that others have."""
        self.presence = presence
        known = self.tracks
        self.tracks = {}
        for track in presence.tracks:
            if track.id in taken:
                continue
            mine = known.get(track.id) or _track(self.id, track)
            mine.see(track)
            self.tracks[track.id] = mine

    def live(self) -> Iterator[RemoteTrack]:
        """Its tracks: all can be shown, for they come when they are wanted."""
        return iter(self.tracks.values())

    def track(self, kind: Kind) -> RemoteTrack | None:
        """Its first of a kind."""
        return next((track for track in self.live() if track.kind == kind), None)

    def sources(self) -> tuple[Port, ...]:
        """Where its tracks come in, those that do."""
        return tuple(track.port for track in self.live() if track.port)

    def describe(self) -> view.Participant:
        """As others may see it."""
        tracks = tuple(track.describe() for track in self.live())
        one, camera = self.presence, self.presence.camera
        return view.Participant(
            one.id, one.name, self.connected, tracks, one.role, remote=True, camera=camera
        )

    def person(self) -> Person:
        """As guests are told of it."""
        one = self.presence
        return Person(one.id, one.name, one.role, one.hand_raised, one.away)


def _track(owner: ParticipantId, track: view.Track) -> RemoteTrack:
    return RemoteTrack(
        id=track.id, owner=owner, kind=track.kind, name=track.name, stream=track.stream
    )
