"""/servers as programs of Umbrella's use it, and who may."""

from pathlib import Path

import pytest

from support.site import Site, running
from trunkline.protocol import sfu_pb2 as pb

PROTOBUF = "application/x-protobuf"
TOKEN = "only-for-the-operator"
OPERATOR = {"Authorization": f"Bearer {TOKEN}"}
# Nobody listens there.
FIRST, SECOND = "wss://127.0.0.1:9/wsb", "https://[::1]:9"


async def current(site: Site, **headers: str) -> list[str]:
    asked = {"Content-Type": PROTOBUF, **headers}
    async with site.http.get("/servers", headers=asked) as response:
        assert response.status == 200
        assert response.headers["Content-Type"] == PROTOBUF
        return list(pb.CurrentServers.FromString(await response.read()).servers)


async def replace(site: Site, *urls: str, **headers: str) -> tuple[int, bytes]:
    body = pb.CurrentServers(servers=urls).SerializeToString()
    asked = {"Content-Type": PROTOBUF, **headers}
    async with site.http.post("/servers", data=body, headers=asked) as response:
        return response.status, await response.read()


async def test_people_get_a_page(tmp_path: Path) -> None:
    async with running(tmp_path) as site:
        async with site.http.get("/servers") as response:
            assert response.content_type == "text/html"
        async with site.http.post("/servers") as response:
            assert (response.status, response.headers["Allow"]) == (405, "GET,HEAD")


async def test_a_list_takes_the_place_of_another(tmp_path: Path) -> None:
    fixed = "wss://127.0.0.1:10/wsb"
    async with running(tmp_path, trunks=[{"url": fixed}]) as site:
        assert await current(site) == [fixed]
        async with site.http.get("/status", headers={"Content-Type": PROTOBUF}) as response:
            assert pb.SFUStatus.FromString(await response.read()).servers == [fixed]
        status, told = await replace(site, fixed, FIRST)
        assert status == 200
        assert list(pb.CurrentServers.FromString(told).servers) == [fixed, FIRST]
        async with site.http.get("/api/v1/trunks") as response:
            before = {one["url"]: one["id"] for one in (await response.json())["trunks"]}
        # What is in both lists stays as it is; what stands in the settings stays, too.
        assert (await replace(site, FIRST, SECOND))[0] == 200
        async with site.http.get("/api/v1/trunks") as response:
            after = {one["url"]: one["id"] for one in (await response.json())["trunks"]}
        assert after == {**before, SECOND: after[SECOND]}
        assert (await replace(site))[0] == 200
        assert await current(site) == [fixed]


async def test_cameras_are_in_it_without_their_passwords(tmp_path: Path) -> None:
    async with running(tmp_path) as site:
        urls = ["rtsp://127.0.0.1:9/a", "rtsp://me:secret@127.0.0.1:9/b"]
        assert (await replace(site, *urls, FIRST))[0] == 200
        seen = await current(site)
        assert seen == ["rtsp://127.0.0.1:9/a", "rtsp://me@127.0.0.1:9/b", FIRST]
        # Said again as it is told, it is the same, and keeps its password.
        assert (await replace(site, seen[1]))[0] == 200
        assert await current(site) == [seen[1]]
        async with site.http.get("/api/v1/cameras") as response:
            (camera,) = (await response.json())["cameras"]
        assert (camera["room"], camera["name"]) == ("default", "127.0.0.1 2")


async def test_of_a_wrong_list_nothing_is_taken(tmp_path: Path) -> None:
    async with running(tmp_path) as site:
        assert (await replace(site, FIRST))[0] == 200
        assert (await replace(site, SECOND, "gopher://nowhere"))[0] == 400
        asked = {"Content-Type": PROTOBUF}
        async with site.http.post("/servers", data=b"\xff", headers=asked) as response:
            assert response.status == 400
            assert "CurrentServers" in (await response.json())["detail"]
        assert await current(site) == [FIRST]


@pytest.mark.parametrize(
    ("settings", "headers", "status"),
    [
        ({}, {}, 200),
        ({}, {"Origin": "https://evil.example"}, 401),
        ({}, {"X-Forwarded-For": "127.0.0.1"}, 401),
        ({"http_prefix": "/live"}, {}, 401),
        ({"http_prefix": "/live"}, OPERATOR, 200),
        ({}, {"Authorization": "Bearer another-one-is-wrong"}, 401),
    ],
)
async def test_only_the_operator_replaces_it(
    tmp_path: Path, settings: dict[str, str], headers: dict[str, str], status: int
) -> None:
    async with running(tmp_path, operator_token=TOKEN, **settings) as site:
        assert (await replace(site, FIRST, **headers))[0] == status
        assert await current(site) == ([FIRST] if status == 200 else [])


async def test_strangers_do_not_see_it(tmp_path: Path) -> None:
    settings = {"open": True, "http_prefix": "/live", "operator_token": TOKEN}
    async with running(tmp_path, trunks=[{"url": FIRST}], **settings) as site:
        asked = {"Content-Type": PROTOBUF}
        async with site.http.get("/servers", headers=asked) as response:
            assert response.status == 401
        async with site.http.get("/status", headers=asked) as response:
            assert not pb.SFUStatus.FromString(await response.read()).servers
        assert await current(site, **OPERATOR) == [FIRST]
