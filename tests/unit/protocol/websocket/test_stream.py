"""Frames of clients, good and bad, in pieces of any size."""

import pytest
from aiohttp._websocket.helpers import websocket_mask
from hypothesis import given
from hypothesis import strategies as st

from support.websocket import closing, frame
from trunkline.protocol.websocket.frame import Broken, Closed, Ping, Pong, Received
from trunkline.protocol.websocket.stream import Stream

LIMIT = 70_000


def stream() -> Stream:
    return Stream(LIMIT, websocket_mask)


def received(*frames: bytes) -> list[Received]:
    return stream().receive(b"".join(frames))


def broken(*frames: bytes) -> Broken:
    *_, last = received(*frames)
    assert isinstance(last, Broken)
    return last


@pytest.mark.parametrize("size", [0, 1, 125, 126, 65_535, 65_536, LIMIT])
def test_messages_of_every_size_arrive(size: int) -> None:
    assert received(frame(1, b"x" * size), frame(2, b"y" * size)) == ["x" * size, b"y" * size]


def test_fragments_are_joined_and_control_frames_come_between() -> None:
    frames = (
        frame(1, "ä".encode()[:1], final=False),
        frame(9, b"ping"),
        frame(0, final=False),
        frame(10),
        frame(0, "ä".encode()[1:]),
        frame(2, b"a", final=False),
        frame(0, b"b"),
    )
    assert received(*frames) == [Ping(b"ping"), Pong(b""), "ä", b"ab"]


@pytest.mark.parametrize(
    "frames",
    [
        [b"\x81\x01x"],
        [frame(1, b"x", reserved=4)],
        [frame(3)],
        [frame(11)],
        [frame(9, b"x" * 126)],
        [frame(9, b"x" * 70_000)],
        [frame(9, b"x", final=False)],
        [frame(0, b"x")],
        [frame(1, b"x", final=False), frame(1, b"y")],
        [frame(1, b"x", final=False), frame(2, b"y", final=False)],
        [frame(1, b"x", final=False), frame(0, b"y"), frame(0, b"z")],
        [frame(8, b"\x03")],
        [closing(999)],
        [closing(1004)],
        [closing(1005)],
        [closing(1006)],
        [closing(1015)],
        [closing(2999)],
        [closing(5000)],
    ],
)
def test_what_is_against_the_rules_is_1002(frames: list[bytes]) -> None:
    assert broken(*frames).code == 1002


@pytest.mark.parametrize(
    "frames",
    [
        [frame(1, b"\xce\xba\xed\xa0\x80")],
        [frame(1, b"\xf4\x90\x80\x80")],
        [frame(1, b"\xff", final=False)],
        [frame(1, b"\xce", final=False), frame(0, b"")],
        [frame(8, b"\x03\xe8\xff")],
    ],
)
def test_what_is_no_utf_8_is_1007(frames: list[bytes]) -> None:
    assert broken(*frames).code == 1007


def test_what_is_too_big_is_1009_before_it_has_come() -> None:
    assert broken(frame(1, b"x" * (LIMIT + 1))[:14]).code == 1009
    assert broken(frame(1, b"x" * LIMIT, final=False), frame(0, b"x")).code == 1009
    assert broken(b"\x82\xff" + b"\xff" * 12).code == 1009


def test_a_wrong_header_is_found_before_its_length_has_come() -> None:
    assert broken(frame(1, b"x" * 300)[:1] + b"\x7e").code == 1002


@pytest.mark.parametrize("code", [1000, 1001, 1003, 1007, 1011, 1014, 3000, 4999])
def test_a_close_frame_is_the_last(code: int) -> None:
    assert received(closing(code, "bye"), frame(1, b"x")) == [Closed(code, "bye")]


def test_a_close_frame_needs_no_code() -> None:
    assert received(frame(8)) == [Closed(1005, "")]


@given(
    st.lists(st.one_of(st.text(), st.binary()).map(lambda said: said), max_size=5),
    st.lists(st.integers(1, 40), min_size=1, max_size=50),
)
def test_pieces_of_any_size_make_the_same(messages: list[str | bytes], cuts: list[int]) -> None:
    data = b"".join(
        frame(1, said.encode()) if isinstance(said, str) else frame(2, said) for said in messages
    )
    reader, heard, at = stream(), [], 0
    while at < len(data):
        cut = cuts[at % len(cuts)]
        heard += reader.receive(data[at : at + cut])
        at += cut
    assert heard == messages


@given(st.lists(st.binary(max_size=60), max_size=8))
def test_anything_is_a_message_or_a_reason_to_close(pieces: list[bytes]) -> None:
    reader = stream()
    for piece in pieces:
        heard = reader.receive(piece)
        if heard and isinstance(heard[-1], Broken):
            assert heard[-1].code in {1002, 1007, 1009}
            break


@pytest.mark.parametrize("size", [3, 300, LIMIT])
def test_a_message_may_trickle_in(size: int) -> None:
    reader = stream()
    data = frame(1, b"x" * size)
    for at in range(20):
        assert reader.receive(data[at : at + 1]) == (["xxx"] if at == 8 and size == 3 else [])
    if size > 3:
        assert reader.receive(data[20:]) == ["x" * size]
