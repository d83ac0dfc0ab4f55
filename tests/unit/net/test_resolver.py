import socket

import pytest

from trunkline.net.local_name import is_local
from trunkline.net.resolver import LocalResolver


@pytest.mark.parametrize("host", ["box.local", "Box.LOCAL.", "a.b.local"])
def test_names_of_the_local_network(host: str) -> None:
    assert is_local(host)


@pytest.mark.parametrize("host", ["local", "box.localdomain", "box.local.example", "127.0.0.1"])
def test_other_names(host: str) -> None:
    assert not is_local(host)


async def test_other_names_are_asked_of_the_system() -> None:
    resolver = LocalResolver()
    found = await resolver.resolve("localhost", 80, socket.AF_INET)
    assert {(one["host"], one["port"]) for one in found} == {("127.0.0.1", 80)}
    await resolver.close()
