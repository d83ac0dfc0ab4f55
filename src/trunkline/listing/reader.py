"""From what a person wrote, in a file, the environment or a program, to the value that is meant.

Pydantic could do it, but takes nine megabytes of a relay that does nothing else with it.
"""

import os
from collections.abc import Callable, Mapping, Sized
from pathlib import Path
from typing import Any, TypeVar

Value = TypeVar("Value")
_Sized = TypeVar("_Sized", bound=Sized)

Reader = Callable[[object], Value]
"""Raises ValueError (`Fault` for a part) with what is wrong; takes what it gave before."""

_ON = frozenset({"1", "true", "t", "yes", "y", "on"})
_OFF = frozenset({"0", "false", "f", "no", "n", "off"})


class Fault(ValueError):
    """A value cannot be what is given; without the value, which may be a secret."""

    def __init__(self, reason: str, place: tuple[str | int, ...] = ()) -> None:
        super().__init__(f"{'.'.join(map(str, place))}: {reason}" if place else reason)
        self.reason = reason
        """As in "it is not valid: …"."""
        self.place = place
        """Keys and indexes that lead to it."""


def within(place: str | int, read: Reader[Value], value: object) -> Value:
    """Read a part.

    Raises:
        Fault: it cannot be; its place begins with this one.
    """
    try:
        return read(value)
    except Fault as fault:
        raise Fault(fault.reason, (place, *fault.place)) from None
    except ValueError as error:
        raise Fault(str(error), (place,)) from None


def text(at_least: int = 0, at_most: int | None = None) -> Reader[str]:
    """A text of so many characters."""

    def read(value: object) -> str:
        if not isinstance(value, str):
            raise ValueError("it should be a text")
        return _bounded(value, at_least, at_most, "characters")

    return read


def whole(at_least: int, at_most: int | None = None) -> Reader[int]:
    """A whole number."""

    def read(value: object) -> int:
        if isinstance(value, bool) or not isinstance(value, (int, str)):
            raise ValueError("it should be a whole number")
        try:
            found = int(value)
        except ValueError:
            raise ValueError("it should be a whole number") from None
        if found < at_least:
            raise ValueError(f"it should be at least {at_least}")
        if at_most is not None and found > at_most:
            raise ValueError(f"it should be at most {at_most}")
        return found

    return read


def number(above: float, at_most: float) -> Reader[float]:
    """A number that may have a fraction."""

    def read(value: object) -> float:
        if isinstance(value, bool) or not isinstance(value, (int, float, str)):
            raise ValueError("it should be a number")
        try:
            found = float(value)
        except ValueError:
            raise ValueError("it should be a number") from None
        if not above < found <= at_most:
            raise ValueError(f"it should be more than {above:g} and at most {at_most:g}")
        return found

    return read


def flag(value: object) -> bool:
    """Yes or no, as programs and people write it."""
    word = str(value).lower() if isinstance(value, (bool, int, str)) else ""
    if word not in _ON | _OFF:
        raise ValueError("it should be true or false")
    return word in _ON


def choice(*words: str) -> Reader[str]:
    """One of some words."""

    def read(value: object) -> str:
        if value not in words:
            *others, last = map(repr, words)
            raise ValueError(f"it should be {', '.join(others)} or {last}")
        return str(value)

    return read


def path(value: object) -> Path:
    """A path."""
    if not isinstance(value, (str, os.PathLike)):
        raise ValueError("it should be a path")
    return Path(value)


def optional(read: Reader[Value]) -> Reader[Value | None]:
    """The same, or None."""
    return lambda value: None if value is None else read(value)


def many(
    read: Reader[Value], at_least: int = 0, at_most: int | None = None
) -> Reader[tuple[Value, ...]]:
    """A list of such."""

    def each(value: object) -> tuple[Value, ...]:
        if not isinstance(value, (list, tuple)):
            raise ValueError("it should be a list")
        _bounded(value, at_least, at_most, "entries")
        return tuple(within(index, read, one) for index, one in enumerate(value))

    return each


def named(read: Reader[Value], at_most: int) -> Reader[dict[str, Value]]:
    """A table of such, by names of the writer's choice."""

    def each(value: object) -> dict[str, Value]:
        if not isinstance(value, Mapping):
            raise ValueError("it should be a table")
        _bounded(value, 0, at_most, "entries")
        return {str(name): within(str(name), read, one) for name, one in value.items()}

    return each


def then(read: Reader[Value], *more: Callable[[Any], Any]) -> Reader[Any]:
    """First this, then what takes its result."""

    def all_of(value: object) -> Any:
        result: Any = read(value)
        for each in more:
            result = each(result)
        return result

    return all_of


def _bounded(value: _Sized, at_least: int, at_most: int | None, unit: str) -> _Sized:
    if len(value) < at_least:
        raise ValueError(f"it should have at least {at_least} {unit}")
    if at_most is not None and len(value) > at_most:
        raise ValueError(f"it should have at most {at_most} {unit}")
    return value
