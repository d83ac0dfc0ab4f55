"""Limits on bit rates inside SDP."""

import pytest

from trunkline.protocol.bandwidth import limit_pictures

PLACE = "c=IN IP4 0.0.0.0\n"
SDP = f"v=0\n{PLACE}m=audio 9 X 0\n{PLACE}m=video 9 X 96\n{PLACE}a=x\n"


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_only_pictures_are_limited(end: str) -> None:
    limited = limit_pictures(SDP.replace("\n", end), 1_500_000)
    wanted = SDP.replace("a=x", "b=AS:1500\nb=TIAS:1500000\na=x")
    assert limited == wanted.replace("\n", end)


def test_without_a_limit_nothing_changes() -> None:
    assert limit_pictures(SDP, None) == SDP
