"""Descriptions that must be short."""

from trunkline.protocol.flitter.pruning import prune

HEAD = "v=0\r\na=extmap-allow-mixed\r\nm=video 9 UDP/TLS/RTP/SAVPF 96\r\na=mid:0\r\n"
SSRC = "a=ssrc:1 cname:x\r\n"


def candidate(number: int, address: str) -> str:
    return f"a=candidate:{number} 1 udp {100 - number} {address} 9 typ host\r\n"


OWN = candidate(1, "127.0.0.1")
FOUR = [candidate(number, f"192.0.2.{number}") for number in range(2, 5)]
SIX = [candidate(number, f"2001:db8::{number}") for number in range(5, 9)]
WHOLE = HEAD + SSRC + OWN + "".join(FOUR + SIX)


def shorter(than: int) -> str:
    return prune(WHOLE, lambda sdp: len(sdp) <= than)


def test_what_fits_stays_as_it_is() -> None:
    assert shorter(len(WHOLE)) == WHOLE


def test_what_goes_goes_in_turn() -> None:
    first = shorter(len(WHOLE) - 1)
    assert first == WHOLE.replace(OWN, "")
    second = shorter(len(first) - 1)
    assert second == HEAD + SSRC + "".join(FOUR + SIX[:2])
    third = shorter(len(second) - 1)
    assert third == (HEAD + "".join(FOUR + SIX[:2])).replace("a=extmap-allow-mixed\r\n", "")
    assert shorter(len(third) - 1) == third.replace(SIX[1], "")


def test_one_candidate_always_stays() -> None:
    assert shorter(0) == (HEAD + FOUR[0]).replace("a=extmap-allow-mixed\r\n", "")
    alone = HEAD + OWN + "a=candidate:\r\n"
    assert prune(HEAD + OWN, lambda _: False).endswith(OWN)
    assert "127" not in prune(alone, lambda _: False)
