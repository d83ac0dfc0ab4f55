"""Our half of a conversation with an original relay: descriptions wait for their candidates."""

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trunkline.errors import ProtocolError
from trunkline.model import signal
from trunkline.protocol import sfu_pb2 as pb
from trunkline.protocol.room.original import CANDIDATES, GATHERING, PATIENCE, WAITING, Original

SDP = "v=0\r\ns=-\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:0\r\nm=video 9 RTP 96\r\na=mid:1\r\n"
ONE = "candidate:1 1 udp 2130706431 10.0.0.1 5000 typ host"
TWO = "candidate:2 1 udp 1694498815 192.0.2.1 5000 typ srflx raddr 0.0.0.0 rport 5000"
TELLING = SDP + f"a={ONE}\r\n"


def frame(**kind: object) -> bytes:
    return pb.RemoteNodeMessage(**kind).SerializeToString()  # type: ignore[arg-type]


def candidate(text: str = ONE, *, incoming: bool = False) -> bytes:
    init = json.dumps({"candidate": text, "sdpMid": "", "sdpMLineIndex": 0})
    return frame(candidate=pb.Candidate(candidate=init, incoming=incoming))


def offer(sdp: str = SDP) -> bytes:
    return frame(offer=pb.Offer(offer=json.dumps({"type": "offer", "sdp": sdp})))


def answer(sdp: str = SDP) -> bytes:
    return frame(answer=pb.Answer(answer=json.dumps({"type": "answer", "sdp": sdp})))


def taken(said: list[signal.Heard]) -> str:
    """The SDP of the one description."""
    (one,) = said
    assert isinstance(one, signal.Offered | signal.Answered)
    return one.sdp


def test_a_description_waits_for_candidates_which_stand_in_its_first_medium() -> None:
    original = Original()
    assert original.receive(offer(), 1.0) == []
    assert original.receive(candidate(ONE), 1.1) == []
    assert original.receive(candidate(TWO), 1.15) == []
    assert original.due(1.1 + GATHERING - 0.01) == []
    sdp = taken(original.due(1.1 + GATHERING))
    assert sdp == SDP.replace("a=mid:0\r\n", f"a=mid:0\r\na={ONE}\r\na={TWO}\r\n")


def test_those_of_an_answer_are_of_the_other_connection() -> None:
    original = Original()
    original.receive(candidate(ONE), 1.0)
    assert original.receive(answer(), 1.0 + GATHERING) == []
    original.receive(candidate(TWO, incoming=True), 1.2)
    sdp = taken(original.due(1.2 + GATHERING))
    assert TWO in sdp
    assert ONE not in sdp


def test_none_come() -> None:
    original = Original()
    assert original.receive(offer(), 1.0) == []
    assert taken(original.due(1.0 + PATIENCE)) == SDP


def test_a_description_that_tells_candidates_goes_at_once_and_gets_no_copies() -> None:
    original = Original()
    original.receive(candidate(ONE), 1.0)
    original.receive(candidate(ONE), 1.0)
    assert taken(original.receive(offer(TELLING), 1.0)) == TELLING


def test_the_candidates_of_before_are_in_every_later_offer() -> None:
    original = Original()
    original.receive(candidate(ONE), 1.0)
    for at in (2.0, 3.0):
        assert f"a={ONE}\r\n" in taken(original.receive(offer(), at))
    single = "v=0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:0\r\n"
    assert taken(original.receive(offer(single), 4.0)) == f"{single}a={ONE}\r\n"
    assert taken(original.receive(offer("v=0\r\n"), 5.0)) == "v=0\r\n"


def test_what_comes_behind_a_description_keeps_its_place() -> None:
    original = Original()
    original.receive(offer(), 1.0)
    mapped = frame(midMappings=pb.MidMappings())
    assert original.receive(mapped, 1.0) == []
    first, second = original.due(2.0)
    assert isinstance(first, signal.Offered)
    assert second == signal.Mapped(())
    assert original.receive(mapped, 2.0) == [signal.Mapped(())]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "candidate:1 1 udp 1 host.local 5000 typ host",
        "candidate:1 1 tcp 1 10.0.0.1 9 typ host tcptype active",
        "candidate:1 1 udp 1 10.0.0.1",
        "other:1 1 udp 1 10.0.0.1 5000 typ host",
        "candidate:1 1 udp 1 10.0.0.1 5000 typ host\r\na=x",
    ],
)
def test_what_is_no_use_is_passed_over(text: str) -> None:
    original = Original()
    original.receive(candidate(text), 1.0)
    original.receive(frame(candidate=pb.Candidate(candidate="no JSON")), 1.0)
    original.receive(frame(candidate=pb.Candidate(candidate='{"candidate": 1}')), 1.0)
    original.receive(offer(), 1.0)
    assert taken(original.due(2.0)) == SDP


def test_candidates_have_a_bound() -> None:
    original = Original()
    for number in range(CANDIDATES + 5):
        original.receive(candidate(ONE.replace("5000", str(6000 + number))), 1.0)
    assert taken(original.receive(offer(), 2.0)).count("a=candidate") == CANDIDATES


def test_who_says_too_much_behind_a_description_is_refused() -> None:
    original = Original()
    original.receive(offer(), 1.0)
    for _ in range(WAITING - 1):
        original.receive(frame(midMappings=pb.MidMappings()), 1.0)
    with pytest.raises(ProtocolError, match="behind a description"):
        original.receive(frame(midMappings=pb.MidMappings()), 1.0)


def test_it_is_told_what_it_knows() -> None:
    original = Original()
    told = original.send(signal.Tracks(()))
    assert told is not None
    assert pb.RemoteNodeMessage.FromString(told).WhichOneof("message") == "upstreamTracks"
    assert original.send(signal.Goodbye("left", "Bye.")) is None


@given(st.lists(st.binary(max_size=200) | st.sampled_from([offer(), answer(), candidate()])))
def test_any_bytes_are_words_or_an_error(frames: list[bytes]) -> None:
    original = Original()
    with suppress(ProtocolError):
        for number, each in enumerate(frames):
            original.receive(each, float(number))
    original.due(1000.0)
    assert original.due(2000.0) == []
