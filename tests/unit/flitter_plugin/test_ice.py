"""What `ice=` means, and what is told of servers that are of no help."""

import pytest

from trunkline.client.network import Network
from trunkline.flitter_plugin.ice import MOST, Helpers, read
from trunkline.model.ice_server import IceServer

KNOWN = "127.0.0.1"


def test_names_and_credentials_may_hold_any_character() -> None:
    assert read(["turn:1700000000%3Aann:a:b%40@[::1]:3478?transport=udp", "STUN:a.example"]) == (
        IceServer("turn:[::1]:3478", "1700000000:ann", "a:b@"),
        IceServer("stun:a.example"),
    )


@pytest.mark.parametrize(
    ("value", "complaint"),
    [
        ("", "neither stun: nor turn:"),
        ("http://a", "neither stun: nor turn:"),
        ("stuns:a", "plain UDP"),
        ("turns:ann:secret@a", "plain UDP"),
        ("turn:ann:secret@a?transport=tcp", "plain UDP"),
        ("stun:", "no host, or no port"),
        ("stun:a:0", "no host, or no port"),
        ("stun:a:65536", "no host, or no port"),
        ("stun:a:b", "no host, or no port"),
        ("stun:::1", "no host, or no port"),
        ("stun:ann:secret@a", "takes no name"),
        ("turn:a", "needs a name and a credential"),
        ("turn:ann@a", "needs a name and a credential"),
        ("turn::secret@a", "needs a name and a credential"),
        ("turn:ann:secr%C3%A9t@a", "printable ASCII"),
    ],
)
def test_what_is_no_server_is_told_by_its_place_alone(
    value: str, complaint: str, caplog: pytest.LogCaptureFixture
) -> None:
    assert read([value, "stun:good"]) == (IceServer("stun:good"),)
    (line,) = caplog.messages
    assert line.startswith("!webrtc leaves out server 1 of ice=:")
    assert complaint in line
    assert "turn:NAME:CREDENTIAL@HOST:PORT" in line
    assert "secr" not in line


def test_there_are_no_more_than_the_core_takes(caplog: pytest.LogCaptureFixture) -> None:
    assert len(read([f"stun:a:{port}" for port in range(1, MOST + 2)])) == MOST
    assert f"only the first {MOST} servers" in caplog.text


async def test_a_name_that_is_not_known_is_told_once_and_looked_up_anew(
    caplog: pytest.LogCaptureFixture,
) -> None:
    named = (IceServer("stun:nothing.invalid"), IceServer(f"turn:{KNOWN}", "ann", "secret"))
    helpers = Helpers(Network(ice_servers=named))
    for _ in range(2):
        assert tuple((await helpers.network()).ice_servers) == named[1:]
    (line,) = caplog.messages
    assert "stun:nothing.invalid cannot be used" in line


async def test_without_servers_nothing_is_looked_at() -> None:
    network = Network()
    assert await Helpers(network).network() is network


def test_each_kind_of_server_is_told_that_gave_nothing(caplog: pytest.LogCaptureFixture) -> None:
    named = (
        IceServer("stun:a"),
        IceServer("turn:b", "ann", "secret"),
        IceServer("turn:c", "x", "y"),
    )
    helpers = Helpers(Network(ice_servers=named))
    helpers.look(
        "a=candidate:1 1 udp 1 1.2.3.4 1 typ srflx\na=candidate:1 1 udp 1 1.2.3.4 1 typ relay"
    )
    assert not caplog.messages
    for _ in range(2):
        helpers.look("a=candidate:1 1 udp 1 1.2.3.4 1 typ host")
    turn, stun = caplog.messages
    assert "turn:b and turn:c of ice= gave no address" in turn
    assert "stun:a of ice= gave no address" in stun
    assert "secret" not in caplog.text


def test_who_has_no_turn_server_is_advised_to_name_one() -> None:
    assert "TURN" in Helpers(Network(ice_servers=[IceServer("stun:a")])).advice
    assert not Helpers(Network(ice_servers=[IceServer("turn:a", "b", "c")])).advice
