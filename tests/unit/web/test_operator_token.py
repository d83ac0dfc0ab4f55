"""The operator's token: made once, kept, read again."""

import stat
from pathlib import Path

import pytest

from trunkline.errors import StartupError
from trunkline.web.operator_token import FILE, OperatorToken, operator_token


def _draw(count: int) -> str:
    return "x" * count


def _never(_: int) -> str:
    raise AssertionError("a token was drawn")


def test_it_is_made_once_and_only_we_may_read_it(tmp_path: Path) -> None:
    made = operator_token(None, tmp_path, _draw)
    assert made == OperatorToken("x" * 24, is_new=True)
    assert stat.S_IMODE((tmp_path / FILE).stat().st_mode) == 0o600
    assert operator_token(None, tmp_path, _never) == OperatorToken("x" * 24)


def test_that_of_the_settings_takes_its_place(tmp_path: Path) -> None:
    assert operator_token("given-by-settings", tmp_path, _never).text == "given-by-settings"
    assert list(tmp_path.iterdir()) == []


def test_where_nothing_can_be_kept_there_is_none(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").touch()
    assert operator_token(None, tmp_path / "file" / "state", _draw) == OperatorToken(None)
    assert "cannot be kept" in caplog.text


@pytest.mark.parametrize("text", ["", "too-short", "with a space in its midst", "ünïcödé-ünïcödé"])
def test_a_file_with_something_else_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / FILE).write_text(text, encoding="utf-8")
    with pytest.raises(StartupError, match="no usable token") as error:
        operator_token(None, tmp_path, _never)
    assert FILE in error.value.cause
