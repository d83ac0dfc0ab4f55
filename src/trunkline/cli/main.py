"""The entry point: the commands together, and one clear text for whatever stops them."""

import sys
from collections import UserDict
from importlib import import_module
from typing import Annotated, Any

import typer

from trunkline.cli.plain import PlainCommand, PlainGroup
from trunkline.errors import StartupError, TrunklineError

NAMES = (
    "serve",
    "doctor",
    "publish",
    "watch",
    "certificate",
    "trunk",
    "camera",
    "signal",
    "client",
)
"""Of the commands, in the order of the help; each is in the file of its name."""


class _Commands(UserDict[str, Any]):
    """Loads the one that is asked for: a relay that runs keeps no other in memory."""

    def __getitem__(self, name: str) -> Any:
        if self.data[name] is None:
            part = getattr(import_module(f"trunkline.cli.{name}"), name)
            alone = typer.Typer()
            if isinstance(part, typer.Typer):
                alone.add_typer(part)
            else:
                alone.command(cls=PlainCommand if name == "serve" else None)(part)
            self.data[name] = typer.main.get_group(alone).commands[name]
        return self.data[name]


class _Group(PlainGroup):
    """Its commands are looked up by their names, or all of them for the help."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self.commands = _Commands(dict.fromkeys(NAMES))


application = typer.Typer(
    name="trunkline",
    help="A self-hosted relay for live video between browsers, programs, cameras and sites.",
    cls=_Group,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)


def _show_version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        sys.stdout.write(f"trunkline {version('trunkline')}\n")
        raise typer.Exit


@application.callback()
def _options(
    _version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_show_version, is_eager=True, help="Show the version and exit."
        ),
    ] = False,
) -> None:
    """A self-hosted relay for live video between browsers, programs, cameras and sites."""


def main() -> None:
    """Run the command line; exits with 0, with 1 when something is wrong, 2 on wrong usage."""
    run(application)


def run(command: typer.Typer) -> None:
    """Run a command, with one clear text for whatever stops it."""
    try:
        command()
    except TrunklineError as error:
        typer.echo(_explain(error), err=True)
        sys.exit(1)


def _explain(error: TrunklineError) -> str:
    mark = typer.style("Error:", fg="red", bold=True)
    if not isinstance(error, StartupError):
        return f"{mark} {error}"
    return f"{mark} {error.cause}\n{error.remedy}"
