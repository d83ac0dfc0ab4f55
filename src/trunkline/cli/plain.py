"""Options whose values are taken as they were written: `config` reads them.

typer reads values by pydantic, which would take nine megabytes for as long as a relay runs.
"""

from typing import Any

from typer.core import TyperCommand, TyperGroup, TyperOption


class PlainOption(TyperOption):
    """A text, several of them, or a flag."""

    def process_value(self, ctx: Any, value: Any) -> Any:
        """Called by typer with what stands on the command line, or None."""
        return value if self.callback is None else self.callback(ctx, self, value)


def _plain(options: list[Any]) -> list[Any]:
    # typer makes them itself, and has no place to say of what class.
    for each in options:
        each.__class__ = PlainOption
    return options


class PlainCommand(TyperCommand):
    """Has no arguments, and only such options."""

    def get_params(self, ctx: Any) -> list[Any]:
        """Called by typer."""
        return _plain(super().get_params(ctx))


class PlainGroup(TyperGroup):
    """The same of a group of commands."""

    def get_params(self, ctx: Any) -> list[Any]:
        """Called by typer."""
        return _plain(super().get_params(ctx))
