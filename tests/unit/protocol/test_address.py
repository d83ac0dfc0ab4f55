"""How peers of other programs' signalling name rooms and participants."""

import pytest
from hypothesis import given
from hypothesis.strategies import one_of, text

from trunkline.model.id import ParticipantName, RoomName
from trunkline.protocol.address import PREFIX, read_address, read_name, write_address


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("room:studio", ("studio", None)),
        ("room:studio/Ann B", ("studio", "Ann B")),
        ("room:", None),
        ("room:studio/", None),
        ("room:a/b/c", None),
        ("studio", None),
        ("ROOM:studio", None),
    ],
)
def test_what_an_address_means(said: str, meant: object) -> None:
    assert read_address(said) == meant


@given(one_of(text(), text().map(PREFIX.__add__)))
def test_what_is_read_can_be_written(said: str) -> None:
    address = read_address(said)
    if address is not None:
        assert read_address(write_address(*address)) == address


def test_addresses_are_written() -> None:
    room = RoomName("studio")
    assert write_address(room) == "room:studio"
    assert write_address(room, ParticipantName("ann")) == "room:studio/ann"


@pytest.mark.parametrize(
    ("said", "name"), [("ann", "ann"), ("a/b", None), ("", None), (7, None), (None, None)]
)
def test_what_cannot_be_a_name_is_none(said: object, name: str | None) -> None:
    assert read_name(said) == name
