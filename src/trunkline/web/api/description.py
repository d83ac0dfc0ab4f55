"""The description of /api/v1 (OpenAPI 3.1)."""

from importlib.metadata import version

from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from trunkline.web.api import camera_description as cameras
from trunkline.web.api import shape
from trunkline.web.api import trunk_description as trunks

_REFERENCE = "#/components/schemas/{model}"
_ROOM = {"name": "room", "in": "path", "required": True, "schema": {"type": "string"}}
_PARTICIPANT = {**_ROOM, "name": "participant", "description": "Its id."}

DESCRIBED: dict[str, tuple[type[shape.Shape], str, list[dict[str, object]]]] = {
    "/api/v1/rooms": (shape.Rooms, "Who is where.", []),
    "/api/v1/rooms/{room}": (shape.Room, "One room.", [_ROOM]),
    "/api/v1/rooms/{room}/tracks": (shape.Tracks, "All tracks of a room.", [_ROOM]),
    "/api/v1/rooms/{room}/participants/{participant}": (
        shape.Participant,
        "One participant of a room.",
        [_ROOM, _PARTICIPANT],
    ),
    "/api/v1/statistics": (
        shape.Statistics,
        "Counters of every media connection, and which track each medium carries.",
        [],
    ),
    "/api/v1/status": (
        shape.Status,
        "Rooms and statistics of one moment: who sends what to whom.",
        [],
    ),
    "/api/v1/nearby": (
        shape.NearbyRelays,
        "Other relays on the local network, found by multicast DNS.",
        [],
    ),
}


def description() -> dict[str, object]:
    """All of it, as JSON."""
    answers: list[type[BaseModel]] = [model for model, _, _ in DESCRIBED.values()]
    answers += [shape.Problem, *trunks.ANSWERS, *cameras.ANSWERS]
    ordered = sorted(answers, key=lambda model: model.__name__)
    modes: list[tuple[type[BaseModel], JsonSchemaMode]] = [
        *((model, "serialization") for model in ordered),
        *((model, "validation") for model in (*trunks.BODIES, *cameras.BODIES)),
    ]
    _, schemas = models_json_schema(modes, ref_template=_REFERENCE)
    paths = {path: _path(*told) for path, told in DESCRIBED.items()}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "trunkline",
            "version": version("trunkline"),
            "description": "What a relay knows, and which trunks and cameras it has.",
        },
        # Relative to where this stands, so that it holds under any path of a site.
        "servers": [{"url": "../../"}],
        "paths": {**paths, **trunks.paths(_REFERENCE), **cameras.paths(_REFERENCE)},
        "components": {
            "schemas": schemas["$defs"],
            "securitySchemes": {
                "bearer": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "The operator's token shows every room; without it, lists leave "
                    "out rooms that are not listed or have a passphrase, which opens one by name.",
                }
            },
        },
        "security": [{}, {"bearer": []}],
    }


def _path(
    model: type[shape.Shape], summary: str, parameters: list[dict[str, object]]
) -> dict[str, object]:
    answers = {"200": _answer(model, "application/json", summary)}
    sentence = "The bearer token is neither the operator's nor this room's passphrase."
    answers["401"] = _answer(shape.Problem, "application/problem+json", sentence)
    if model is shape.NearbyRelays:
        sentence = "This relay does not look for others."
        answers["404"] = _answer(shape.Problem, "application/problem+json", sentence)
    if parameters:
        sentence = "There is no such room or participant (any more)."
        answers["404"] = _answer(shape.Problem, "application/problem+json", sentence)
    return {"get": {"summary": summary, "parameters": parameters, "responses": answers}}


def _answer(model: type[shape.Shape], content_type: str, sentence: str) -> dict[str, object]:
    schema = {"$ref": _REFERENCE.format(model=model.__name__)}
    return {"description": sentence, "content": {content_type: {"schema": schema}}}
