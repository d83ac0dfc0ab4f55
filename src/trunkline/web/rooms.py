"""/api/v1/rooms: who is where, as JSON for pages and programs."""

from aiohttp import web

from trunkline.engine import Engine
from trunkline.model import view


class RoomList:
    """The list of rooms."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def routes(self) -> list[web.RouteDef]:
        """For the router."""
        return [web.get("/api/v1/rooms", self._list)]

    async def _list(self, _: web.Request) -> web.Response:
        rooms = [_room(room) for room in self._engine.rooms()]
        return web.json_response({"rooms": rooms}, headers={"Cache-Control": "no-store"})


def _room(room: view.Room) -> dict[str, object]:
    return {
        "name": room.name,
        "participants": [_participant(participant) for participant in room.participants],
        "viewers": room.viewers,
    }


def _participant(participant: view.Participant) -> dict[str, object]:
    return {
        "id": participant.id,
        "name": participant.name,
        "publishing": participant.connected,
        "tracks": [
            {"id": track.id, "kind": track.kind, "codec": track.codec}
            for track in participant.tracks
        ],
    }
