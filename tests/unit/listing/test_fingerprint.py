"""Fingerprints, however people write them."""

import pytest

from trunkline.listing.fingerprint import digest, fingerprint, written

# Of "abc": FIPS 180-2, appendix B.1.
KNOWN = (
    "BA:78:16:BF:8F:01:CF:EA:41:41:40:DE:5D:AE:22:23:"
    "B0:03:61:A3:96:17:7A:9C:B4:10:FF:61:F2:00:15:AD"
)


def test_it_is_sha_256() -> None:
    assert fingerprint(b"abc") == KNOWN


@pytest.mark.parametrize(
    "text",
    [KNOWN, KNOWN.lower(), KNOWN.replace(":", ""), f" SHA-256 {KNOWN} ", f"sha256:{KNOWN}"],
)
def test_all_ways_to_write_it_are_one(text: str) -> None:
    assert written(digest(text)) == KNOWN


@pytest.mark.parametrize("text", ["", "AB", KNOWN[:-1], KNOWN + ":00", "X" * 64])
def test_what_is_none_is_an_error(text: str) -> None:
    with pytest.raises(ValueError, match="64 hexadecimal digits"):
        digest(text)
