"""What people write, and what is meant."""

import re
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trunkline.listing.reader import (
    Fault,
    Reader,
    choice,
    flag,
    many,
    named,
    number,
    optional,
    path,
    text,
    then,
    whole,
)


@pytest.mark.parametrize(
    ("read", "written", "meant"),
    [
        (text(1, 3), "abc", "abc"),
        (whole(0, 9), "7", 7),
        (whole(0), 1 << 40, 1 << 40),
        (number(0, 9), "0.5", 0.5),
        (number(0, 9), 9, 9.0),
        (flag, "Yes", True),
        (flag, "off", False),
        (flag, 1, True),
        (flag, False, False),
        (choice("a", "b"), "b", "b"),
        (path, "/x", Path("/x")),
        (path, Path("y"), Path("y")),
        (optional(whole(0)), None, None),
        (optional(whole(0)), "3", 3),
        (many(whole(0), 1, 2), ["1", 2], (1, 2)),
        (named(flag, 1), {"a": "on"}, {"a": True}),
        (then(text(), str.strip, int), " 5 ", 5),
    ],
)
def test_what_is_written_is_read(read: Reader[Any], written: object, meant: object) -> None:
    assert read(written) == meant
    assert type(read(written)) is type(meant)


@pytest.mark.parametrize(
    ("read", "written", "reason"),
    [
        (text(), 5, "it should be a text"),
        (text(2), "a", "it should have at least 2 characters"),
        (text(0, 2), "abc", "it should have at most 2 characters"),
        (whole(0), "x", "it should be a whole number"),
        (whole(0), 1.5, "it should be a whole number"),
        (whole(0), True, "it should be a whole number"),
        (whole(1), 0, "it should be at least 1"),
        (whole(0, 9), "10", "it should be at most 9"),
        (number(0, 9), "x", "it should be a number"),
        (number(0, 9), False, "it should be a number"),
        (number(0, 9), 0, "it should be more than 0 and at most 9"),
        (number(0, 9), "nan", "it should be more than 0 and at most 9"),
        (number(0, 9), "inf", "it should be more than 0 and at most 9"),
        (flag, "maybe", "it should be true or false"),
        (flag, 2, "it should be true or false"),
        (flag, None, "it should be true or false"),
        (choice("a", "b", "c"), "d", "it should be 'a', 'b' or 'c'"),
        (choice("a", "b"), ["a"], "it should be 'a' or 'b'"),
        (path, 5, "it should be a path"),
        (many(flag), "on", "it should be a list"),
        (many(flag, 1), [], "it should have at least 1 entries"),
        (many(flag, at_most=1), [1, 1], "it should have at most 1 entries"),
        (named(flag, 1), [], "it should be a table"),
        (named(flag, 0), {"a": 1}, "it should have at most 0 entries"),
    ],
)
def test_what_cannot_be_is_said_in_words(read: Reader[Any], written: object, reason: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(reason)}$"):
        read(written)


def test_a_fault_tells_its_place() -> None:
    with pytest.raises(Fault) as error:
        named(many(many(flag)), 5)({"a": [[True], [True, "maybe"]]})
    assert error.value.place == ("a", 1, 1)
    assert error.value.reason == "it should be true or false"
    assert str(error.value) == "a.1.1: it should be true or false"


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)
READERS: list[Reader[Any]] = [
    text(1, 5),
    whole(0, 65_535),
    number(0, 100),
    flag,
    choice("on", "off"),
    path,
    optional(flag),
    many(whole(0)),
    named(text(), 3),
]


@given(ANYTHING)
def test_whatever_is_written_is_read_or_refused(written: object) -> None:
    for read in READERS:
        with suppress(ValueError):
            meant = read(written)
            # What was read may be read again: settings are changed by making others of them.
            assert read(meant) == meant
