"""Tables: keys that are laid down."""

from dataclasses import dataclass, replace

import pytest

from trunkline.listing.reader import Fault, flag, text, whole
from trunkline.listing.table import Table, setting


@dataclass(frozen=True, slots=True, kw_only=True)
class Door(Table):
    name: str = setting(text(1), description="On its plate.")
    code: str = setting(text(4), "0000", shown=False)
    width: int = setting(whole(60, 200), 80)
    wooden: bool = setting(flag, True)

    def _check(self) -> None:
        if self.wooden and self.width > 120:
            raise ValueError("no wood is so wide")


def test_a_table_is_read() -> None:
    door = Door.of({"name": "a", "width": "90", "wooden": "no"})
    assert (door.name, door.code, door.width, door.wooden) == ("a", "0000", 90, False)
    assert Door.of(door) is door


def test_its_keys_are_described_in_their_order() -> None:
    assert list(Door.descriptions()) == ["name", "code", "width", "wooden"]
    assert Door.descriptions()["name"] == "On its plate."


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ([], "it should be a table"),
        ({}, "name: it must be given"),
        ({"name": "a", "colour": "red"}, "colour: there is no such key"),
        ({"name": "a", "width": 59}, "width: it should be at least 60"),
        ({"name": "a", "width": 150}, "no wood is so wide"),
    ],
)
def test_what_cannot_be_is_refused(given: object, words: str) -> None:
    with pytest.raises(Fault) as error:
        Door.of(given)
    assert str(error.value) == words


def test_a_program_cannot_make_what_cannot_be() -> None:
    with pytest.raises(Fault, match="width: it should be at most 200"):
        Door(name="a", width=201)
    with pytest.raises(Fault, match="no wood is so wide"):
        replace(Door(name="a"), width=150)


def test_a_secret_is_not_in_its_text() -> None:
    assert "1234" not in repr(Door(name="a", code="1234"))
