"""Which addresses and servers a peer uses."""

import pytest

from support.fake_endpoint import Ether
from trunkline.client.network import Network
from trunkline.errors import RelayError
from trunkline.model.ice_server import IceServer
from trunkline.net.interface import local_addresses


def addresses(url: str | None) -> list[str]:
    endpoint = Ether()
    opened = Network(endpoint=endpoint).open((), 300_000, url)
    opened.close()
    return list(opened.setup.addresses)  # type: ignore[attr-defined]


@pytest.mark.parametrize("url", [None, "http://127.0.0.1:8080/whip/a", "https://localhost"])
def test_loopback_comes_first_where_the_other_is_here(url: str | None) -> None:
    assert addresses(url) == ["127.0.0.1", *map(str, local_addresses())][:16]


def test_loopback_is_left_out_where_servers_help() -> None:
    network = Network(endpoint=Ether(), ice_servers=[IceServer("stun:192.0.2.1")])
    opened = network.open((), 1)
    opened.close()
    own = [str(one) for one in local_addresses()]
    assert list(opened.setup.addresses) == (own or ["127.0.0.1"])  # type: ignore[attr-defined]


def test_how_long_silence_may_last_is_told() -> None:
    opened = Network(endpoint=Ether(), silence=4.5).open((), 1)
    opened.close()
    assert opened.setup.silence == 4.5  # type: ignore[attr-defined]


def test_loopback_of_ipv6_is_for_urls_with_it() -> None:
    assert addresses("http://[::1]:8080")[0] == "::1"


def test_loopback_is_left_out_where_the_other_is_elsewhere() -> None:
    own = [str(one) for one in local_addresses()]
    assert addresses("https://192.0.2.1:8443") == (own or ["127.0.0.1"])


def test_names_of_servers_are_looked_up() -> None:
    servers = [
        IceServer("stun:127.0.0.1"),
        IceServer("turn:[::1]:3478?transport=udp", "me", "secret"),
        IceServer("stun:localhost:19302"),
    ]
    opened = Network(endpoint=Ether(), ice_servers=servers, addresses=["127.0.0.1"]).open((), 1)
    opened.close()
    urls = [one.url for one in opened.setup.servers]  # type: ignore[attr-defined]
    assert urls[:2] == ["stun:127.0.0.1", "turn:[::1]:3478?transport=udp"]
    assert urls[2] in ("stun:127.0.0.1:19302", "stun:[::1]:19302")


def test_a_server_that_is_not_known_is_named() -> None:
    network = Network(endpoint=Ether(), ice_servers=[IceServer("stun:nothing.invalid")])
    with pytest.raises(RelayError, match=r"stun:nothing\.invalid cannot be used"):
        network.open((), 1)


@pytest.mark.parametrize(
    ("url", "trusted"),
    [
        ("https://127.0.0.1:8443", True),
        ("https://[::1]:8443", True),
        ("https://localhost", True),
        ("https://192.0.2.1", False),
        ("https://relay.example", False),
    ],
)
def test_only_certificates_of_this_machine_go_unchecked(url: str, trusted: bool) -> None:
    assert Network().is_trusted(url) is trusted
    assert Network(insecure=True).is_trusted(url)


def urls(network: Network) -> list[str]:
    opened = network.open((), 1)
    opened.close()
    return [one.url for one in opened.setup.servers]  # type: ignore[attr-defined]


@pytest.mark.parametrize("url", ["turns:127.0.0.1", "turn:127.0.0.1?transport=tcp", "stuns:[::1]"])
def test_a_server_that_is_not_reached_by_udp_is_named(
    url: str, caplog: pytest.LogCaptureFixture
) -> None:
    servers = [IceServer(url, "me", "secret"), IceServer("stun:127.0.0.1")]
    network = Network(endpoint=Ether(), ice_servers=servers)
    assert urls(network) == ["stun:127.0.0.1"]
    assert f"The ICE server {url} is not used" in caplog.text
    assert "secret" not in caplog.text


def test_servers_that_are_told_of_help_where_they_can(caplog: pytest.LogCaptureFixture) -> None:
    told = [IceServer(f"stun:{host}") for host in ("nothing.invalid", "127.0.0.1")]
    network = Network(endpoint=Ether())
    assert urls(network.helped_by([*told, IceServer("turns:127.0.0.1")])) == ["stun:127.0.0.1"]
    assert "stun:nothing.invalid cannot be used" in caplog.text
    assert "turns:127.0.0.1 is not used" in caplog.text
    own = Network(endpoint=Ether(), ice_servers=[IceServer("stun:127.0.0.2")])
    assert urls(own.helped_by(told)) == ["stun:127.0.0.2"]
