"""Where a relay is."""

from contextlib import suppress
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trunkline.listing.address import targets


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("relay.example", ["https://relay.example:8443/wsb", "https://relay.example/wsb"]),
        ("[2001:db8::1]", ["https://[2001:db8::1]:8443/wsb", "https://[2001:db8::1]/wsb"]),
        ("relay.example:9000", ["https://relay.example:9000/wsb"]),
        ("https://relay.example", ["https://relay.example/wsb"]),
        ("HTTPS://relay.example/", ["https://relay.example/wsb"]),
        ("http://127.0.0.1:8080", ["http://127.0.0.1:8080/wsb"]),
        ("wss://relay.example/wsb", ["https://relay.example/wsb"]),
        ("ws://relay.example:8080/wsb", ["http://relay.example:8080/wsb"]),
        ("https://site.example/live", ["https://site.example/live/wsb"]),
        ("wss://site.example/live/wsb/", ["https://site.example/live/wsb"]),
    ],
)
def test_what_people_write_is_understood(url: str, found: list[str]) -> None:
    assert list(targets(url)) == found


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("", "not the address"),
        ("ftp://relay.example", "not spoken"),
        ("https://", "not the address"),
        ("https://relay.example?room=x", "not the address"),
        ("https://relay.example/#x", "not the address"),
        ("relay.example/live", "no scheme"),
        ("relay.example:", "not the address"),
        ("relay.example:99999", "HOST:PORT"),
        ("relay.example:http", "HOST:PORT"),
        ("2001:db8::1", "brackets"),
        ("https://[::1", "HOST:PORT"),
        ("relay .example", "no spaces"),
        ("relay\n.example", "no spaces"),
        ("x" * 501, "at most 500"),
    ],
)
def test_what_is_no_address_is_an_error(url: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        targets(url)


@pytest.mark.parametrize("url", ["https://me:sesame@relay.example", "me:sesame@relay.example/x"])
def test_a_password_is_refused_and_not_shown(url: str) -> None:
    with pytest.raises(ValueError, match=r"relay|user and password") as error:
        targets(url)
    assert "sesame" not in str(error.value)


@given(st.text(max_size=40) | st.text("htps:/w@[]?#.%a1", max_size=40))
def test_any_text_is_an_address_or_an_error(text: str) -> None:
    with suppress(ValueError):
        for target in targets(text):
            parts = urlsplit(target)
            assert parts.scheme in ("http", "https")
            assert parts.hostname
            assert parts.path.endswith("/wsb")
            assert parts.username is None
