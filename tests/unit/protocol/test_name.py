"""Names of rooms and participants."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trunkline.errors import ProtocolError
from trunkline.model.id import NAME_LIMIT
from trunkline.protocol.name import participant_name, room_name


@pytest.mark.parametrize(
    "text",
    ["studio", "Wohnzimmer 2", "a", "Küche", "猫", "👩\u200d🍳", "می\u200cشود", "x" * NAME_LIMIT],
)
def test_names_that_can_be_shown_are_taken(text: str) -> None:
    assert room_name(text) == text


def test_the_same_letters_are_the_same_name() -> None:
    assert room_name("Ku\u0308che") == room_name("Küche")
    assert room_name(" studio ") == "studio"


@pytest.mark.parametrize("text", ["", " ", "x" * (NAME_LIMIT + 1)])
def test_a_length_out_of_bounds_is_named(text: str) -> None:
    with pytest.raises(ProtocolError, match="1 to 64 characters"):
        participant_name(text)


INVISIBLE = ["stu\u200ddio", "\u200dü", "ü\u200c", "ü\u200c\u200dü"]


@pytest.mark.parametrize(
    "text", ["a\nb", "a/b", "..", ".", "\x00", "\u202eevil", "a\ud800b", *INVISIBLE]
)
def test_characters_that_mislead_are_refused(text: str) -> None:
    with pytest.raises(ProtocolError, match="printable"):
        room_name(text)


@given(st.text())
def test_any_text_is_a_name_or_an_error(text: str) -> None:
    try:
        name = room_name(text)
    except ProtocolError:
        return
    assert room_name(name) == name
    assert name.replace("\u200c", "").replace("\u200d", "").isprintable()
    assert 1 <= len(name) <= NAME_LIMIT
