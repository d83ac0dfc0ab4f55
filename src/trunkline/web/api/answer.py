"""What is answered under each path."""

import json
from collections.abc import Mapping

from trunkline.engine import Engine
from trunkline.errors import Refusal, RefusalCode
from trunkline.model import view
from trunkline.model.request import Measure
from trunkline.web.api import shape
from trunkline.web.api.description import description


class Answers:
    """From what the engine knows now."""

    def __init__(self, engine: Engine, plain_port: int | None) -> None:
        self._engine = engine
        self._plain_port = plain_port

    async def give(self, path: str, names: Mapping[str, str]) -> str:
        """The JSON for a path, as its route writes it, and the names in it.

        Raises:
            Refusal: there is no such thing.
        """
        match path:
            case "/api/v1/openapi.json":
                return json.dumps(description())
            case "/api/v1/rooms":
                answer: shape.Shape = self._rooms()
            case "/api/v1/statistics":
                answer = shape.Statistics.of(await self._engine.ask(Measure()))
            case "/api/v1/rooms/{room}":
                answer = self._room(names["room"])
            case "/api/v1/rooms/{room}/tracks":
                answer = self._tracks(names["room"])
            case "/api/v1/rooms/{room}/participants/{participant}":
                answer = self._participant(names["room"], names["participant"])
            case _:
                raise AssertionError(f"{path} has a route and no answer")
        return answer.model_dump_json(by_alias=True)

    def _rooms(self) -> shape.Rooms:
        rooms = tuple(map(shape.Room.of, self._engine.rooms()))
        return shape.Rooms(rooms=rooms, plain_port=self._plain_port)

    def _room(self, name: str) -> shape.Room:
        return shape.Room.of(self._find(name))

    def _tracks(self, name: str) -> shape.Tracks:
        tracks = (track for who in self._room(name).participants for track in who.tracks)
        return shape.Tracks(tracks=tuple(tracks))

    def _participant(self, room: str, wanted: str) -> shape.Participant:
        for participant in self._room(room).participants:
            if participant.id == wanted:
                return participant
        raise Refusal(RefusalCode.UNKNOWN, f"There is no participant {wanted!r} in this room.")

    def _find(self, name: str) -> view.Room:
        for room in self._engine.rooms():
            if room.name == name:
                return room
        raise Refusal(RefusalCode.UNKNOWN, f"There is no room {name!r} with anybody in it.")
