"""Status codes and header fields."""

import pytest

from trunkline.errors import ProtocolError, Refusal, RefusalCode
from trunkline.model.id import SessionId
from trunkline.model.view import Session
from trunkline.protocol.whip import exchange
from trunkline.protocol.whip.exchange import FRAGMENT_TYPE, check_trickle
from trunkline.protocol.whip.offer import LIMIT

SESSION = Session(SessionId("secret"), "tag", "abcd")
FRAGMENT = b"a=ice-ufrag:abcd\r\na=ice-pwd:x\r\nm=audio 9 RTP/SAVPF 0\r\na=mid:0\r\n"


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
    assert exchange.PREFLIGHT["Accept-Post"] == "application/sdp"
    allowed = exchange.PREFLIGHT["Access-Control-Allow-Headers"]
    assert set(allowed.split(", ")) == {"Authorization", "Content-Type", "If-Match"}
    methods = exchange.PREFLIGHT["Access-Control-Allow-Methods"]
    assert set(methods.split(", ")) == {"OPTIONS", "GET", "HEAD", "POST", "PATCH", "DELETE"}


@pytest.mark.parametrize(
    ("path", "ours"), [("/whip/a", True), ("/whep/a/b", True), ("/session/x", True), ("/", False)]
)
def test_paths_with_cors_are_known(path: str, ours: bool) -> None:
    assert exchange.is_ours(path) is ours


def test_trickled_candidates_are_taken() -> None:
    check_trickle(SESSION, FRAGMENT_TYPE, '"tag"', FRAGMENT)


@pytest.mark.parametrize(
    ("content_type", "if_match", "body", "code"),
    [
        ("application/sdp", '"tag"', FRAGMENT, RefusalCode.WRONG_TYPE),
        (FRAGMENT_TYPE, None, FRAGMENT, RefusalCode.NO_TAG),
        (FRAGMENT_TYPE, '"old"', FRAGMENT, RefusalCode.OLD_TAG),
        (FRAGMENT_TYPE, "tag", FRAGMENT, RefusalCode.OLD_TAG),
        (FRAGMENT_TYPE, "*", FRAGMENT, RefusalCode.UNSUPPORTED),
        (FRAGMENT_TYPE, '"*"', FRAGMENT, RefusalCode.UNSUPPORTED),
        (FRAGMENT_TYPE, '"tag"', FRAGMENT.replace(b"abcd", b"new1"), RefusalCode.UNSUPPORTED),
        (FRAGMENT_TYPE, '"tag"', b"a=x\r\n" * LIMIT, RefusalCode.TOO_LARGE),
    ],
)
def test_a_patch_that_cannot_be_done_is_refused(
    content_type: str, if_match: str | None, body: bytes, code: RefusalCode
) -> None:
    with pytest.raises(Refusal) as refusal:
        check_trickle(SESSION, content_type, if_match, body)
    assert refusal.value.code == code


def test_a_fragment_must_be_sdp() -> None:
    with pytest.raises(ProtocolError):
        check_trickle(SESSION, FRAGMENT_TYPE, '"tag"', b"{}")
