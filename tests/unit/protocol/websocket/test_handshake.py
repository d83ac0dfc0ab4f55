"""Requests that begin a WebSocket, and others."""

import pytest

from trunkline.protocol.websocket.handshake import HandshakeError, accept, answer, read_head

# The example of RFC 6455 section 1.3.
FIELDS = {
    "upgrade": "websocket",
    "connection": "Upgrade",
    "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
    "sec-websocket-version": "13",
}


def test_the_example_of_the_specification_is_accepted() -> None:
    assert b"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n" in accept("GET", FIELDS)
    assert accept("GET", {**FIELDS, "upgrade": "WebSocket", "connection": "keep-alive, upgrade"})


@pytest.mark.parametrize(
    ("method", "change", "status"),
    [
        ("POST", {}, 405),
        ("GET", {"upgrade": ""}, 426),
        ("GET", {"upgrade": "h2c"}, 426),
        ("GET", {"connection": "close"}, 400),
        ("GET", {"sec-websocket-version": "8"}, 426),
        ("GET", {"sec-websocket-key": "dGhl"}, 400),
        ("GET", {"sec-websocket-key": "ä"}, 400),
        ("GET", {"sec-websocket-key": "?" * 24}, 400),
    ],
)
def test_what_asks_for_something_else_is_told_so(
    method: str, change: dict[str, str], status: int
) -> None:
    with pytest.raises(HandshakeError) as refused:
        accept(method, {**FIELDS, **change})
    assert refused.value.status == status
    assert f"HTTP/1.1 {status} ".encode() in answer(status, str(refused.value))


def test_a_head_is_read() -> None:
    head = read_head(b"GET /a?b HTTP/1.1\r\nHost:  x \r\nConnection: a\r\nconnection: b")
    assert (head.method, head.target) == ("GET", "/a?b")
    assert head.fields == {"host": "x", "connection": "a, b"}


@pytest.mark.parametrize(
    "text", [b"", b"GET / HTTP/1.0", b"GET  / HTTP/1.1", b"GET / HTTP/1.1\r\nx", b"\xff\r\n: y"]
)
def test_what_is_no_http_is_told_so(text: bytes) -> None:
    with pytest.raises(HandshakeError, match=r"HTTP/1\.1|no name"):
        read_head(text)


def test_fields_need_names() -> None:
    for line in (b": y", b" x: y", b"x"):
        with pytest.raises(HandshakeError, match="no name"):
            read_head(b"GET / HTTP/1.1\r\n" + line)
