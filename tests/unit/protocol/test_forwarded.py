"""Whom a proxy asks for."""

from ipaddress import ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trunkline.errors import ProtocolError
from trunkline.protocol.forwarded import Client, client

TRUSTED = (ip_network("127.0.0.0/8"), ip_network("10.0.0.0/8"), ip_network("fd00::/8"))
PROXY = "127.0.0.1"


def told(peer: str = PROXY, **fields: str) -> Client | None:
    return client(peer, {name.replace("_", "-"): [text] for name, text in fields.items()}, TRUSTED)


@pytest.mark.parametrize("peer", ["203.0.113.9", "", "fe80::1%eth0", "::ffff:203.0.113.9"])
def test_the_word_of_strangers_does_not_count(peer: str) -> None:
    assert told(peer, x_forwarded_for="127.0.0.1", forwarded="for=127.0.0.1") is None


@pytest.mark.parametrize("peer", [PROXY, "::ffff:127.0.0.1", "fd00::1%eth0"])
def test_a_proxy_tells_who_asked_it(peer: str) -> None:
    assert told(peer, x_forwarded_for="203.0.113.9") == Client("203.0.113.9", None)
    assert told(peer) is None


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("198.51.100.1, 203.0.113.9", "203.0.113.9"),  # the first is the client's own invention
        ("203.0.113.9, 10.0.0.1, 127.0.0.2", "203.0.113.9"),
        ("10.0.0.7, 10.0.0.1", "10.0.0.7"),
        ("2001:db8::9", "2001:db8::9"),
        ("[2001:db8::9]:443", "2001:db8::9"),
        ("203.0.113.9:5000", "203.0.113.9"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        (" , 203.0.113.9 ,", "203.0.113.9"),
    ],
)
def test_the_nearest_whom_we_do_not_trust_is_the_client(text: str, address: str) -> None:
    assert told(x_forwarded_for=text) == Client(address, None)


@pytest.mark.parametrize(
    ("addresses", "schemes", "scheme"),
    [
        ("203.0.113.9", "https", "https"),
        ("203.0.113.9, 10.0.0.1", "https", "https"),
        ("203.0.113.9, 10.0.0.1", "https, http", "https"),
        ("198.51.100.1, 203.0.113.9", "http, https", "https"),
        ("203.0.113.9", "HTTP", "http"),
        ("203.0.113.9", "gopher", None),
        ("203.0.113.9", "wss", "https"),
        ("203.0.113.9", "ws", "http"),
        ("198.51.100.1, 203.0.113.9", "", None),
    ],
)
def test_the_scheme_is_told_for_each_or_once(
    addresses: str, schemes: str, scheme: str | None
) -> None:
    found = told(x_forwarded_for=addresses, x_forwarded_proto=schemes)
    assert found == Client("203.0.113.9", scheme)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("for=203.0.113.9;proto=https;by=10.0.0.1", Client("203.0.113.9", "https")),
        ('For="[2001:db8::9]:4711"', Client("2001:db8::9", None)),
        (
            'for=198.51.100.1, for=203.0.113.9;host="a,b;c\\"", for=10.0.0.1',
            Client("203.0.113.9", None),
        ),
    ],
)
def test_the_standard_way_is_understood(text: str, found: Client) -> None:
    assert told(forwarded=text) == found


def test_two_ways_have_to_agree() -> None:
    both = told(
        x_forwarded_for="203.0.113.9", forwarded="for=203.0.113.9", x_forwarded_proto="https"
    )
    assert both == Client("203.0.113.9", "https")
    with pytest.raises(ProtocolError, match="different clients"):
        told(x_forwarded_for="203.0.113.9", forwarded="for=127.0.0.1")


@pytest.mark.parametrize("text", ["unknown", "_hidden", "localhost", "1.2.3", "[::1", "a:b:c"])
def test_what_is_no_address_is_refused(text: str) -> None:
    for field in ({"x_forwarded_for": text}, {"forwarded": f'for="{text}"'}):
        with pytest.raises(ProtocolError, match="no IP address"):
            told(**field)
    with pytest.raises(ProtocolError, match="no IP address"):
        told(forwarded="proto=https")


@given(st.text(), st.text(), st.text())
def test_anything_is_a_client_or_refused(addresses: str, schemes: str, forwarded: str) -> None:
    try:
        told(x_forwarded_for=addresses, x_forwarded_proto=schemes, forwarded=forwarded)
    except ProtocolError:
        pass
