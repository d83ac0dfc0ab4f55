"""Who speaks, as the workers of the core tell it."""

from collections.abc import Mapping

from trunkline.domain.directory import Directory
from trunkline.domain.effect import Effect
from trunkline.domain.room import Room
from trunkline.model.id import RoomName
from trunkline.model.media import Port
from trunkline.model.report import Speakers


class Speech:
    """Puts together what each worker tells of its own producers, and gives each room its part."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory
        self._levels: dict[int, tuple[tuple[Port, int], ...]] = {}  # one for each worker
        self._loud: dict[RoomName, Room] = {}  # those that were told of somebody

    def receive(self, report: Speakers) -> list[Effect]:
        """Take a worker's new list, and tell whom it concerns."""
        self._levels[report.worker] = report.levels
        parts: dict[RoomName, dict[Port, int]] = {name: {} for name in self._loud}
        for port, level in self._by_level():
            room = self._directory.homes.get(port.transport)
            if room is not None:
                self._loud[room.name] = room
                parts.setdefault(room.name, {})[port] = level
        effects: list[Effect] = []
        for name, part in parts.items():
            effects += self._tell(self._loud[name], part)
        return effects

    def _by_level(self) -> list[tuple[Port, int]]:
        # The sort is stable: one worker's order, which does not flicker, stays as it is.
        every = (each for levels in self._levels.values() for each in levels)
        return sorted(every, key=lambda each: each[1])

    def _tell(self, room: Room, levels: Mapping[Port, int]) -> list[Effect]:
        if not levels:
            del self._loud[room.name]
        return room.listen(levels)
