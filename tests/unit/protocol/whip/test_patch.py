"""What a PATCH may ask for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.offer import offer
from trunkline.errors import ProtocolError, Refusal, RefusalCode
from trunkline.model.id import SessionId
from trunkline.model.view import Session
from trunkline.protocol import sdp
from trunkline.protocol.whip.offer import LIMIT, read_offer
from trunkline.protocol.whip.patch import CANDIDATES, FRAGMENT_TYPE, read_patch

OFFER = offer().replace(
    "a=mid:0", "a=ice-options:trickle\na=candidate:9 1 udp 1 192.0.2.9 9 typ host\na=mid:0"
)
SESSION = Session(SessionId("s"), "tag", read_offer("application/sdp", OFFER.encode(), "publisher"))
PASSWORD = "abcdefghijklmnopqrstuv"
TRICKLE = b"a=ice-ufrag:abcd\r\na=ice-pwd:x\r\nm=audio 9 RTP/SAVPF 0\r\na=mid:0\r\n"


def fragment(*more: str, ufrag: str = "new1", password: str = PASSWORD) -> bytes:
    credentials = [f"a=ice-ufrag:{ufrag}", f"a=ice-pwd:{password}"]
    return sdp.join([*credentials, "m=audio 9 UDP/TLS/RTP/SAVPF 0", "a=mid:0", *more]).encode()


def restart(body: bytes, if_match: str = "*") -> str:
    offer = read_patch(SESSION, FRAGMENT_TYPE, if_match, body)
    assert offer is not None
    assert f"a=ice-ufrag:{offer.ufrag}" in offer.sdp
    return offer.sdp


@pytest.mark.parametrize("if_match", ['"tag"', ' "tag" ', '"other", "tag"', "*", '"*"'])
def test_trickled_candidates_are_taken(if_match: str) -> None:
    assert read_patch(SESSION, FRAGMENT_TYPE, if_match, TRICKLE) is None


@pytest.mark.parametrize(
    ("content_type", "if_match", "body", "code"),
    [
        ("application/sdp", '"tag"', TRICKLE, RefusalCode.WRONG_TYPE),
        (FRAGMENT_TYPE, None, TRICKLE, RefusalCode.NO_TAG),
        (FRAGMENT_TYPE, '"old"', TRICKLE, RefusalCode.OLD_TAG),
        (FRAGMENT_TYPE, 'W/"tag"', TRICKLE, RefusalCode.OLD_TAG),
        (FRAGMENT_TYPE, "tag", TRICKLE, RefusalCode.OLD_TAG),
        (FRAGMENT_TYPE, "", TRICKLE, RefusalCode.OLD_TAG),
        (FRAGMENT_TYPE, '"tag"', fragment(), RefusalCode.UNSUPPORTED),
        (FRAGMENT_TYPE, '"tag"', b"a=x\r\n" * LIMIT, RefusalCode.TOO_LARGE),
    ],
)
def test_a_patch_that_cannot_be_done_is_refused(
    content_type: str, if_match: str | None, body: bytes, code: RefusalCode
) -> None:
    with pytest.raises(Refusal) as refusal:
        read_patch(SESSION, content_type, if_match, body)
    assert refusal.value.code == code


@pytest.mark.parametrize("if_match", ["*", '"*"'])
def test_a_restart_renews_the_offer(if_match: str) -> None:
    candidate = "a=candidate:1 1 UDP 2130706431 192.0.2.1 5000 typ host generation 0"
    text = restart(fragment(candidate, "a=ice-options:trickle", "a=end-of-candidates"), if_match)
    assert "o=- 1 3 IN IP4 127.0.0.1\r\n" in text
    assert text.count("a=ice-ufrag:new1\r\n") == text.count(f"a=ice-pwd:{PASSWORD}\r\n") == 2
    assert "abcd\r\n" not in text
    assert text.count("a=candidate:") == text.count(candidate) == 1
    # Everything else is as it was, so that the core may take it for the same media.
    kept = [
        line
        for line in SESSION.offer.sdp.splitlines()
        if line.startswith(("m=", "a=mid", "a=rtpmap"))
    ]
    assert [line for line in text.splitlines() if line in kept] == kept


def test_candidates_that_cannot_be_used_are_left_out() -> None:
    text = restart(
        fragment(
            "a=candidate:1 1 xyz 1 192.0.2.1 5000 typ host",
            "a=candidate:2 1 udp 1 0a1b.local 5000 typ host",
            "a=candidate:3 1 tcp 1 2001:db8::1 9 typ host tcptype active",
            "m=video 9 UDP/TLS/RTP/SAVPF 0",
            "a=mid:unknown",
            "a=candidate:4 1 udp 1 192.0.2.1 5000 typ host",
        )
    )
    assert [line[:13] for line in text.splitlines() if "candidate:" in line] == ["a=candidate:3"]


def test_candidates_are_bounded() -> None:
    many = (f"a=candidate:{n} 1 udp 1 192.0.2.1 5000 typ host" for n in range(CANDIDATES + 9))
    assert restart(fragment(*many)).count("a=candidate:") == CANDIDATES


@pytest.mark.parametrize(
    "body",
    [
        fragment(ufrag="abc"),
        fragment(ufrag="x" * 257),
        fragment(ufrag="new-1"),
        fragment(password="short"),
        fragment(password="x" * 257),
        fragment(password=PASSWORD[:-1] + "\u00e9"),
        fragment("a=ice-ufrag:other"),
        fragment("a=candidate:hello"),
        fragment("a=candidate:1 1 udp 1 192.0.2.1 99999 typ host"),
        b"a=ice-ufrag:new1\r\n",
        b"m=audio 9 UDP/TLS/RTP/SAVPF 0\r\na=mid:0\r\n",
        b"{}",
        b"",
    ],
)
def test_a_restart_that_breaks_the_grammar_is_an_error(body: bytes) -> None:
    with pytest.raises(ProtocolError):
        read_patch(SESSION, FRAGMENT_TYPE, "*", body)


@pytest.mark.parametrize(
    "body",
    [
        fragment("a=ice-options:trickle ice2"),
        fragment("a=ice-lite"),
        fragment("a=ice-pacing:50"),
        fragment(password="0123456789012345678901"),
    ],
)
def test_a_restart_that_changes_more_or_less_is_refused(body: bytes) -> None:
    with pytest.raises(Refusal) as refusal:
        read_patch(SESSION, FRAGMENT_TYPE, "*", body)
    assert refusal.value.code == RefusalCode.UNSUPPORTED


LINES = st.lists(
    st.sampled_from(
        [*fragment("a=candidate:1 1 udp 1 192.0.2.1 5000 typ host").decode().split("\r\n")]
    )
    | st.text(max_size=30)
)


@given(st.binary() | LINES.map(lambda lines: "\r\n".join(lines).encode()))
def test_any_bytes_are_an_offer_or_told_why(body: bytes) -> None:
    try:
        renewed = read_patch(SESSION, FRAGMENT_TYPE, "*", body)
    except (ProtocolError, Refusal):
        return
    if renewed is not None:
        read_offer("application/sdp", renewed.sdp.encode(), "publisher")
