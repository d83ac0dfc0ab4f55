"""What once broke a parser does so no more: every file of `vectors/fuzz/TARGET` is tried again."""

from pathlib import Path

import pytest

from fuzz.target import TARGETS

FOLDER = Path(__file__).parents[3] / "vectors" / "fuzz"


@pytest.mark.parametrize("target", TARGETS)
def test_vectors(target: str) -> None:
    files = sorted((FOLDER / target).iterdir())
    assert files, f"{FOLDER / target} is empty"
    for file in files:
        TARGETS[target](file.read_bytes())
