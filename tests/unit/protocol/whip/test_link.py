"""Servers told of in `Link` header fields."""

import pytest
from hypothesis import given
from hypothesis.strategies import builds, from_regex, lists, none, text

from trunkline.model.ice_server import IceServer
from trunkline.protocol.whip.exchange import ice_links
from trunkline.protocol.whip.link import MOST, read_ice_links

STUN = IceServer("stun:stun.example")


@pytest.mark.parametrize(
    ("field", "servers"),
    [
        ('<stun:stun.example>; rel="ice-server"', (STUN,)),
        ("<stun:stun.example>;REL=ice-server", (STUN,)),
        (
            '<turn:a?transport=udp>; rel="ice-server"; username="a,b"; credential="c\\"d"; '
            'credential-type="password", <stun:stun.example>; rel="ice-server"',
            (IceServer("turn:a?transport=udp", "a,b", 'c"d'), STUN),
        ),
        ('</events>; rel="urn:ietf:params:whep:ext:core:server-sent-events"', ()),
        ('<>; rel="ice-server"', ()),
        ("stun:stun.example", ()),
        ('<stun:stun.example>; rel="ice-server', ()),
    ],
)
def test_what_a_field_tells_of(field: str, servers: tuple[IceServer, ...]) -> None:
    assert read_ice_links([field]) == servers


def test_no_more_are_taken_than_can_be_used() -> None:
    assert len(read_ice_links(['<stun:a>; rel="ice-server"'] * (MOST + 1))) == MOST


WORDS = from_regex(r"[ -~]+", fullmatch=True)
SERVERS = builds(IceServer, from_regex(r"turn:[a-z.]{1,9}(:[0-9]{1,5})?", fullmatch=True))
LOGINS = builds(IceServer, from_regex(r"turn:[a-z.]{1,9}", fullmatch=True), WORDS, WORDS)


@given(lists(SERVERS | LOGINS, max_size=4))
def test_what_a_relay_tells_is_read(servers: list[IceServer]) -> None:
    assert list(read_ice_links(field for _, field in ice_links(servers))) == servers


@given(lists(text() | none().map(lambda _: '<stun:a>;rel="ice-server"')))
def test_any_text_is_read(fields: list[str]) -> None:
    assert all(server.url for server in read_ice_links(fields))
