"""The whole of routing, for those outside."""

from collections.abc import Collection, Iterable

from trunkline.domain.routing.bounds import Bounds
from trunkline.domain.routing.effect import RoutingEffect
from trunkline.model import signal
from trunkline.model.id import ParticipantId, RoomName, TrackId
from trunkline.model.trunk import (
    Encodings,
    LinkId,
    Policy,
    Presence,
    RelayId,
    Routed,
    Way,
)


class Router:
    """Knows who is where, which way everything takes, and what each neighbour wants.

    Every method returns what is to be done, in order; `now` is in seconds and never falls. A link
    that is not known (any more) is no mistake: there is nothing to be done.
    """

    def __init__(
        self, me: RelayId, bounds: Bounds | None = None, private: Collection[RoomName] = ()
    ) -> None:
        """`private`: rooms with a passphrase, which cross only where a policy names them."""

    def publish(self, presence: Presence, now: float) -> list[RoutingEffect]:
        """A participant of this relay is there, or has changed; versions are counted here."""
        raise NotImplementedError

    def withdraw(self, participant: ParticipantId, now: float) -> list[RoutingEffect]:
        """A participant of this relay has left."""
        raise NotImplementedError

    def connect(
        self, link: LinkId, relay: RelayId, policy: Policy, rtt: float | None, now: float
    ) -> list[RoutingEffect]:
        """A link is up; there may be several to one relay.

        Args:
            link: never used before.
            relay: the neighbour.
            policy: what this side lets cross.
            rtt: seconds, None while unknown.
            now: the time.

        Raises:
            Refusal: the neighbour claims to be this relay, or there are too many links.
        """
        raise NotImplementedError

    def measure(self, link: LinkId, rtt: float, now: float) -> list[RoutingEffect]:
        """The round-trip time of a link, in seconds."""
        raise NotImplementedError

    def disconnect(self, link: LinkId, now: float) -> list[RoutingEffect]:
        """A link is down."""
        raise NotImplementedError

    def hear(self, link: LinkId, word: Routed, now: float) -> list[RoutingEffect]:
        """A neighbour said something."""
        raise NotImplementedError

    def want(self, track: TrackId, encodings: Encodings, now: float) -> list[RoutingEffect]:
        """What this relay's own viewers want of a track of another relay; none: nothing.

        Until the track is known (`Present`) nothing can be wanted of it.
        """
        raise NotImplementedError

    def flows(self, link: LinkId, track: TrackId, now: float) -> list[RoutingEffect]:
        """Media of a track came from a link that `Supply` does not name (yet)."""
        raise NotImplementedError

    def say(self, room: RoomName, line: signal.Line, wall: int) -> list[RoutingEffect]:
        """Somebody of this relay said a line; `wall` is in milliseconds since 1970."""
        raise NotImplementedError

    def speak(
        self, room: RoomName, speakers: Iterable[signal.Speaker], now: float
    ) -> list[RoutingEffect]:
        """Who of this relay's participants speaks in a room, loudest first."""
        raise NotImplementedError

    def pass_time(self, now: float) -> list[RoutingEffect]:
        """Do what waited for its moment; to be called twice a second or more often."""
        raise NotImplementedError

    def ways(self) -> tuple[Way, ...]:
        """Which way each participant of other relays comes."""
        raise NotImplementedError

    def received(self, link: LinkId) -> tuple[TrackId, ...]:
        """The tracks that this relay asks a neighbour for."""
        raise NotImplementedError

    def sent(self, link: LinkId) -> tuple[TrackId, ...]:
        """The tracks that a neighbour is to be sent."""
        raise NotImplementedError
