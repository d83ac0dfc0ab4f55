"""/api/v1: every answer is as the description says."""

from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

from support.live import live
from trunkline.client.room import enter
from trunkline.model import signal
from trunkline.model.id import ParticipantName, RoomName
from trunkline.web.api.description import DESCRIBED, description
from trunkline.web.api.routes import PATHS


def valid(answer: dict[str, Any], path: str, status: str) -> None:
    told = description()
    paths: Any = told["paths"]
    (content,) = paths[path]["get"]["responses"][status]["content"].values()
    schema = {**content["schema"], "components": told["components"]}
    Draft202012Validator(schema).validate(answer)


def test_the_description_is_openapi() -> None:
    OpenAPIV31SpecValidator(description()).validate()
    assert {*DESCRIBED, "/api/v1/openapi.json"} == set(PATHS)


def test_all_names_are_in_camel_case() -> None:
    told: Any = description()
    models = told["components"]["schemas"]
    names = {name for model in models.values() for name in model.get("properties", ())}
    assert {"maxKbps", "lastKeyframe", "datagramsDropped"} <= names
    assert [name for name in names if "_" in name] == []


async def test_every_answer_is_as_described(tmp_path: Path) -> None:
    async with live(tmp_path) as relay:
        assert (await relay.publish()).status == 201
        assert (await relay.watch()).status == 201
        hello = signal.Hello(RoomName("studio"), ParticipantName("Ann"), accept_all=True)
        async with enter(relay.relay.url, hello) as ann:
            who = {"room": "studio", "participant": ann.welcome.you.id}
            for path in DESCRIBED:
                # A relay on loopback alone does not look for others: see test_mdns.py.
                status = "404" if path == "/api/v1/nearby" else "200"
                async with relay.http.get(path.format(**who)) as response:
                    assert str(response.status) == status
                    valid(await response.json(), path, status)
            async with relay.http.get("/api/v1/rooms/studio") as response:
                room = await response.json()
            assert [(one["name"], one["role"]) for one in room["participants"]] == [
                ("cam", "publisher"),
                ("Ann", "client"),
            ]
            assert room["viewers"] == 1
            async with relay.http.get("/api/v1/rooms/studio/tracks") as response:
                tracks = (await response.json())["tracks"]
            assert [track["kind"] for track in tracks] == ["audio", "video"]
            async with relay.http.get("/api/v1/openapi.json") as response:
                assert await response.json() == description()


@pytest.mark.parametrize("path", [path for path in DESCRIBED if "{" in path])
async def test_what_is_not_there_is_a_problem(tmp_path: Path, path: str) -> None:
    async with (
        live(tmp_path) as relay,
        relay.http.get(path.format(room="nowhere", participant="p1")) as response,
    ):
        assert response.status == 404
        problem = await response.json()
        assert "'nowhere'" in problem["detail"]
        valid(problem, path, "404")
