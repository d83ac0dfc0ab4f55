"""Lines of chat, which every relay passes on once."""

from collections import OrderedDict, deque
from collections.abc import Container, Mapping

from trunkline.domain.allowance import Allowance, Rate
from trunkline.domain.routing.effect import Heard, RoutingEffect
from trunkline.domain.routing.neighbour import Neighbour
from trunkline.model import signal
from trunkline.model.id import LinkId, RelayId, RoomName
from trunkline.model.trunk import Said, Tell

MAX_NUMBERS = 256
"""Lines of one origin that are remembered; what is older than those counts as heard."""

RECALLED = 100
"""Lines of all rooms that a new neighbour is told; the oldest go."""

MAX_ORIGINS = 256
"""Relays whose lines are remembered; who was silent for longest is forgotten."""


class _Memory:
    """Which lines of one origin were heard."""

    def __init__(self) -> None:
        self._numbers: set[int] = set()
        self._forgotten = -1

    def take(self, number: int) -> bool:
        """Whether a line is new."""
        if number <= self._forgotten or number in self._numbers:
            return False
        self._numbers.add(number)
        if len(self._numbers) > MAX_NUMBERS:
            self._forgotten = min(self._numbers)
            self._numbers.remove(self._forgotten)
        return True


class Gossip:
    """Floods lines: whoever hears one for the first time tells all others."""

    def __init__(self, me: RelayId, neighbours: Mapping[LinkId, Neighbour], rate: Rate) -> None:
        self._me = me
        self._neighbours = neighbours
        self._rate = Allowance(rate)
        self._number = 0
        self._lately: deque[Said] = deque(maxlen=RECALLED)
        self._memories: OrderedDict[RelayId, _Memory] = OrderedDict()

    def say(self, room: RoomName, line: signal.Line, wall: int) -> list[RoutingEffect]:
        """Somebody of this relay said a line."""
        self._number = max(wall, self._number + 1)
        said = Said(self._me, self._number, room, line)
        self._is_new(said)
        return [*self._pass_on(said, None)]

    def hear(self, neighbour: Neighbour, said: Said, now: float) -> list[RoutingEffect]:
        """A neighbour passes a line on."""
        if not neighbour.takes(said.room):
            return []
        if self._rate.take(str(neighbour.link), now) or not self._is_new(said):
            return []
        return [Heard(said.room, said.line), *self._pass_on(said, neighbour.link)]

    def recall(
        self, neighbour: Neighbour, rooms: Mapping[RoomName, Container[signal.Line]]
    ) -> list[RoutingEffect]:
        """Tell a new neighbour what was said before it came; `rooms`: what they still remember."""
        return [
            Tell(neighbour.link, said)
            for said in self._lately
            if neighbour.gives(said.room) and said.line in rooms.get(said.room, ())
        ]

    def _is_new(self, said: Said) -> bool:
        memory = self._memories.setdefault(said.origin, _Memory())
        self._memories.move_to_end(said.origin)
        if len(self._memories) > MAX_ORIGINS:
            self._memories.popitem(last=False)
        return memory.take(said.number)

    def _pass_on(self, said: Said, whence: LinkId | None) -> list[Tell]:
        self._lately.append(said)
        return [
            Tell(link, said)
            for link, neighbour in self._neighbours.items()
            if link != whence and neighbour.gives(said.room)
        ]
