"""/api/v1/trunks: what is there, adding, changing and removing."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from support.site import Site, running
from support.waiting import until
from trunkline.web.api.description import description

PATH = "/api/v1/trunks"
SECRET = "sesame-sesame"
WITHIN = 15.0


def valid(answer: dict[str, Any], path: str, method: str, status: int) -> None:
    told = description()
    paths: Any = told["paths"]
    (content,) = paths[path][method]["responses"][str(status)]["content"].values()
    schema = {**content["schema"], "components": told["components"]}
    Draft202012Validator(schema).validate(answer)


async def ask(
    site: Site, method: str, status: int, trunk: str = "", **body: object
) -> dict[str, Any]:
    """What is answered; it is as described."""
    path = f"{PATH}/{trunk}" if trunk else PATH
    async with site.http.request(method, path, json=body or None) as response:
        assert response.status == status, await response.text()
        if status == 204:
            return {}
        answer: dict[str, Any] = await response.json()
    valid(answer, f"{PATH}/{{trunk}}" if trunk else PATH, method.lower(), status)
    assert SECRET not in str(answer)
    return answer


async def shown(site: Site, trunk: str, state: str) -> dict[str, Any]:
    """Wait for a trunk to be in a state."""

    async def look() -> dict[str, Any]:
        trunks = (await ask(site, "GET", 200))["trunks"]
        return next((one for one in trunks if one["id"] == trunk), {})

    return await until(
        look, lambda one: one.get("state") == state, within=WITHIN, what=f"{trunk} {state}"
    )


@pytest.fixture
async def cloud(tmp_path: Path) -> AsyncIterator[Site]:
    async with running(tmp_path / "cloud", relay_name="cloud", trunk_secret=SECRET) as site:
        yield site


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[Site]:
    async with running(tmp_path / "home", relay_name="home") as site:
        yield site


async def test_a_trunk_is_added_shown_at_both_ends_changed_and_removed(
    cloud: Site, home: Site
) -> None:
    assert (await ask(home, "GET", 200))["trunks"] == []
    url = cloud.relay.url
    added = await ask(home, "POST", 201, url=url, rooms=["studio"], maxLayer=1)
    assert (added["url"], added["direction"], added["rooms"]) == (url, "out", ["studio"])
    refused = await shown(home, added["id"], "refused")
    assert "wants another secret" in refused["error"]
    changed = await ask(home, "PUT", 200, added["id"], url=url, secret=SECRET)
    assert (changed["id"], changed["rooms"], changed["maxLayer"]) == (added["id"], None, None)
    up = await shown(home, added["id"], "up")
    assert (up["relay"]["name"], up["error"]) == ("cloud", None)
    assert up["since"] > 1_700_000_000
    there = await ask(cloud, "GET", 200)
    (taken,) = there["trunks"]
    assert (taken["url"], taken["direction"], taken["state"]) == (None, "in", "up")
    assert taken["relay"] == (await ask(home, "GET", 200))["relay"]
    assert up["relay"] == there["relay"]
    await ask(home, "PUT", 200, added["id"], url=url, send=False)
    assert not (await shown(home, added["id"], "up"))["send"]
    await ask(home, "DELETE", 204, added["id"])
    assert (await ask(home, "GET", 200))["trunks"] == []

    async def look() -> list[Any]:
        return list((await ask(cloud, "GET", 200))["trunks"])

    await until(look, lambda trunks: not trunks, within=WITHIN, what="the other end to be gone")


async def test_that_a_trunk_is_silent_is_told_at_once(cloud: Site, home: Site) -> None:
    added = await ask(home, "POST", 201, url=cloud.relay.url, secret=SECRET)
    await shown(home, added["id"], "up")

    async def told() -> list[bool]:
        (trunk,) = (await ask(home, "GET", 200))["trunks"]
        async with home.http.get("/api/v1/status") as response:
            relays = (await response.json())["relays"]
        return [trunk["silent"], *(edge["silent"] for one in relays[:1] for edge in one["edges"])]

    await until(told, lambda seen: seen == [False, False], within=WITHIN, what="the map")
    crossroads = home.relay._running.engine.crossroads
    (standing,) = crossroads.standings()
    for silent in (True, False):
        crossroads.doubt(standing.link, silent)
        assert await told() == [silent, silent]


async def test_trunks_of_the_settings_are_shown_and_not_changed(
    cloud: Site, tmp_path: Path
) -> None:
    trunks = [{"url": cloud.relay.url, "secret": SECRET}]
    async with running(tmp_path / "home", trunks=trunks) as home:
        await shown(home, "settings-1", "up")
        problem = await ask(home, "DELETE", 409, "settings-1")
        assert "stands in the relay's settings" in problem["detail"]


async def test_what_was_added_is_dialled_after_a_restart(cloud: Site, tmp_path: Path) -> None:
    async with running(tmp_path / "home") as home:
        added = await ask(home, "POST", 201, url=cloud.relay.url, secret=SECRET)
        before = (await ask(home, "GET", 200))["relay"]
    async with running(tmp_path / "home") as home:
        await shown(home, added["id"], "up")
        assert (await ask(home, "GET", 200))["relay"] == before


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        ({"url": "ftp://x"}, 422, "url is not valid"),
        ({}, 415, "application/json"),
        ({"url": "x", "rooms": ["a/b"]}, 400, "room name"),
        ({"url": "x", "colour": "red"}, 422, "colour is not valid"),
        ({"url": "x", "max_kbps": 500}, 422, "max_kbps is not valid"),
        ({"url": "x", "maxKbps": 1}, 422, "maxKbps is not valid"),
    ],
)
async def test_what_is_wrong_is_a_problem(
    home: Site, body: dict[str, Any], status: int, words: str
) -> None:
    assert words in (await ask(home, "POST", status, **body))["detail"]


async def test_what_is_no_json_is_a_problem(home: Site) -> None:
    headers = {"Content-Type": "application/json"}
    async with home.http.post(PATH, data="{", headers=headers) as response:
        assert response.status == 400
        valid(await response.json(), PATH, "post", 400)


async def test_what_is_not_there_is_not_changed(home: Site) -> None:
    for trunk in ("unknown", "link-1"):
        assert "dials no trunk" in (await ask(home, "DELETE", 404, trunk))["detail"]
        assert "dials no trunk" in (await ask(home, "PUT", 404, trunk, url="x"))["detail"]


async def test_only_the_operator_changes_trunks(tmp_path: Path) -> None:
    async with running(tmp_path, operator_token="0123456789abcdef", open=True) as site:
        elsewhere = {"X-Forwarded-For": "192.0.2.1"}
        for method in ("GET", "POST"):
            async with site.http.request(method, PATH, headers=elsewhere) as response:
                assert response.status == 401
        for method in ("PUT", "DELETE"):
            async with site.http.request(method, f"{PATH}/x", headers=elsewhere) as response:
                assert response.status == 401
        token = {**elsewhere, "Authorization": "Bearer 0123456789abcdef"}
        async with site.http.get(PATH, headers=token) as response:
            assert response.status == 200


async def test_a_folder_that_cannot_be_made_is_no_reason_not_to_start(cloud: Site) -> None:
    async with running(Path("/proc/no-folder-can-be-made-here")) as home:
        added = await ask(home, "POST", 201, url=cloud.relay.url, secret=SECRET)
        await shown(home, added["id"], "up")
