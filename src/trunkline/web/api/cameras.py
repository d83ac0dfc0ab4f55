"""/api/v1/cameras: which there are, how they are, and their coming and going. For the operator."""

import json
import secrets
from typing import Any, Protocol

from aiohttp import web

from trunkline.errors import ProtocolError, Refusal, RefusalCode, StartupError
from trunkline.model.camera import Camera, CameraHealth
from trunkline.protocol.name import participant_name, room_name
from trunkline.web.admin import Admin
from trunkline.web.body import read_body

PATH = "/api/v1/cameras"
_TYPE = "application/json"
_NOTHING = {"Cache-Control": "no-store"}


class Cameras(Protocol):
    """What the cameras of a relay can be asked; all may raise ProtocolError and Refusal."""

    def list(self) -> "list[tuple[Camera, CameraHealth]]":
        """All of them, and how they are."""

    def get(self, camera: str) -> tuple[Camera, CameraHealth]:
        """One of them."""

    def add(self, camera: Camera) -> None:
        """Have one more."""

    async def change(self, camera: Camera) -> Camera:
        """Put this in place of the one with its id."""

    async def remove(self, camera: str) -> None:
        """Have it no more."""


class CameraApi:
    """Cameras, for programs."""

    def __init__(self, cameras: Cameras, admin: Admin) -> None:
        self._cameras = cameras
        self._admin = admin

    def routes(self) -> list[web.RouteDef]:
        """For the router."""
        one = f"{PATH}/{{camera}}"
        return [
            web.get(PATH, self._list),
            web.post(PATH, self._add),
            web.get(one, self._get),
            web.put(one, self._change),
            web.delete(one, self._remove),
        ]

    async def _list(self, request: web.Request) -> web.Response:
        self._admin.require(request)
        return _answer({"cameras": [_entry(*each) for each in self._cameras.list()]})

    async def _get(self, request: web.Request) -> web.Response:
        self._admin.require(request)
        return _answer(_entry(*self._cameras.get(request.match_info["camera"])))

    async def _add(self, request: web.Request) -> web.Response:
        self._admin.require(request)
        camera = await _read(request, secrets.token_hex(6))
        with _kept():
            self._cameras.add(camera)
        answer = _answer(_entry(*self._cameras.get(camera.id)), 201)
        answer.headers["Location"] = f"{PATH}/{camera.id}"
        return answer

    async def _change(self, request: web.Request) -> web.Response:
        self._admin.require(request)
        camera = await _read(request, request.match_info["camera"])
        with _kept():
            await self._cameras.change(camera)
        return _answer(_entry(*self._cameras.get(camera.id)))

    async def _remove(self, request: web.Request) -> web.Response:
        self._admin.require(request)
        with _kept():
            await self._cameras.remove(request.match_info["camera"])
        return web.Response(status=204, headers=_NOTHING)


class _kept:  # noqa: N801 - it is used as a statement
    """Says in an answer that the state folder cannot be written to."""

    def __enter__(self) -> None:
        return

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, StartupError):
            raise Refusal(RefusalCode.FULL, str(error)) from error


def _entry(camera: Camera, health: CameraHealth) -> Any:
    # Imported by the first who asks: most relays have no cameras.
    from trunkline.web.api.camera_shape import CameraEntry

    return CameraEntry.of(camera, health).model_dump(mode="json", by_alias=True)


async def _read(request: web.Request, camera: str) -> Camera:
    if request.content_type != _TYPE:
        raise Refusal(RefusalCode.WRONG_TYPE, f"Send the camera as {_TYPE}.")
    # Imported when asked: pydantic takes nine megabytes.
    from pydantic import ValidationError

    from trunkline.web.api.camera_shape import CameraBody

    try:
        body = CameraBody.model_validate(json.loads(await read_body(request)))
    except ValidationError as error:
        # Without what was given: it may hold a password.
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(map(str, first["loc"])) or "the camera"
        raise ProtocolError(f"{place}: {first['msg'].lower()}.") from None
    except ValueError:
        raise ProtocolError("What was sent is not JSON.") from None
    return Camera(
        id=camera,
        room=room_name(body.room),
        name=participant_name(body.name),
        **body.model_dump(exclude={"room", "name"}),
    )


def _answer(content: object, status: int = 200) -> web.Response:
    return web.json_response(content, status=status, headers=_NOTHING)
