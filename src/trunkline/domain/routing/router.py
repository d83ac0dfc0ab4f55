"""The whole of routing, for those outside."""

from collections.abc import Collection, Container, Iterable, Mapping
from dataclasses import replace
from typing import assert_never

from trunkline.domain.routing.atlas import Atlas, Change
from trunkline.domain.routing.bounds import Bounds
from trunkline.domain.routing.demand import Demand
from trunkline.domain.routing.effect import Cut, Remark, RoutingEffect
from trunkline.domain.routing.gossip import Gossip
from trunkline.domain.routing.herald import Herald
from trunkline.domain.routing.inspection import fault
from trunkline.domain.routing.neighbour import Neighbour
from trunkline.domain.routing.rulebook import Rulebook
from trunkline.domain.routing.speech import Speech
from trunkline.domain.routing.watch import Watch
from trunkline.errors import Refusal, RefusalCode
from trunkline.model import signal
from trunkline.model.id import LinkId, ParticipantId, RelayId, RoomName, TrackId
from trunkline.model.trunk import (
    Announced,
    Encodings,
    Policy,
    Presence,
    Routed,
    Ruled,
    Rules,
    Said,
    Spoken,
    Wanted,
    Way,
    Withdrawn,
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
        self._me = me
        self._bounds = bounds or Bounds()
        self._private = private
        self._version = 0
        self._neighbours: dict[LinkId, Neighbour] = {}  # bounded by Bounds.links
        self._atlas = Atlas(self._neighbours)
        self._herald = Herald(me, self._neighbours, self._atlas)
        self._demand = Demand(self._neighbours, self._atlas)
        self._gossip = Gossip(me, self._neighbours, self._bounds.lines)
        self._speech = Speech(self._neighbours, self._atlas)
        self._rulebook = Rulebook(me, self._neighbours, self._bounds.rules)
        self._watch = Watch(self._bounds)

    def publish(self, presence: Presence, now: float) -> list[RoutingEffect]:
        """A participant of this relay is there, or has changed; versions are counted here."""
        known = self._atlas.own(presence.id)
        if known and replace(presence, version=known.version) == known:
            return []
        self._version = max(self._version, self._atlas.version(presence.id)) + 1
        presence = replace(presence, version=self._version)
        return self._apply(presence.id, self._atlas.publish(presence), now)

    def withdraw(self, participant: ParticipantId, now: float) -> list[RoutingEffect]:
        """A participant of this relay has left."""
        if self._atlas.own(participant) is None:
            return []
        self._version += 1
        change = self._atlas.withdraw(participant)
        told = self._herald.tell_gone(participant, self._version)
        return [*told, *self._apply(participant, change, now)]

    def leave(self) -> list[RoutingEffect]:
        """This relay stops: let neighbours know that its participants are gone, before goodbye."""
        self._version += 1
        own = [who for who in self._atlas if self._atlas.own(who)]
        return [each for who in own for each in self._herald.tell_gone(who, self._version)]

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
        if relay == self._me:
            sentence = f"You say that you are relay {relay}, and so am I: remove one's state."
            raise Refusal(RefusalCode.FORBIDDEN, sentence)
        if len(self._neighbours) >= self._bounds.links:
            sentence = f"This relay has {self._bounds.links} trunks already: remove another first."
            raise Refusal(RefusalCode.FULL, sentence, retry_after=10)
        neighbour = Neighbour(link, relay, policy, self._private)
        if rtt is not None:
            neighbour.rtt = rtt * 1000
        self._neighbours[link] = neighbour
        return [
            *self._herald.greet(neighbour, now),
            *self._rulebook.greet(neighbour),
            *self._speech.greet(now),
        ]

    def measure(self, link: LinkId, rtt: float, now: float) -> list[RoutingEffect]:
        """The round-trip time of a link, in seconds."""
        neighbour = self._neighbours.get(link)
        if neighbour is None or not neighbour.measure(rtt):
            return []
        return self._look(tuple(neighbour.heard), now)

    def doubt(self, link: LinkId, doubtful: bool, now: float) -> list[RoutingEffect]:
        """Whether nothing is heard of a link for longer than it should be.

        Another way is looked for to those whose media come by it: all others can wait for its end.
        """
        neighbour = self._neighbours.get(link)
        if neighbour is None or neighbour.doubtful == doubtful:
            return []
        neighbour.doubtful = doubtful
        coming = {self._atlas.owner(track) for track in neighbour.asked}
        return self._look([who for who in neighbour.heard if who in coming or not doubtful], now)

    def disconnect(self, link: LinkId, now: float) -> list[RoutingEffect]:
        """A link is down."""
        neighbour = self._neighbours.pop(link, None)
        if neighbour is None:
            return []
        effects = self._look(tuple(neighbour.heard), now)
        # What it alone wanted need not come any more.
        return [*effects, *self._demand.settle(tuple(neighbour.wants), now)]

    def hear(self, link: LinkId, word: Routed, now: float) -> list[RoutingEffect]:
        """A neighbour said something."""
        neighbour = self._neighbours.get(link)
        if neighbour is None:
            return []
        if self._watch.word(neighbour, now):
            return self._cut(neighbour, "too-often", "It says more than anybody can follow.", now)
        return self._take(neighbour, word, now)

    def want(self, track: TrackId, encodings: Encodings, now: float) -> list[RoutingEffect]:
        """What this relay's own viewers want of a track; none: nothing.

        It is kept while the track is not known, until something else is said.
        """
        return self._demand.settle((track,), now) if self._demand.want(track, encodings) else []

    def flows(self, link: LinkId, track: TrackId, now: float) -> list[RoutingEffect]:
        """Media of a track begin to come from a link."""
        self._demand.flows(link, track, now)
        return self._demand.settle((track,), now)

    def say(self, room: RoomName, line: signal.Line, wall: int) -> list[RoutingEffect]:
        """Somebody of this relay said a line; `wall` is in milliseconds since 1970."""
        return self._gossip.say(room, line, wall)

    def recall(
        self, link: LinkId, rooms: Mapping[RoomName, Container[signal.Line]]
    ) -> list[RoutingEffect]:
        """Tell a new neighbour what rooms still remember to have been said."""
        neighbour = self._neighbours.get(link)
        return self._gossip.recall(neighbour, rooms) if neighbour else []

    def speak(
        self, room: RoomName, speakers: Iterable[signal.Speaker], now: float
    ) -> list[RoutingEffect]:
        """Who of this relay's participants speaks in a room, loudest first."""
        return self._speech.speak(room, speakers, now)

    def lay_down(self, room: RoomName, rules: Rules, now: float) -> list[RoutingEffect]:
        """What this relay says from now on of how a room is entered."""
        return self._rulebook.lay_down(room, rules, now)

    def rules(self, room: RoomName) -> dict[RelayId, Rules]:
        """What is said of that, by whom; this relay's own words among it."""
        return self._rulebook.of(room)

    def origin(self, participant: ParticipantId) -> RelayId | None:
        """The relay at which somebody is who is not here."""
        return self._atlas.origin(participant)

    def pass_time(self, now: float) -> list[RoutingEffect]:
        """Do what waited for its moment; to be called twice a second or more often."""
        return [
            *self._look(self._atlas.due(now), now),
            *self._herald.pass_time(now),
            *self._demand.settle(self._demand.moving(), now),
            *self._rulebook.pass_time(now),
            *self._speech.pass_time(now),
        ]

    def ways(self) -> tuple[Way, ...]:
        """Which way each participant of other relays comes."""
        return self._atlas.ways()

    def received(self, link: LinkId) -> tuple[TrackId, ...]:
        """The tracks that this relay asks a neighbour for."""
        neighbour = self._neighbours.get(link)
        return tuple(neighbour.asked) if neighbour else ()

    def sent(self, link: LinkId) -> tuple[TrackId, ...]:
        """The tracks that a neighbour is to be sent."""
        neighbour = self._neighbours.get(link)
        return tuple(neighbour.served) if neighbour else ()

    def _take(self, neighbour: Neighbour, word: Routed, now: float) -> list[RoutingEffect]:
        match word:
            case Announced():
                return self._hear_announced(neighbour, word, now)
            case Withdrawn(participant, gone):
                return self._hear_withdrawn(neighbour, participant, gone, now)
            case Wanted():
                return self._hear_wanted(neighbour, word, now)
            case Said():
                return self._gossip.hear(neighbour, word, now)
            case Spoken():
                return self._speech.hear(neighbour, word, now)
            case Ruled():
                return self._hear_ruled(neighbour, word, now)
            case _:
                assert_never(word)

    def _hear_announced(
        self, neighbour: Neighbour, word: Announced, now: float
    ) -> list[RoutingEffect]:
        who = word.presence.id
        # Whatever is wrong with the new way, the old one is not there any more.
        neighbour.drop(who)
        return [*self._keep(neighbour, word, now), *self._look((who,), now)]

    def _keep(self, neighbour: Neighbour, word: Announced, now: float) -> list[RoutingEffect]:
        presence, bounds = word.presence, self._bounds
        wrong = fault(word, self._me, neighbour.relay, bounds.tracks_of_participant)
        if self._atlas.own(presence.id):
            wrong = "which is a participant of this relay"
        if wrong:
            return self._breach(neighbour, f"{presence.id!r}, {wrong}", now)
        if not neighbour.takes(presence.room) or self._atlas.is_buried(presence):
            return []
        if presence.id not in self._atlas and len(self._atlas) >= bounds.participants:
            full = f"{bounds.participants} participants of other relays are known already"
            return self._remark(neighbour, f"{presence.id!r} is not taken: {full}.", now)
        neighbour.keep(replace(word, presence=self._atlas.share(neighbour.trim(presence))))
        for count, most, what in (
            (len(neighbour.heard), bounds.participants_of_link, "participants"),
            (neighbour.tracks, bounds.tracks_of_link, "tracks"),
        ):
            if count > most:
                return self._cut(neighbour, "full", f"It announces more than {most} {what}.", now)
        return []

    def _hear_withdrawn(
        self, neighbour: Neighbour, who: ParticipantId, gone: int | None, now: float
    ) -> list[RoutingEffect]:
        neighbour.drop(who)
        if gone is None or self._atlas.own(who):
            return self._look((who,), now)
        change = self._atlas.bury(who, gone)
        told = self._herald.tell_gone(who, gone) if who not in self._atlas else []
        return [*told, *self._apply(who, change, now), *self._look((who,), now)]

    def _hear_wanted(self, neighbour: Neighbour, word: Wanted, now: float) -> list[RoutingEffect]:
        if word.encodings:
            neighbour.wants[word.track] = word.encodings
        else:
            neighbour.wants.pop(word.track, None)
        if len(neighbour.wants) > self._bounds.wants_of_link:
            most = self._bounds.wants_of_link
            return self._cut(neighbour, "full", f"It wants more than {most} tracks.", now)
        return self._demand.settle((word.track,), now)

    def _hear_ruled(self, neighbour: Neighbour, word: Ruled, now: float) -> list[RoutingEffect]:
        if not neighbour.takes(word.room):
            return []
        if not self._rulebook.has_place(word):
            full = f"what is said of {self._bounds.rules} rooms is known already"
            sentence = f"What it says of room {word.room!r} is not taken: {full}."
            return self._remark(neighbour, sentence, now)
        return self._rulebook.hear(neighbour, word, now)

    def _look(self, participants: Iterable[ParticipantId], now: float) -> list[RoutingEffect]:
        effects: list[RoutingEffect] = []
        for who in participants:
            effects += self._apply(who, self._atlas.look(who, now), now)
        return effects

    def _apply(self, who: ParticipantId, change: Change, now: float) -> list[RoutingEffect]:
        effects = [*change.effects, *self._herald.tell(who, now)]
        effects += self._demand.settle(change.tracks, now)
        if change.room is not None:
            effects += self._speech.look(change.room, now)
        return effects

    def _breach(self, neighbour: Neighbour, what: str, now: float) -> list[RoutingEffect]:
        sentence = f"It announces {what}."
        if self._watch.breach(neighbour, now):
            return self._cut(neighbour, "protocol", sentence, now)
        return self._remark(neighbour, f"{sentence} That is not taken.", now)

    def _remark(self, neighbour: Neighbour, sentence: str, now: float) -> list[RoutingEffect]:
        if not self._watch.remark(neighbour, now):
            return []
        return [Remark(f"The trunk to relay {neighbour.relay}: {sentence}")]

    def _cut(
        self, neighbour: Neighbour, code: str, sentence: str, now: float
    ) -> list[RoutingEffect]:
        remark = Remark(f"The trunk to relay {neighbour.relay} is cut: {sentence}")
        goodbye = Cut(neighbour.link, signal.Goodbye(code, sentence))
        return [remark, goodbye, *self.disconnect(neighbour.link, now)]
