"""Which pictures lie pixel on pixel below a node."""

from types import SimpleNamespace

import pytest

from trunkline.flitter_plugin.pixels import is_aligned

SAME, SMALL = SimpleNamespace(size=(64, 48)), SimpleNamespace(size=(32, 24))


@pytest.mark.parametrize(
    ("textures", "aligned"),
    [
        ([], True),
        ([SAME], True),
        ([SAME, None, SAME], True),
        ([SMALL], False),
        ([SAME, SMALL], False),
    ],
)
def test_pictures_of_its_own_size_are_aligned(
    textures: list[SimpleNamespace | None], aligned: bool
) -> None:
    assert is_aligned({"fps": 30}, (64, 48), textures) is aligned


@pytest.mark.parametrize("name", ["nearest", "border", "repeat", "vertex", "fragment"])
def test_what_a_program_says_of_sampling_counts(name: str) -> None:
    assert not is_aligned({name: 0}, (64, 48), [SAME])
