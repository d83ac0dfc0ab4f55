"""/api/v1/rooms/{room}/cameras: how its cameras are, for who may see the room."""

from aiohttp import web

from trunkline.web.api.cameras import Cameras
from trunkline.web.sight import Sight

PATH = "/api/v1/rooms/{room}/cameras"


class RoomCameraApi:
    """Tells viewers why there is no picture. No URL is told, nor that a camera is to come."""

    def __init__(self, sight: Sight, cameras: Cameras) -> None:
        self._sight = sight
        self._cameras = cameras

    def routes(self) -> list[web.RouteDef]:
        """For the router."""
        return [web.get(PATH, self._answer)]

    async def _answer(self, request: web.Request) -> web.Response:
        # Imported by the first who asks: most relays have no cameras.
        from trunkline.web.api.camera_shape import RoomCamera, RoomCameraList

        room = self._sight.of(request).room(request.match_info["room"])
        here = {one.name: one.id for one in room.participants if not one.remote}
        told = [
            RoomCamera.afar(one.id, one.name, one.camera)
            for one in room.participants
            if one.remote and one.camera
        ]
        told += [
            RoomCamera.of(here[camera.name], camera, health)
            for camera, health in self._cameras.list()
            if camera.room == room.name and camera.name in here
        ]
        headers = {"Cache-Control": "no-store", "Vary": "Authorization"}
        body = RoomCameraList(cameras=tuple(told)).model_dump(mode="json", by_alias=True)
        return web.json_response(body, headers=headers)
