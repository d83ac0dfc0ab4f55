"""WHIP and WHEP over real HTTP."""

import asyncio
from collections.abc import AsyncIterator
from io import BytesIO
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from support.core import FakeCore
from support.offer import offer
from support.site import SDP, Site, running
from trunkline.domain.rooms import Rooms
from trunkline.engine import Engine
from trunkline.web.problem import explain
from trunkline.web.whip import Whip

UNFINISHED = (
    b"POST /whip/studio HTTP/1.1\r\nHost: x\r\nContent-Type: application/sdp\r\n"
    b"Content-Length: 500\r\n\r\nv=0\r\n"
)
FRAGMENT = "a=ice-ufrag:abcd\r\nm=audio 9 UDP/TLS/RTP/SAVPF 0\r\na=mid:0\r\n"


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    async with running(tmp_path) as site:
        yield site


async def test_a_publisher_opens_a_session_and_ends_it(site: Site) -> None:
    response = await site.publish()
    assert response.status == 201
    assert response.content_type == "application/sdp"
    assert response.headers["ETag"].strip('"')
    assert "a=candidate:1 1 udp" in await response.text()
    url = response.headers["Location"]
    assert (await site.http.get(url)).status == 200
    # RFC 9725 section 4.3.1: entity tags are ignored by DELETE.
    assert (await site.http.delete(url, headers={"If-Match": '"other"'})).status == 200
    assert (await site.http.delete(url)).status == 404
    assert (await site.http.get(url)).status == 404
    assert site.core.media == {}


async def test_sessions_cannot_be_guessed(site: Site) -> None:
    await site.publish(name="a")
    await site.publish(name="b")
    assert len(set(site.sessions)) == 2
    assert all(len(url.rpartition("/")[2]) >= 40 for url in site.sessions)


async def test_a_viewer_gets_the_publishers_media(site: Site) -> None:
    await site.publish()
    assert (await site.watch()).status == 201
    assert {port.transport for port in site.core.shown} == {2}
    assert (await site.watch("studio/cam")).status == 201
    assert {source.transport for source in site.core.shown.values()} == {1}


async def test_nobody_to_watch_is_409_with_a_time(site: Site) -> None:
    for path in ("studio", "studio/cam"):
        response = await site.watch(path)
        assert response.status == 409
        assert response.headers["Retry-After"] == "2"
        assert "publishes in room 'studio'" in (await response.json())["detail"]


async def test_a_live_name_is_409(site: Site) -> None:
    await site.publish()
    response = await site.publish()
    assert response.status == 409
    assert "'cam'" in (await response.json())["detail"]


async def test_names_in_urls_are_decoded(site: Site) -> None:
    assert (await site.post("/whip/K%C3%BCche?name=gro%C3%9F%20a", offer())).status == 201
    (room,) = site.relay.rooms
    assert (room.name, room.participants[0].name) == ("Küche", "groß a")


@pytest.mark.parametrize(
    "path", ["/whip/%00", "/whip/a%2Fb", f"/whip/{'x' * 65}", "/whip/a?name=%0A%09x%00"]
)
async def test_a_bad_name_is_400(site: Site, path: str) -> None:
    response = await site.post(path, offer())
    assert response.status == 400
    assert "name has" in (await response.json())["detail"]


@pytest.mark.parametrize(
    ("headers", "body", "status"),
    [
        (SDP, "hello", 400),
        (SDP, "", 400),
        (SDP, offer().replace("a=fingerprint", "a=finger"), 422),
        (SDP, offer("recvonly"), 422),
        ({"Content-Type": "application/json"}, "{}", 415),
        (SDP, "v=0\r\n" + "x" * 70000, 413),
        (SDP, "v=0\r\n" + "x" * 10_000_000, 413),
    ],
)
async def test_bad_offers_are_told_why(
    site: Site, headers: dict[str, str], body: str, status: int
) -> None:
    response = await site.http.post("/whip/studio", data=BytesIO(body.encode()), headers=headers)
    assert response.status == status
    assert response.content_type == "application/problem+json"
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    problem = await response.json()
    assert problem["status"] == status
    assert problem["detail"].endswith(".")
    assert site.core.commands == []


@pytest.mark.parametrize(
    ("code", "status"), [("malformed", 400), ("unsupported", 422), ("codec", 422), ("limit", 503)]
)
async def test_what_the_core_refuses_is_told(site: Site, code: str, status: int) -> None:
    site.core.refusing = (code, "The reason.")  # type: ignore[assignment]
    response = await site.publish()
    assert response.status == status
    assert (await response.json())["detail"] == "The reason."
    assert site.relay.rooms == ()
    assert ("Retry-After" in response.headers) == (status == 503)


async def test_trickle_is_204_and_bound_to_the_tag(site: Site) -> None:
    response = await site.publish()
    url, tag = response.headers["Location"], response.headers["ETag"]
    kind = {"Content-Type": "application/trickle-ice-sdpfrag"}
    answers = {
        204: {**kind, "If-Match": tag},
        428: kind,
        412: {**kind, "If-Match": '"other"'},
        415: {**SDP, "If-Match": tag},
    }
    for status, headers in answers.items():
        answer = await site.http.patch(url, data=FRAGMENT, headers=headers)
        assert answer.status == status
    answer = await site.http.patch(url, data=FRAGMENT, headers=answers[204])
    assert await answer.read() == b""
    assert "ETag" not in answer.headers
    gone = await site.http.patch("/session/none", data=FRAGMENT, headers=answers[204])
    assert gone.status == 404


@pytest.mark.parametrize("path", ["/whip/a", "/whep/a", "/whep/a/b"])
async def test_endpoints_can_be_discovered(site: Site, path: str) -> None:
    for method in ("GET", "HEAD"):
        response = await site.http.request(method, path)
        assert response.status == 200
        assert response.headers["Content-Type"] == "application/sdp"
        assert response.headers["Content-Length"] == "0"
    response = await site.http.options(path)
    assert response.status == 200
    assert response.headers["Accept-Post"] == "application/sdp"
    assert "If-Match" in response.headers["Access-Control-Allow-Headers"]


async def test_other_methods_are_405_with_those_that_apply(site: Site) -> None:
    response = await site.http.put("/whip/a", data="x")
    assert response.status == 405
    assert "POST" in response.headers["Allow"]
    assert response.headers["Access-Control-Allow-Origin"] == "*"


async def test_a_body_that_ends_early_disturbs_nobody(site: Site) -> None:
    port = int(site.relay.url.rpartition(":")[2])
    _, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(UNFINISHED)
    await writer.drain()
    writer.close()
    await writer.wait_closed()
    assert (await site.publish()).status == 201


async def test_a_body_that_does_not_arrive_is_408() -> None:
    application = web.Application(middlewares=[explain])
    engine = Engine(Rooms(), FakeCore(), lambda: "token")
    application.add_routes(Whip(engine, body_time=0.05).routes())
    async with TestServer(application) as server:
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.write(UNFINISHED)
        async with asyncio.timeout(10):
            assert b"408" in await reader.readline()
        writer.close()
        await writer.wait_closed()
