"""What leaves a server."""

import pytest

from trunkline.protocol.websocket.frame import close, message


@pytest.mark.parametrize(
    ("size", "header"),
    [
        (0, b"\x81\x00"),
        (125, b"\x81\x7d"),
        (126, b"\x81\x7e\x00\x7e"),
        (65_535, b"\x81\x7e\xff\xff"),
        (65_536, b"\x81\x7f\x00\x00\x00\x00\x00\x01\x00\x00"),
    ],
)
def test_a_length_takes_as_little_as_it_can(size: int, header: bytes) -> None:
    assert message("x" * size) == header + b"x" * size


def test_bytes_are_binary() -> None:
    assert message(b"\xff") == b"\x82\x01\xff"


def test_a_reason_is_cut_to_whole_characters() -> None:
    frame = close(1000, "ä" * 100)
    assert frame[:4] == b"\x88\x7c\x03\xe8"
    assert frame[4:].decode() == "ä" * 61
