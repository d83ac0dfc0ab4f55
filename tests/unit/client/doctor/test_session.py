import pytest

from trunkline.client.doctor import session
from trunkline.client.doctor.finding import Finding
from trunkline.client.doctor.session import Told, read_answer
from trunkline.protocol.whip.offer import SDP_TYPE, read_offer

HEAD = "v=0\nm=audio 9 UDP/TLS/RTP/SAVPF 111\na=ice-ufrag:abcd\na=ice-pwd:secret\n"


def answer(*candidates: str) -> str:
    return HEAD + "".join(f"a=candidate:{each}\n" for each in candidates)


def test_our_offer_is_one_that_a_relay_takes() -> None:
    taken = read_offer(SDP_TYPE, session._offer("abcd").encode(), "publisher")
    assert taken.ufrag == "abcd"


def test_candidates_are_read_in_their_order() -> None:
    told = read_answer(
        answer(
            "1 1 UDP 2130706431 10.0.0.1 8444 typ host",
            "1 1 udp 2130706431 10.0.0.1 8444 typ host generation 0",
            "2 1 tcp 1671430143 2001:db8::1 8444 typ host tcptype passive",
        ),
        "ours",
    )
    assert isinstance(told, Told)
    assert [str(each) for each in told.candidates] == [
        "10.0.0.1:8444 (UDP)",
        "[2001:db8::1]:8444 (TCP)",
    ]
    assert (told.ufrag, told.password, told.own_ufrag) == ("abcd", "secret", "ours")


@pytest.mark.parametrize(
    "candidate",
    [
        "2 1 tcp 1 10.0.0.1 9 typ host tcptype active",
        "1 2 udp 1 10.0.0.1 9 typ host",
        "1 1 udp 1 a.local 9 typ host",
        "1 1 udp 1 10.0.0 9 typ host",
        "1 1 udp 1 10.0.0.1 70000 typ host",
        "1 1 sctp 1 10.0.0.1 9 typ host",
    ],
)
def test_what_nobody_can_reach_is_no_candidate(candidate: str) -> None:
    found = read_answer(answer(candidate), "ours")
    assert isinstance(found, Finding)
    assert "--announce" in found.remedy


@pytest.mark.parametrize("body", ["", "<html>", "v=0\n"])
def test_what_is_not_sdp_is_said(body: str) -> None:
    found = read_answer(body, "ours")
    assert isinstance(found, Finding)
    assert "not SDP" in found.sentence
