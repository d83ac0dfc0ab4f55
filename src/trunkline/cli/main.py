"""The entry point: the commands together, and one clear text for whatever stops them."""

import sys
from importlib.metadata import version
from typing import Annotated

import typer

from trunkline.cli.camera import camera
from trunkline.cli.certificate import certificate
from trunkline.cli.client import client
from trunkline.cli.doctor import doctor
from trunkline.cli.publish import publish
from trunkline.cli.serve import serve
from trunkline.cli.signal import signal
from trunkline.cli.trunk import trunk
from trunkline.cli.watch import watch
from trunkline.errors import StartupError, TrunklineError

application = typer.Typer(
    name="trunkline",
    help="A self-hosted relay for live video between browsers, programs, cameras and sites.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
application.command()(serve)
application.command()(doctor)
application.command()(publish)
application.command()(watch)
application.command()(certificate)
application.add_typer(trunk)
application.add_typer(camera)
application.add_typer(signal)
application.add_typer(client)


def _show_version(asked: bool) -> None:
    if asked:
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
