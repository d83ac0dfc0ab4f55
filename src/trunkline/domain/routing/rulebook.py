"""What relays say of how rooms are entered, which every relay passes on once."""

from collections.abc import Iterator, Mapping
from itertools import chain

from trunkline.domain.routing.effect import Laid, RoutingEffect
from trunkline.domain.routing.neighbour import Neighbour
from trunkline.model.id import LinkId, RelayId, RoomName
from trunkline.model.trunk import LAST, Ruled, Rules, Tell

PAUSE = 0.2
"""Seconds between two words of one relay about one room."""

NOTHING = Rules()

Entry = tuple[RoomName, RelayId]
Rank = tuple[int, tuple[int, str, bool], tuple[bytes, bytes], bool]


class Rulebook:
    """Keeps the last word of each relay on each room, and tells all others.

    A relay that was started anew, and so counts from the beginning, is told its own last word by
    whoever remembers it, and goes on from there.
    """

    def __init__(self, me: RelayId, neighbours: Mapping[LinkId, Neighbour], most: int) -> None:
        self._me = me
        self._neighbours = neighbours
        self._most = most
        self._rooms: dict[RoomName, dict[RelayId, Ruled]] = {}
        self._count = 0  # of all those; `most`, and our own rooms
        self._blank: dict[Entry, None] = {}  # those of them that say nothing, the oldest first
        self._last: dict[Entry, float] = {}  # when a word was told, if lately
        self._late: dict[Entry, LinkId | None] = {}  # words that wait, and whence they came

    def of(self, room: RoomName) -> dict[RelayId, Rules]:
        """What is known of a room, by the relays that say so."""
        known = self._rooms.get(room, {})
        return {relay: one.rules for relay, one in known.items() if one.rules != NOTHING}

    def lay_down(self, room: RoomName, rules: Rules, now: float) -> list[RoutingEffect]:
        """What this relay says of a room from now on."""
        known = self._rooms.get(room, {}).get(self._me)
        if rules == (known.rules if known else NOTHING):
            return []
        number = min(known.number + 1, LAST) if known else 1
        return self._keep(Ruled(self._me, number, room, rules), None, now)

    def has_place(self, said: Ruled) -> bool:
        """Whether it can be remembered."""
        known = said.origin in self._rooms.get(said.room, {})
        return known or self._count < self._most or self._spare() is not None

    def hear(self, neighbour: Neighbour, said: Ruled, now: float) -> list[RoutingEffect]:
        """A neighbour tells a relay's word on a room, for which there is a place."""
        known = self._rooms.get(said.room, {}).get(said.origin)
        if known is not None and _rank(said) <= _rank(known):
            # What is older comes from somebody who was cut off meanwhile.
            stale = said != known and neighbour.gives(said.room)
            return [Tell(neighbour.link, known)] if stale else []
        if said.origin != self._me:
            return [Laid(said.room), *self._keep(said, neighbour.link, now)]
        # From before this relay was started.
        rules = known.rules if known else NOTHING
        number = min(said.number + 1, LAST)
        return self._keep(Ruled(self._me, number, said.room, rules), None, now)

    def greet(self, neighbour: Neighbour) -> list[RoutingEffect]:
        """There is a new neighbour: tell it all."""
        return [
            Tell(neighbour.link, one)
            for room, known in self._rooms.items()
            if neighbour.gives(room)
            for one in known.values()
        ]

    def pass_time(self, now: float) -> list[RoutingEffect]:
        """Tell what had to wait."""
        due, self._late = self._late, {}
        told = chain.from_iterable(self._tell(one, whence, now) for one, whence in due.items())
        effects: list[RoutingEffect] = [*told]
        self._last = {one: at for one, at in self._last.items() if now - at < PAUSE}
        return effects

    def _keep(self, said: Ruled, whence: LinkId | None, now: float) -> list[RoutingEffect]:
        entry = (said.room, said.origin)
        known = self._rooms.setdefault(said.room, {})
        self._count += said.origin not in known
        known[said.origin] = said
        self._blank.pop(entry, None)
        if said.rules == NOTHING:
            self._blank[entry] = None
        effects: list[RoutingEffect] = [*self._tell(entry, whence, now)]
        spare = self._spare()
        if self._count > self._most and spare:
            self._forget(spare)
        return effects

    def _spare(self) -> Entry | None:
        """What nobody misses, and everybody was told."""
        return next((one for one in self._blank if one not in self._late), None)

    def _forget(self, entry: Entry) -> None:
        room, origin = entry
        del self._rooms[room][origin], self._blank[entry]
        self._count -= 1
        if not self._rooms[room]:
            del self._rooms[room]

    def _tell(self, entry: Entry, whence: LinkId | None, now: float) -> Iterator[Tell]:
        if now - self._last.get(entry, float("-inf")) < PAUSE:
            self._late[entry] = whence
            return
        self._last[entry] = now
        self._late.pop(entry, None)
        room, origin = entry
        for link, neighbour in self._neighbours.items():
            if link != whence and neighbour.gives(room):
                yield Tell(link, self._rooms[room][origin])


def _rank(said: Ruled) -> Rank:
    """Later words have a higher one; what is told apart by nothing else, by what it says."""
    rules = said.rules
    lock = (
        (rules.lock.stamp, rules.lock.relay, rules.lock.locked) if rules.lock else (-1, "", False)
    )
    verifier = (rules.verifier.salt, rules.verifier.key) if rules.verifier else (b"", b"")
    return said.number, lock, verifier, rules.unlisted
