"""Who a relay is."""

import json
from pathlib import Path

import pytest

from trunkline.errors import StartupError
from trunkline.net.identity import FILE, identity, passing_identity
from trunkline.protocol.trunk.half import Half
from trunkline.state import Store


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.open(tmp_path)


def test_the_id_is_drawn_once_and_the_instance_at_each_start(store: Store) -> None:
    first, second = identity(store), identity(store)
    assert first.relay == second.relay
    assert first.instance != second.instance
    assert (store.directory / FILE).stat().st_mode & 0o777 == 0o600


def test_another_relay_has_another_id(tmp_path: Path) -> None:
    ids = {identity(Store.open(tmp_path / name)).relay for name in "abc"}
    assert len(ids) == 3


@pytest.mark.parametrize("name", [None, "garden", "x" * 100, "a\nb", "\n"])
def test_every_hello_can_be_said(store: Store, name: str | None) -> None:
    half = Half()
    hello = identity(store, name)
    assert half.receive(half.send(hello)) == hello
    assert hello.name


@pytest.mark.parametrize("kept", [b"{", b"[]", b"{}", json.dumps({"id": "a/b"}).encode()])
def test_a_damaged_id_is_drawn_anew(store: Store, kept: bytes) -> None:
    store.write(FILE, kept)
    drawn = identity(store).relay
    assert identity(store).relay == drawn


def test_where_nothing_can_be_kept_the_id_is_for_once(caplog: pytest.LogCaptureFixture) -> None:
    reason = StartupError("The folder is full.", "Empty it.")
    assert passing_identity(reason).relay != passing_identity(reason).relay
    assert "The folder is full. Empty it. This relay's id is for this run alone." in caplog.text
