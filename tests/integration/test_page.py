"""The page, the probes, the list of rooms and the metrics over real HTTP."""

import gzip
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from prometheus_client.parser import text_string_to_metric_families

from support.site import Site, running
from trunkline.web.page import Page
from trunkline.web.problem import explain

Client = TestClient[web.Request, web.Application]


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    async with running(tmp_path) as site:
        yield site


@pytest.fixture
def built(tmp_path: Path) -> Path:
    for name, text in {
        "index.html": "<title>home</title>",
        "watch.html": "<title>watch</title>",
        "sfu.html": "<title>call</title>",
        "favicon.svg": "<svg/>",
        "assets/watch-1a2b.js": "play()",
        "sdk/trunkline-room.js": "room()",
    }.items():
        path = tmp_path / "static" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    (tmp_path / "secret.txt").write_text("secret")
    return tmp_path / "static"


@pytest.fixture
async def pages(built: Path) -> AsyncIterator[Client]:
    application = web.Application(middlewares=[explain])
    application.add_routes(Page(built).routes())
    async with TestClient(TestServer(application)) as client:
        yield client


async def test_scripts_are_sent_compressed_to_whoever_takes_that(
    pages: Client, built: Path
) -> None:
    (built / "assets" / "watch-1a2b.js.gz").write_bytes(gzip.compress(b"play()"))
    plain = await pages.get("/assets/watch-1a2b.js", headers={"Accept-Encoding": "identity"})
    small = await pages.get("/assets/watch-1a2b.js", headers={"Accept-Encoding": "gzip"})
    for answer in (plain, small):
        assert await answer.text() == "play()"
        assert answer.headers["Content-Type"].endswith("/javascript")
    assert "Content-Encoding" not in plain.headers
    assert small.headers["Vary"] == "Accept-Encoding"
    assert small.headers["Content-Encoding"] == "gzip"


@pytest.mark.parametrize(
    ("path", "text", "cache"),
    [
        ("/", "home", "no-cache"),
        ("/watch/studio", "watch", "no-cache"),
        ("/watch/K%C3%BCche", "watch", "no-cache"),
        ("/sfu", "call", "no-cache"),
        ("/sfu?room=studio", "call", "no-cache"),
        ("/favicon.svg", "<svg/>", "no-cache"),
        ("/assets/watch-1a2b.js", "play()", "immutable"),
        ("/sdk/trunkline-room.js", "room()", "no-cache"),
    ],
)
async def test_files_are_served_with_their_rules(
    pages: Client, path: str, text: str, cache: str
) -> None:
    response = await pages.get(path)
    assert response.status == 200
    assert text in await response.text()
    assert cache in response.headers["Cache-Control"]
    policy = response.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    again = await pages.get(path, headers={"If-None-Match": response.headers["ETag"]})
    assert again.status == 304
    assert (await pages.head(path)).status == 200


async def test_only_the_sdk_is_for_pages_of_other_origins(pages: Client) -> None:
    for path, origin in (("/sdk/trunkline-room.js", "*"), ("/favicon.svg", None)):
        response = await pages.get(path)
        assert response.headers.get("Access-Control-Allow-Origin") == origin


@pytest.mark.parametrize(
    "path", ["/assets/../../secret.txt", "/assets/%2e%2e/%2e%2e/secret.txt", "/watch.html", "/x"]
)
async def test_nothing_else_is_served(pages: Client, path: str) -> None:
    response = await pages.get(path)
    assert response.status == 404
    assert "secret" not in await response.text() or "secret" in path


async def test_a_bad_room_name_is_told(pages: Client) -> None:
    response = await pages.get(f"/watch/{'x' * 65}")
    assert response.status == 400
    assert "1 to 64 characters" in (await response.json())["detail"]


async def test_a_page_that_was_not_built_names_the_remedy(tmp_path: Path) -> None:
    application = web.Application()
    application.add_routes(Page(tmp_path / "nowhere").routes())
    async with TestClient(TestServer(application)) as client:
        for path in ("/", "/watch/studio"):
            response = await client.get(path)
            assert response.status == 503
            assert "make page" in await response.text()


async def test_rooms_are_listed(site: Site) -> None:
    assert await (await site.http.get("/api/v1/rooms")).json() == {
        "rooms": [],
        "plainPort": None,
    }
    await site.publish()
    await site.watch()
    before = (await (await site.http.get("/api/v1/rooms")).json())["rooms"][0]
    assert (before["viewers"], before["participants"][0]["publishing"]) == (1, False)
    site.core.connect(1)
    site.core.start(1, "1", "VP8")
    await site.relay.statistics()  # reports come in order
    (room,) = (await (await site.http.get("/api/v1/rooms")).json())["rooms"]
    (participant,) = room["participants"]
    assert (room["name"], participant["name"], participant["publishing"]) == ("studio", "cam", True)
    assert [(track["kind"], track["codec"]) for track in participant["tracks"]] == [
        ("audio", None),
        ("video", "VP8"),
    ]


async def test_probes_say_whether_it_lives_and_is_ready(site: Site) -> None:
    for path in ("/healthz", "/readyz"):
        assert (await site.http.get(path)).status == 200


async def test_metrics_can_be_read(site: Site) -> None:
    await site.publish()
    await site.watch()
    site.core.connect(1)
    response = await site.http.get("/metrics")
    values = {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(await response.text())
        for sample in family.samples
    }
    assert values["trunkline_rooms",] == 1
    assert values["trunkline_participants", "publisher"] == 1
    assert values["trunkline_participants", "viewer"] == 1
    assert values["trunkline_sessions", "connected"] == 1
    assert values["trunkline_sessions", "connecting"] == 1
    assert values["trunkline_packets_total", "in"] == 20
    assert values["trunkline_packets_total", "out"] == 40
    assert values["trunkline_datagrams_dropped_total",] == 3
    assert values["trunkline_batches_dropped_total",] == 2
    assert values["trunkline_datagrams_unsent_total",] == 4


async def test_what_is_not_there_is_404_with_a_sentence(site: Site) -> None:
    response = await site.http.get("/nothing")
    assert response.status == 404
    assert await response.json() == {
        "title": "Not Found",
        "status": 404,
        "detail": "There is nothing at /nothing.",
    }


async def test_a_bug_ends_one_request_and_keeps_secrets(caplog: pytest.LogCaptureFixture) -> None:
    async def fail(_: web.Request) -> web.Response:
        raise RuntimeError("a bug")

    application = web.Application(middlewares=[explain])
    application.router.add_get("/session/{session}", fail)
    async with TestClient(TestServer(application)) as client:
        response = await client.get("/session/t0ken")
        assert response.status == 500
        assert response.headers["Access-Control-Allow-Origin"] == "*"
        assert "bug of its own" in (await response.json())["detail"]
    assert "a bug" in caplog.text
    assert "GET /session/{session}" in caplog.text
    assert "t0ken" not in caplog.text


@pytest.mark.parametrize(
    ("path", "status"),
    [("/docs", 200), ("/docs/", 200), ("/docs/settings", 200), ("/docs/nothing-like-it", 404)],
)
async def test_the_guide_is_served_under_the_policy_of_pages(
    site: Site, path: str, status: int
) -> None:
    async with site.http.get(path) as response:
        assert response.status == status
        if status == 200:
            assert response.url.path == path.replace("/docs", "/docs/").replace("//", "/")
            assert "default-src 'none'" in response.headers["Content-Security-Policy"]
