"""Bearer tokens."""

import pytest

from trunkline.protocol.bearer import bearer


@pytest.mark.parametrize(
    ("header", "token"),
    [
        (None, ""),
        ("", ""),
        ("Bearer sesame", "sesame"),
        ("bearer  open sesame ", "open sesame"),
        ("Basic c2VzYW1l", ""),
        ("Bearer", ""),
    ],
)
def test_the_token_is_what_follows_the_scheme(header: str | None, token: str) -> None:
    assert bearer(header) == token


def test_bytes_that_are_no_text_can_be_compared_all_the_same() -> None:
    assert bearer("Bearer a\udcff").encode() == "a\ufffd".encode()
