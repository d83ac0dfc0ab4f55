import pytest

from trunkline.errors import StartupError
from trunkline.net.interface import candidates, local_addresses, media_listen, reachable, resolve


def test_local_addresses_are_such_that_others_can_use() -> None:
    addresses = local_addresses()
    assert len(set(addresses)) == len(addresses)
    for address in addresses:
        assert not address.is_loopback
        assert not address.is_multicast
        assert not (address.version == 6 and address.is_link_local)
    assert [a.version for a in addresses] == sorted(a.version for a in addresses)


def test_announced_addresses_stand_alone() -> None:
    assert candidates(None, ("203.0.113.7",)) == ("203.0.113.7",)
    assert candidates("127.0.0.1", ("203.0.113.7",)) == ("203.0.113.7",)


def test_who_listens_on_one_address_announces_it() -> None:
    assert candidates("127.0.0.1", ()) == ("127.0.0.1",)
    assert candidates("::1", ()) == ("::1",)


def test_who_listens_on_all_addresses_announces_all() -> None:
    own = tuple(str(address) for address in local_addresses())
    assert candidates(None, ()) == (own or ("127.0.0.1",))
    assert all(":" not in address for address in candidates("0.0.0.0", ()))


def test_media_listens_once_for_each_family() -> None:
    assert media_listen("127.0.0.1", 5) == (("127.0.0.1", 5),)
    assert ("0.0.0.0", 5) in media_listen(None, 5)
    assert media_listen("::1", 5) == (("::1", 5),)


@pytest.mark.parametrize("host", ["no-such-host.invalid", "a..b", "x" * 300])
def test_a_name_that_is_not_known_is_named(host: str) -> None:
    with pytest.raises(StartupError, match="cannot be resolved") as caught:
        resolve(host)
    assert host in caught.value.cause


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        (None, "127.0.0.1"),
        ("0.0.0.0", "127.0.0.1"),
        ("::", "[::1]"),
        ("fd00::1", "[fd00::1]"),
        ("192.168.1.5", "192.168.1.5"),
        ("media.example", "media.example"),
    ],
)
def test_urls_lead_here(host: str | None, expected: str) -> None:
    assert reachable(host) == expected
