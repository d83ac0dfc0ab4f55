"""The description of /api/v1/trunks (OpenAPI 3.1)."""

from pydantic import BaseModel

from trunkline.web.api.shape import Problem
from trunkline.web.api.trunk_shape import Trunk, TrunkBody, Trunks
from trunkline.web.api.trunks import PATH

ANSWERS: tuple[type[BaseModel], ...] = (Trunk, Trunks)
BODIES: tuple[type[BaseModel], ...] = (TrunkBody,)

_TRUNK = {"name": "trunk", "in": "path", "required": True, "schema": {"type": "string"}}
_PROBLEMS = {
    "400": "It is no JSON, or a room's name cannot be one.",
    "401": "Only the operator may do this, and the bearer token is not the operator's.",
    "404": "There is no such trunk that this relay dials.",
    "409": "It stands in the relay's settings, and is changed there.",
    "415": "It is not application/json.",
    "422": "Something in it is not valid: the sentence says what.",
    "503": "There are too many, or it cannot be stored.",
}


def paths(reference: str) -> dict[str, object]:
    """What may be asked; `reference` is where a model's schema is."""

    def schema(model: type[BaseModel]) -> dict[str, object]:
        return {"$ref": reference.format(model=model.__name__)}

    def content(model: type[BaseModel], kind: str = "application/json") -> dict[str, object]:
        return {kind: {"schema": schema(model)}}

    def problems(*statuses: str) -> dict[str, object]:
        kind = "application/problem+json"
        return {
            status: {"description": _PROBLEMS[status], "content": content(Problem, kind)}
            for status in statuses
        }

    def told(summary: str, model: type[BaseModel]) -> dict[str, object]:
        return {"description": summary, "content": content(model)}

    body = {"required": True, "content": content(TrunkBody)}
    listed, added = "All trunks.", "Dial another relay, now and after each restart."
    changed = "Replace what is laid down; without a secret, and with the same url, it is kept."
    removed = "Dial it no more."
    return {
        PATH: {
            "get": {
                "summary": listed,
                "responses": {"200": told(listed, Trunks), **problems("401")},
            },
            "post": {
                "summary": added,
                "requestBody": body,
                "responses": {
                    "201": told(added, Trunk),
                    **problems("400", "401", "415", "422", "503"),
                },
            },
        },
        f"{PATH}/{{trunk}}": {
            "parameters": [_TRUNK],
            "put": {
                "summary": changed,
                "requestBody": body,
                "responses": {
                    "200": told(changed, Trunk),
                    **problems("400", "401", "404", "409", "415", "422", "503"),
                },
            },
            "delete": {
                "summary": removed,
                "responses": {
                    "204": {"description": removed},
                    **problems("401", "404", "409", "503"),
                },
            },
        },
    }
