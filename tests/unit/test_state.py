import stat
from pathlib import Path

import pytest

from trunkline.errors import StartupError
from trunkline.state import Store


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_folder_and_files_are_private(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "a" / "b")
    path = store.write("secret", b"x")
    assert mode(store.directory) == 0o700
    assert mode(path) == 0o600


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    store = Store.open(tmp_path)
    assert store.read("tokens") is None
    store.write("tokens", b"one")
    store.write("tokens", b"two")
    assert store.read("tokens") == b"two"
    assert [path.name for path in tmp_path.iterdir()] == ["tokens"]


def test_a_failed_write_leaves_nothing_behind(tmp_path: Path) -> None:
    store = Store.open(tmp_path)
    # A folder cannot be replaced by a file.
    (tmp_path / "tokens" / "inside").mkdir(parents=True)
    with pytest.raises(StartupError, match="tokens cannot be used"):
        store.write("tokens", b"one")
    assert [path.name for path in tmp_path.iterdir()] == ["tokens"]


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StartupError) as caught:
        Store.open(tmp_path / "file" / "state")
    assert str(tmp_path / "file" / "state") in caught.value.cause
    assert "--state-dir" in caught.value.remedy


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "tokens").mkdir()
    with pytest.raises(StartupError, match="tokens cannot be used"):
        Store.open(tmp_path).read("tokens")
