"""The description of /api/v1/cameras and of snapshots (OpenAPI 3.1)."""

from pydantic import BaseModel

from trunkline.web.api.camera_shape import CameraBody, CameraEntry, CameraList, RoomCameraList
from trunkline.web.api.cameras import PATH
from trunkline.web.api.room_cameras import PATH as ROOM
from trunkline.web.api.shape import Problem
from trunkline.web.api.snapshots import PATH as SNAPSHOT

ANSWERS: tuple[type[BaseModel], ...] = (CameraEntry, CameraList, RoomCameraList)
BODIES: tuple[type[BaseModel], ...] = (CameraBody,)

_PROBLEMS = {
    "400": "It is no JSON, or something in it is not valid: the sentence says what.",
    "401": "Only the operator may do this, and the bearer token is not the operator's.",
    "403": "It stands in the relay's settings, and is changed there.",
    "404": "There is no such camera or participant.",
    "409": "There is a camera of that name in the room; or no picture is sent now.",
    "415": "It is not application/json.",
    "422": "No source reads such a URL.",
    "429": "This address asked too often.",
    "503": "There are too many, or it cannot be stored; or no picture came in time.",
}
_TYPES = {"jpg": "image/jpeg", "png": "image/png"}


def paths(reference: str) -> dict[str, object]:
    """What may be asked; `reference` is where a model's schema is."""

    def content(model: type[BaseModel], kind: str = "application/json") -> dict[str, object]:
        return {kind: {"schema": {"$ref": reference.format(model=model.__name__)}}}

    def problems(*statuses: str) -> dict[str, object]:
        told = content(Problem, "application/problem+json")
        return {status: {"description": _PROBLEMS[status], "content": told} for status in statuses}

    def asked(
        summary: str, status: str, model: type[BaseModel] | None, *wrong: str
    ) -> dict[str, object]:
        answer = {"description": summary, **({"content": content(model)} if model else {})}
        return {"summary": summary, "responses": {status: answer, **problems("401", *wrong)}}

    body = {"requestBody": {"required": True, "content": content(CameraBody)}}
    changed = "Change it; a password that is left out stays for the same user and host."
    wrong = ("400", "409", "415", "422", "503")
    one = {
        "parameters": [_parameter("camera")],
        "get": asked("One camera, and how it is.", "200", CameraEntry, "404"),
        "put": body | asked(changed, "200", CameraEntry, "403", "404", *wrong),
        "delete": asked("Show it no more.", "204", None, "403", "404", "503"),
    }
    every = {
        "get": asked("All cameras, and how they are.", "200", CameraList),
        "post": body | asked("Show one more, from now on.", "201", CameraEntry, *wrong),
    }
    snapshots = {
        f"{SNAPSHOT}.{ending}": {
            "parameters": [_parameter("room"), _parameter("participant")],
            "get": {
                "summary": "The present picture of a participant.",
                "responses": {
                    "200": {
                        "description": "The picture.",
                        "content": {kind: {"schema": {"type": "string", "format": "binary"}}},
                    },
                    **problems("401", "404", "409", "429", "503"),
                },
            },
        }
        for ending, kind in _TYPES.items()
    }
    room = {
        "parameters": [_parameter("room")],
        "get": asked("The cameras of a room, and how they are.", "200", RoomCameraList, "404"),
    }
    return {PATH: every, f"{PATH}/{{camera}}": one, ROOM: room, **snapshots}


def _parameter(name: str) -> dict[str, object]:
    return {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
