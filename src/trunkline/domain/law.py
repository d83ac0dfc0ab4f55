"""How a room is entered that spans relays: what holds, of all that they say."""

from dataclasses import dataclass, field, replace

from trunkline.domain.directory import Directory
from trunkline.domain.effect import Effect
from trunkline.domain.passphrase import verifier_of
from trunkline.domain.room import Law, Room
from trunkline.domain.routing.effect import RoutingEffect
from trunkline.domain.routing.router import Router
from trunkline.model.id import RoomName
from trunkline.model.trunk import HERE, Hello, Lock, Policy, Rules, Verifier


@dataclass(slots=True)
class Laws:
    """The same everywhere, since it follows from what everybody is told.

    A lock is held by those who are in the room: the latest that any of their relays knows counts.
    Of several passphrases that of the relay with the lowest id counts, and a room is in no list if
    any relay keeps it out.
    """

    me: Hello
    directory: Directory
    router: Router
    verifiers: dict[RoomName, Verifier] = field(default_factory=dict)
    """Of this relay's passphrases, those that a trunk was ever to be told."""
    unlisted: frozenset[RoomName] = frozenset()

    def begin(self, policy: Policy, now: float) -> list[RoutingEffect]:
        """A trunk comes up: say what is laid down here, if that was not said."""
        self.unlisted = self.directory.unlisted()
        named = policy.also if policy.rooms is None else policy.rooms
        for room, passphrase in self.directory.passphrases():
            if room in named and room not in self.verifiers:
                self.verifiers[room] = verifier_of(passphrase, self.me, room)
        effects: list[RoutingEffect] = []
        for name in self.unlisted | self.verifiers.keys():
            said = self.router.rules(name).get(self.me.relay)
            effects += self._say(name, said.lock if said else None, now)
        return effects

    def hear(self, name: RoomName) -> None:
        """Another relay says something else of a room."""
        said = self.router.rules(name)
        mine = self.me.relay
        verifiers = {relay: one.verifier for relay, one in said.items() if one.verifier}
        first = min(verifiers, default=mine)
        unlisted = any(one.unlisted for relay, one in said.items() if relay != mine)
        law = Law(verifiers[first] if first != mine else None, unlisted=unlisted)
        self.directory.lay_down(name, law)
        room = self.directory.known(name)
        if room is not None:
            room.changed = True

    def keep(
        self, room: Room, now: float, *, occupied: bool
    ) -> tuple[list[Effect], list[RoutingEffect]]:
        """Lock or unlock a room after any change, and say how it is; `occupied`: by people here."""
        lock = self._latest(room, occupied=occupied)
        effects = room.floor.obey(lock)
        return effects, self._say(room.name, lock if occupied else None, now)

    def end(self, name: RoomName, now: float) -> list[RoutingEffect]:
        """A room is gone."""
        return self._say(name, None, now)

    def _latest(self, room: Room, *, occupied: bool) -> Lock | None:
        relays = {self.router.origin(remote.id) for remote in room.remotes}
        said = self.router.rules(room.name).items()
        locks = [one.lock for relay, one in said if one.lock and relay in relays]
        own = room.floor.lock
        if own and (occupied or not relays):
            # Those in the room who are shown to nobody hold it only among themselves.
            locks.append(own if own.relay != HERE else replace(own, relay=self.me.relay))
        return max(locks, default=None)

    def _say(self, name: RoomName, lock: Lock | None, now: float) -> list[RoutingEffect]:
        rules = Rules(lock=lock, verifier=self.verifiers.get(name), unlisted=name in self.unlisted)
        return self.router.lay_down(name, rules, now)
