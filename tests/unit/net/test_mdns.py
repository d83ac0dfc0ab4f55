"""What relays of the local network tell of themselves."""

import pytest
from zeroconf.asyncio import AsyncServiceInfo

from trunkline.model.nearby import Nearby
from trunkline.net.mdns import SERVICE, _nearby


def told(server: str = "box.local.", port: int = 8443, **properties: str) -> Nearby | None:
    """What is made of a relay's announcement."""
    addresses = ["fe80::1", "fd00::1", "192.0.2.7", "192.0.2.7"]
    info = AsyncServiceInfo(
        SERVICE,
        f"box {port}.{SERVICE}",
        port=port,
        server=server,
        parsed_addresses=addresses,
        properties={"id": "relay1", **properties},
    )
    return _nearby(info)


def test_a_relay_is_named_and_reached_as_it_says() -> None:
    found = told(tls="0", path="/live")
    addresses = ("192.0.2.7", "fd00::1", "fe80::1")
    assert found == Nearby("relay1", "box", "http://box.local:8443/live", addresses)
    found = told()
    assert found is not None
    assert found.url == "https://box.local:8443"


@pytest.mark.parametrize(
    ("server", "port", "path"),
    [("box.example.", 8443, ""), ("box.local.", 0, ""), ("box.local.", 8443, "@elsewhere/")],
)
def test_nonsense_is_nobody(server: str, port: int, path: str) -> None:
    assert told(server, port, path=path) is None
