"""Where commands find the relay of a state folder."""

from pathlib import Path

import pytest

from trunkline.net.whereabouts import FILE, find, forget, leave
from trunkline.state import Store

URL = "https://127.0.0.1:8443"


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.open(tmp_path)


def test_a_relay_is_found_until_it_ends(store: Store) -> None:
    assert find(store) is None
    leave(store, URL)
    assert find(store) == URL
    forget(store, URL)
    assert find(store) is None
    forget(store, URL)


def test_of_two_with_one_folder_the_later_one_is_found(store: Store) -> None:
    leave(store, URL)
    leave(store, "http://127.0.0.1:8080")
    forget(store, URL)
    assert find(store) == "http://127.0.0.1:8080"


@pytest.mark.parametrize("note", [b"", b"{", b"[]", b"{}", b'{"url": 1}'])
def test_a_damaged_note_is_none(store: Store, note: bytes) -> None:
    store.write(FILE, note)
    assert find(store) is None


def test_a_note_that_cannot_be_left_is_said(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    leave(Store(tmp_path / "nowhere"), URL)
    assert "Commands on this machine will not find the relay" in caplog.text
