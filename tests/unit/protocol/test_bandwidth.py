"""Limits on bit rates inside SDP."""

import pytest

from trunkline.protocol.bandwidth import limit_pictures, picture_limit

PLACE = "c=IN IP4 0.0.0.0\n"
SDP = f"v=0\n{PLACE}m=audio 9 X 0\n{PLACE}m=video 9 X 96\n{PLACE}a=x\n"


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_only_pictures_are_limited(end: str) -> None:
    limited = limit_pictures(SDP.replace("\n", end), 1_500_000)
    wanted = SDP.replace("a=x", "b=AS:1500\nb=TIAS:1500000\na=x")
    assert limited == wanted.replace("\n", end)


def test_without_a_limit_nothing_changes() -> None:
    assert limit_pictures(SDP, None) == SDP


@pytest.mark.parametrize(
    ("line", "limit"),
    [
        ("b=TIAS:1500000", 1_500_000),
        ("b=AS:900\r\nb=TIAS:1500000", 900_000),
        ("b=AS:2", 2_000),
        ("b=CT:5", None),
        ("b=AS:many", None),
        ("b=AS:99999999999999", None),
    ],
)
def test_a_limit_is_read_of_pictures_alone(line: str, limit: int | None) -> None:
    assert picture_limit(f"v=0\r\nm=video 9 X 96\r\n{line}\r\n") == limit
    assert picture_limit(f"v=0\r\nm=audio 9 X 0\r\n{line}\r\n") is None


def test_what_is_written_is_read() -> None:
    assert picture_limit(limit_pictures(SDP, 1_234_567)) == 1_234_000
