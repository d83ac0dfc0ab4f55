"""The list of servers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trunkline.errors import ProtocolError
from trunkline.protocol.room.servers import MOST, read_servers, write_servers


def test_an_empty_list_has_no_bytes() -> None:
    assert write_servers([]) == b""
    assert read_servers(b"") == ()


def test_each_is_told_once() -> None:
    urls = [" wss://a/wsb ", "rtsp://b/c", "", "wss://a/wsb"]
    assert read_servers(write_servers(urls)) == ("wss://a/wsb", "rtsp://b/c")


def test_a_list_is_bounded() -> None:
    assert len(read_servers(write_servers(map(str, range(MOST))))) == MOST
    with pytest.raises(ProtocolError, match="129"):
        read_servers(write_servers(map(str, range(MOST + 1))))


@given(st.binary())
def test_anything_is_a_list_or_refused(body: bytes) -> None:
    try:
        found = read_servers(body)
    except ProtocolError:
        return
    assert read_servers(write_servers(found)) == found


def test_what_is_no_list_is_refused() -> None:
    with pytest.raises(ProtocolError, match="no CurrentServers"):
        read_servers(b"\xff")
