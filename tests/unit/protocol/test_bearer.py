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
