"""The relay under a path of a site, behind real proxies with TLS; and whom proxies tell of."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from urllib.parse import urlsplit

import aiohttp
import pytest

from support.front import trusting
from support.nginx import nginx
from support.offer import offer
from support.site import SDP, running
from support.traefik import traefik

PREFIX = "/live/relay"
TOKEN = "only-for-the-operator"
PROXIED = {"http_prefix": "/live", "trusted_proxies": "127.0.0.1"}


Front = Callable[..., AbstractAsyncContextManager[str]]


@pytest.mark.parametrize("front", [nginx, traefik])
async def test_all_of_it_works_behind_a_proxy(tmp_path: Path, front: Front) -> None:
    async with (
        running(tmp_path, **PROXIED) as relay,
        front(tmp_path, urlsplit(relay.relay.url).port or 0) as site,
        aiohttp.ClientSession(site, connector=aiohttp.TCPConnector(ssl=trusting())) as http,
    ):
        async with http.get("/live") as response:
            assert (response.status, response.url.path) == (200, "/live/")
        async with http.get("/live/api/v1/rooms") as response:
            assert (await response.json())["rooms"] == []
        async with http.get("/live/nothing") as response:
            assert response.status == 404
        sent = offer("sendonly")
        async with http.post("/live/whip/studio?name=cam", data=sent, headers=SDP) as response:
            assert response.status == 201
            published = response.headers["Location"]
        wanted = offer("recvonly")
        async with http.post("/live/whep/studio", data=wanted, headers=SDP) as response:
            watched = response.headers["Location"]
            link = response.links["urn:ietf:params:whep:ext:core:server-sent-events"]
        assert published.startswith("/live/session/")
        assert str(link["url"]) == f"{site}{watched}/events"
        async with http.post(link["url"], json=["active"]) as response:
            stream = response.headers["Location"]
            assert (response.status, stream.startswith(f"{watched}/events/")) == (201, True)
        async with http.get(stream) as events:
            assert events.status == 200
            relay.core.connect(1)
            relay.core.connect(2)
            assert await events.content.readline() == b"event: active\n"
        for session in (published, watched):
            async with http.delete(session) as response:
                assert response.status == 200


# As somebody writes it who has not read the guide.
CARELESS = """
server {
    listen 443 ssl;
    ssl_certificate /etc/ssl/site.pem;
    ssl_certificate_key /etc/ssl/site.key;
    location / { proxy_pass http://127.0.0.1:8080; }
}
"""
CARELESS_RULES = """
http:
  routers: { all: { rule: "PathPrefix(`/`)", tls: {}, service: all } }
  services: { all: { loadBalancer: { servers: [ url: "http://127.0.0.1:8080" ] } } }
"""


@pytest.mark.parametrize(
    ("front", "settings", "block", "path"),
    [
        (nginx, PROXIED, "", "/live"),
        (nginx, {}, CARELESS, ""),
        (traefik, PROXIED, "", "/live"),
        (traefik, {}, CARELESS_RULES, ""),
    ],
)
async def test_who_comes_by_a_proxy_is_not_on_this_machine(
    tmp_path: Path, front: Front, settings: dict[str, str], block: str, path: str
) -> None:
    async with (
        running(tmp_path, operator_token=TOKEN, **settings) as relay,
        front(tmp_path, urlsplit(relay.relay.url).port or 0, block) as site,
        aiohttp.ClientSession(site, connector=aiohttp.TCPConnector(ssl=trusting())) as http,
    ):
        trunk = {"url": "https://127.0.0.1:9"}
        for headers, status in (({}, 401), ({"Authorization": f"Bearer {TOKEN}"}, 201)):
            url = f"{path}/api/v1/trunks"
            async with http.post(url, json=trunk, headers=headers) as response:
                assert response.status == status


@pytest.mark.parametrize("front", [nginx, traefik])
async def test_websockets_come_through(tmp_path: Path, front: Front) -> None:
    async with (
        running(tmp_path, **PROXIED) as relay,
        front(tmp_path, urlsplit(relay.relay.url).port or 0) as site,
        aiohttp.ClientSession(
            site,
            connector=aiohttp.TCPConnector(ssl=trusting(), local_addr=("127.0.0.5", 0)),
        ) as http,
    ):
        # What clients say themselves does not count.
        claims = {"Forwarded": "for=203.0.113.9", "X-Forwarded-For": "203.0.113.9"}
        async with http.ws_connect("/live/wsb", headers=claims) as socket:
            first = await socket.receive(10)
            assert first.type is aiohttp.WSMsgType.BINARY
            (room,) = relay.relay.rooms
            # The client, and not the proxy's port.
            assert [one.address for one in room.participants] == ["127.0.0.5"]
        for path in ("/live/gstreamer", "/live/"):
            async with http.ws_connect(path) as socket:
                await socket.send_str("HELLO camera")
                assert (await socket.receive(10)).data == "HELLO"


async def test_a_path_may_be_taken_away_before(tmp_path: Path) -> None:
    async with running(tmp_path, http_prefix=PREFIX) as relay:
        for path in (f"{PREFIX}/whip/studio", "/whip/studio"):
            opened = await relay.post(path, offer("sendonly"))
            assert opened.status == 201
            assert opened.headers["Location"].startswith(f"{PREFIX}/session/")
        async with relay.http.get(f"{PREFIX}?lang=de", allow_redirects=False) as response:
            assert (response.status, response.headers["Location"]) == (308, "relay/")
        # Neither what only begins like it, nor a host's name made of a path.
        for path in (f"{PREFIX}x/readyz", f"{PREFIX}//evil.example/readyz"):
            async with relay.http.get(path) as response:
                assert response.status == 404


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({}, 200),
        ({"X-Forwarded-For": "192.168.1.9", "X-Forwarded-Proto": "https"}, 200),
        ({"X-Forwarded-For": "203.0.113.9"}, 403),
        ({"X-Forwarded-For": "127.0.0.1, 203.0.113.9"}, 403),
        ({"Forwarded": "for=203.0.113.9"}, 403),
        ({"X-Forwarded-For": "203.0.113.9", "Forwarded": "for=127.0.0.1"}, 400),
        ({"X-Forwarded-For": "unknown"}, 400),
    ],
)
async def test_whom_a_trusted_proxy_tells_of_is_who_asks(
    tmp_path: Path, fields: dict[str, str], status: int
) -> None:
    async with (
        running(tmp_path, trusted_proxies="127.0.0.0/8 ::1") as relay,
        relay.http.get("/api/v1/rooms", headers=fields) as response,
    ):
        assert response.status == status
        assert status == 200 or "detail" in await response.json()


async def test_nobody_else_is_believed(tmp_path: Path) -> None:
    fields = {"X-Forwarded-For": "203.0.113.9", "Forwarded": "for=198.51.100.1"}
    async with (
        running(tmp_path, trusted_proxies="10.0.0.0/8") as relay,
        relay.http.get("/api/v1/rooms", headers=fields) as response,
    ):
        assert response.status == 200
