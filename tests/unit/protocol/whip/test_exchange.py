"""Status codes and header fields."""

import pytest

from trunkline.errors import ProtocolError, Refusal, RefusalCode
from trunkline.model.ice_server import IceServer
from trunkline.model.id import SessionId, StreamId
from trunkline.model.media import Offer
from trunkline.model.view import Session
from trunkline.protocol.whip import exchange

SESSION = Session(SessionId("secret"), "tag", Offer("", "abcd"))


def test_every_refusal_has_a_status() -> None:
    assert set(exchange.STATUS) == set(RefusalCode)


def test_an_error_is_a_problem_with_a_sentence() -> None:
    problem = exchange.problem(Refusal(RefusalCode.FULL, "Full.", retry_after=10))
    assert problem.body == {"title": "Service Unavailable", "status": 503, "detail": "Full."}
    assert problem.retry_after == 10
    assert exchange.problem(ProtocolError("No.")).body["status"] == 400


def test_a_session_is_named_and_tagged() -> None:
    headers = exchange.created(SESSION)
    assert headers["Location"] == "/session/secret"
    assert headers["ETag"] == '"tag"'
    assert headers["Content-Type"] == "application/sdp"
    exposed = headers["Access-Control-Expose-Headers"]
    assert {"Location", "ETag", "Link", "Retry-After"} <= set(exposed.split(", "))


def test_preflight_allows_what_clients_send() -> None:
    assert exchange.ENDPOINT_OPTIONS["Accept-Post"] == "application/sdp"
    allowed = exchange.PREFLIGHT["Access-Control-Allow-Headers"]
    assert set(allowed.split(", ")) == {"Authorization", "Content-Type", "If-Match"}
    methods = exchange.PREFLIGHT["Access-Control-Allow-Methods"]
    assert set(methods.split(", ")) == {"OPTIONS", "GET", "HEAD", "POST", "PATCH", "DELETE"}


@pytest.mark.parametrize(
    ("path", "ours"), [("/whip/a", True), ("/whep/a/b", True), ("/session/x", True), ("/", False)]
)
def test_paths_with_cors_are_known(path: str, ours: bool) -> None:
    assert exchange.is_ours(path) is ours


@pytest.mark.parametrize(
    ("server", "link"),
    [
        (IceServer("stun:stun.example.net"), '<stun:stun.example.net>; rel="ice-server"'),
        (
            IceServer("turn:turn.example.net?transport=udp", "u", 'a"b\\'),
            '<turn:turn.example.net?transport=udp>; rel="ice-server"; username="u"; '
            'credential="a\\"b\\\\"; credential-type="password"',
        ),
    ],
)
def test_ice_servers_are_links(server: IceServer, link: str) -> None:
    assert exchange.ice_links([server]) == [("Link", link)]


def test_each_server_has_its_own_line() -> None:
    assert len(exchange.ice_links([IceServer("stun:a"), IceServer("stun:b")])) == 2


def test_a_restart_has_the_new_tag() -> None:
    headers = exchange.restarted(SESSION)
    assert headers["ETag"] == '"tag"'
    assert headers["Content-Type"] == "application/trickle-ice-sdpfrag"


def test_event_streams_are_under_their_session() -> None:
    name, link = exchange.streams_link(SESSION.id)
    assert name == "Link"
    assert link.startswith("</session/secret/events>;")
    headers = exchange.stream_created(SESSION.id, StreamId("one"))
    assert headers["Location"] == "/session/secret/events/one"
