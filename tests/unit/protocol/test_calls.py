"""What peers of the three dialects say of media, read and written."""

import json
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis.strategies import binary, dictionaries, none, one_of, recursive, sampled_from, text

from trunkline.errors import ProtocolError
from trunkline.model.signal import Answered, Offered
from trunkline.protocol.description import LIMIT
from trunkline.protocol.flitter.call import read_call, write_answer
from trunkline.protocol.gstreamer.payload import read, write_payload
from trunkline.protocol.webrtcsink.call import read_meta, read_peer, write_meta, write_peer

OFFER = '{"type": "offer", "sdp": "v=0"}'
VALUES = recursive(
    one_of(none(), text(max_size=4)),
    lambda inner: dictionaries(sampled_from(["sdp", "type", "offer", "sessionId"]), inner),
)
READERS: list[Callable[[str], object]] = [read, read_call, read_peer, read_meta]


@pytest.mark.parametrize(
    ("payload", "said"),
    [
        ("OFFER_REQUEST", "offer"),
        (f'{{"sdp": {OFFER}}}', Offered("v=0")),
        ('{"sdp": {"type": "answer", "sdp": "v=0"}}', Answered("v=0")),
        ('{"sdp": {"type": "rollback", "sdp": ""}}', None),
        ('{"sdp": "v=0"}', None),
        ('{"ice": {"candidate": "", "sdpMLineIndex": 0}}', None),
        ("hello", None),
        (b"\x00", None),
    ],
)
def test_what_gstreamer_says(payload: str | bytes, said: object) -> None:
    assert read(payload) == said


def test_what_flitter_says() -> None:
    call = '{"type": "call", "to": "room:x", "offer": "v=0"}'
    assert read_call(call) == Offered("v=0")
    for other in ('{"type": "call", "offer": 7}', '{"type": "finished"}', "[]"):
        assert read_call(other) is None
    assert json.loads(write_answer("ann", Answered("v=0"))) == {
        "type": "answer",
        "to": "ann",
        "answer": "v=0",
    }


def test_what_webrtcsink_says() -> None:
    message = write_peer("s", Offered("v=0"))
    assert (message.session_id, message.is_offer) == ("s", True)
    assert read_peer(message.text) == Offered("v=0")
    assert not write_peer("s", Answered("v=0")).is_offer
    assert read_peer("no JSON") is None


@pytest.mark.parametrize(
    ("meta", "room", "name"),
    [
        ('{"name": "cam", "room": "studio"}', "studio", "cam"),
        ('{"display-name": "cam"}', None, "cam"),
        ('{"name": "a/b", "displayName": "cam", "room": "a/b"}', None, "cam"),
        ('{"name": 7, "room": 7}', None, None),
        ("null", None, None),
    ],
)
def test_what_producers_say_of_themselves(meta: str, room: str | None, name: str | None) -> None:
    assert read_meta(meta) == (room, name)


def test_participants_say_where_they_are() -> None:
    room, name = read_meta('{"name": "cam", "room": "studio"}')
    assert room is not None
    assert name is not None
    assert read_meta(write_meta(room, name)) == (room, name)


def test_descriptions_are_bounded() -> None:
    long = "v" * (LIMIT + 1)
    with pytest.raises(ProtocolError, match="65536 characters, not 65537"):
        read(write_payload(Offered(long)))
    with pytest.raises(ProtocolError):
        read(write_payload(Answered(long)))
    with pytest.raises(ProtocolError):
        read_call(json.dumps({"type": "call", "offer": long}))


@given(one_of(text(), VALUES.map(json.dumps)))
def test_nothing_that_is_said_is_an_error_of_ours(said: str) -> None:
    for reader in READERS:
        reader(said)


@given(binary())
def test_bytes_are_nothing(said: bytes) -> None:
    assert read(said) is None
