"""/api/v1/rooms: who is where, as JSON for pages and programs."""

from aiohttp import web

from trunkline.engine import Engine
from trunkline.model import view


class RoomList:
    """The list of rooms.

    `plain_port` is told along with them: programs that refuse a relay's own certificate publish
    at the port without TLS.
    """

    def __init__(self, engine: Engine, plain_port: int | None) -> None:
        self._engine = engine
        self._plain_port = plain_port

    def routes(self) -> list[web.RouteDef]:
        """For the router."""
        return [web.get("/api/v1/rooms", self._list)]

    async def _list(self, _: web.Request) -> web.Response:
        rooms = [_room(room) for room in self._engine.rooms()]
        listing = {"rooms": rooms, "plainPort": self._plain_port}
        return web.json_response(listing, headers={"Cache-Control": "no-store"})


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
