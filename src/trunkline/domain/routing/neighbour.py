"""What is known of one link: all of it dies with the link."""

from collections.abc import Collection
from dataclasses import dataclass, field, replace

from trunkline.model import signal, view
from trunkline.model.id import LinkId, ParticipantId, RelayId, RoomName, TrackId
from trunkline.model.media import Layer
from trunkline.model.trunk import Announced, Encodings, Policy, Presence

HOP = 20.0
"""Milliseconds that a relay on the way counts for, so that a way around is taken only if it is
clearly better; also what makes costs rise with every hop."""

UNKNOWN_RTT = 200.0
"""Milliseconds, until the first measurement."""


DOUBT = 10_000.0
"""Milliseconds that are added while nothing is heard of the other end: any other way is better."""


def differs(new: float, old: float) -> bool:
    """Whether a cost has changed so much that anybody should care."""
    change = abs(new - old)
    return change > 5.0 and change > old / 5


@dataclass(slots=True)
class Neighbour:
    """The relay at the other end of one link."""

    link: LinkId
    relay: RelayId
    policy: Policy
    private: Collection[RoomName] = ()
    """Rooms that cross only where the policy names them."""
    rtt: float = UNKNOWN_RTT
    """Milliseconds."""
    doubtful: bool = False
    """Nothing is heard of it for longer than it should be."""
    heard: dict[ParticipantId, Announced] = field(default_factory=dict)
    """What it can deliver; changed by `keep` and `drop` alone."""
    tracks: int = 0
    """Of all those."""
    told: dict[ParticipantId, Announced] = field(default_factory=dict)
    """What it was told of; bounded by who is known here."""
    late: dict[ParticipantId, float] = field(default_factory=dict)
    """Since when news wait to be told; among `told`."""
    wants: dict[TrackId, Encodings] = field(default_factory=dict)
    """What it wants, never nothing of a track; bounded by `Bounds.wants_of_link`."""
    served: dict[TrackId, Encodings] = field(default_factory=dict)
    """What it is sent of that."""
    asked: dict[TrackId, Encodings] = field(default_factory=dict)
    """What it was asked for; bounded by tracks that are known here."""
    spoken: dict[RoomName, tuple[signal.Speaker, ...]] = field(default_factory=dict)
    """Who speaks of those in `heard`."""
    echoed: dict[RoomName, tuple[signal.Speaker, ...]] = field(default_factory=dict)
    """Who speaks, as it was told last."""

    @property
    def cost(self) -> float:
        """Milliseconds that are added to whatever comes by this link."""
        return self.rtt + HOP + (DOUBT if self.doubtful else 0.0)

    def measure(self, rtt: float) -> bool:
        """Take a new round-trip time in seconds; whether it makes a difference."""
        milliseconds = rtt * 1000
        if not differs(milliseconds, self.rtt):
            return False
        self.rtt = milliseconds
        return True

    def keep(self, announced: Announced) -> None:
        """It announces somebody, whom it did not."""
        self.heard[announced.presence.id] = announced
        self.tracks += len(announced.presence.tracks)

    def drop(self, participant: ParticipantId) -> None:
        """It does not announce somebody any more, if it did."""
        announced = self.heard.pop(participant, None)
        if announced:
            self.tracks -= len(announced.presence.tracks)

    def takes(self, room: RoomName) -> bool:
        """Whether what it says of a room counts."""
        return self.policy.receive and self._crosses(room)

    def gives(self, room: RoomName) -> bool:
        """Whether it is told of a room."""
        return self.policy.send and self._crosses(room)

    def trim(self, presence: Presence) -> Presence:
        """Without the layers that do not cross."""
        if self.policy.max_layer is None:
            return presence
        tracks = tuple(replace(one, layers=self._layers(one)) for one in presence.tracks)
        return replace(presence, tracks=tracks)

    def limit(self, track: view.Track, encodings: Encodings) -> Encodings:
        """Without the encodings that do not cross."""
        if self.policy.max_layer is None:
            return encodings
        return encodings & ({layer.rid for layer in self._layers(track)} or {""})

    def _crosses(self, room: RoomName) -> bool:
        if self.policy.rooms is None:
            return room not in self.private or room in self.policy.also
        return room in self.policy.rooms

    def _layers(self, track: view.Track) -> tuple[Layer, ...]:
        assert self.policy.max_layer is not None
        return track.layers[: self.policy.max_layer + 1]
