"""What is answered under each path."""

import json
from collections.abc import Callable, Mapping
from importlib.metadata import version

from trunkline.errors import Refusal, RefusalCode
from trunkline.web.api import shape
from trunkline.web.api.description import description
from trunkline.web.api.meter import Meter
from trunkline.web.sight import Look


class Answers:
    """From what whoever asks may see now."""

    def __init__(
        self, look: Look, plain_port: int | None, meter: Meter, clock: Callable[[], float]
    ) -> None:
        self._look = look
        self._plain_port = plain_port
        self._meter = meter
        self._clock = clock

    async def give(self, path: str, names: Mapping[str, str]) -> str:
        """The JSON for a path, as its route writes it, and the names in it.

        Raises:
            ProtocolError: a name cannot be one.
            Refusal: there is no such thing, or it may not be seen.
        """
        match path:
            case "/api/v1/openapi.json":
                return json.dumps(description())
            case "/api/v1/rooms":
                answer: shape.Shape = shape.Rooms(rooms=self._rooms(), plain_port=self._plain_port)
            case "/api/v1/statistics":
                answer = await self._statistics()
            case "/api/v1/status":
                answer = await self._status()
            case "/api/v1/rooms/{room}":
                answer = self._room(names["room"])
            case "/api/v1/rooms/{room}/tracks":
                answer = self._tracks(names["room"])
            case "/api/v1/rooms/{room}/participants/{participant}":
                answer = self._participant(names["room"], names["participant"])
            case _:
                raise AssertionError(f"{path} has a route and no answer")
        return answer.model_dump_json(by_alias=True)

    def _rooms(self) -> tuple[shape.Room, ...]:
        return tuple(map(shape.Room.of, self._look.rooms()))

    async def _statistics(self) -> shape.Statistics:
        statistics = await self._look.statistics()
        return shape.Statistics.of(statistics, self._meter.rates(statistics, self._clock()))

    async def _status(self) -> shape.Status:
        statistics = await self._statistics()
        return shape.Status(
            version=version("trunkline"),
            relays=tuple(map(shape.Relay.model_validate, self._look.relays())),
            rooms=self._rooms(),
            statistics=statistics,
        )

    def _room(self, name: str) -> shape.Room:
        return shape.Room.of(self._look.room(name))

    def _tracks(self, name: str) -> shape.Tracks:
        tracks = (track for who in self._room(name).participants for track in who.tracks)
        return shape.Tracks(tracks=tuple(tracks))

    def _participant(self, room: str, wanted: str) -> shape.Participant:
        for participant in self._room(room).participants:
            if participant.id == wanted:
                return participant
        raise Refusal(RefusalCode.UNKNOWN, f"There is no participant {wanted!r} in this room.")
