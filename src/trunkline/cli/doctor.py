"""`trunkline doctor`: what a client of a relay would meet, and why something cannot work."""

import asyncio
import datetime
import inspect
import tempfile
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from trunkline.cli.greeting import dim
from trunkline.cli.serve import serve
from trunkline.config import Settings
from trunkline.errors import StartupError
from trunkline.loading import load
from trunkline.net.interface import reachable

if TYPE_CHECKING:
    from trunkline.client.doctor.finding import Finding

# The checks are imported where they are used, so that `--help` answers at once.
_COLOURS = {"ok": "green", "warning": "yellow", "wrong": "red"}
_WIDTH = {"grade": 7, "subject": 12}


Url = Annotated[
    str | None,
    typer.Argument(
        metavar="URL", help="A relay as clients reach it; without: the one of this machine."
    ),
]


def doctor(url: Url = None, config: str | None = None, **given: object) -> None:
    """Check what clients of a relay would meet, and say what cannot work and why.

    With a URL it is that relay, as seen from here. Without, it is this machine with the settings of
    `trunkline serve`, whether the relay runs or not. Ends with status 1 when something is wrong.
    """
    # typer gives an empty list for an option that may be repeated and was not given.
    flags = {name: value or None if value == [] else value for name, value in given.items()}
    if url is not None and (config or any(value is not None for value in flags.values())):
        raise typer.BadParameter("Give a URL, or the options of this machine's relay, not both.")
    file = Path(config) if config else None
    settings = load(flags, file) if url is None else None
    if asyncio.run(_report(url, settings)):
        raise typer.Exit(1)


async def _report(url: str | None, settings: Settings | None) -> bool:
    """Print findings as they come; whether anything is wrong."""
    from trunkline.client.doctor.finding import Grade

    now = datetime.datetime.now(datetime.UTC)
    findings = _elsewhere(url, now) if url is not None else _here(settings or Settings(), now)
    grades = []
    async for finding in findings:
        grades.append(finding.grade)
        _show(finding.grade, finding.subject, finding.sentence, finding.remedy)
    wrong, warnings = grades.count(Grade.WRONG), grades.count(Grade.WARNING)
    typer.echo(f"\nChecks: {len(grades)}; wrong: {wrong}; warnings: {warnings}.")
    if url is None:
        where = "From this machine alone. Firewalls on the way show from a client's: "
        typer.echo(dim(f"{where}trunkline doctor URL"))
    return wrong > 0


def _show(grade: str, subject: str, sentence: str, remedy: str) -> None:
    mark = typer.style(grade.ljust(_WIDTH["grade"]), fg=_COLOURS[grade], bold=grade != "ok")
    typer.echo(f"{mark}  {subject.ljust(_WIDTH['subject'])}  {sentence}")
    if remedy:
        typer.echo(f"{' ' * (sum(_WIDTH.values()) + 4)}→ {remedy}")


async def _elsewhere(url: str, now: datetime.datetime) -> AsyncIterator["Finding"]:
    from trunkline.client.doctor.examination import examine
    from trunkline.client.doctor.target import read_target

    async for finding in examine(read_target(url), now):
        yield finding


async def _here(settings: Settings, now: datetime.datetime) -> AsyncIterator["Finding"]:
    """The machine first, then the relay on it: the running one, or one for the moment."""
    from trunkline.client.doctor import machine
    from trunkline.client.doctor.finding import has_wrong

    findings = [*machine.clock(now), machine.files(), *machine.buffers()]
    findings += [*machine.state(settings.state_dir), *machine.certificate(settings)]
    findings.append(machine.told(settings))
    for finding in findings:
        yield finding
    if await _runs(settings, now):
        async for finding in _examine_own(_own_url(settings), now):
            yield finding
        return
    free = await asyncio.to_thread(machine.ports, settings)
    for finding in free:
        yield finding
    if not has_wrong([*findings, *free]):
        async for finding in _on_trial(settings, now):
            yield finding


def _own_url(settings: Settings) -> str:
    scheme = "http" if settings.tls == "off" else "https"
    return f"{scheme}://{reachable(settings.host)}:{settings.http_port}"


async def _runs(settings: Settings, now: datetime.datetime) -> bool:
    """Whether a relay answers on the port of these settings."""
    from trunkline.client.doctor import door
    from trunkline.client.doctor.finding import has_wrong
    from trunkline.client.doctor.target import read_target

    if settings.http_port == 0:
        return False
    async with door.client() as http:
        return not has_wrong(await door.identify(http, read_target(_own_url(settings)), now))


async def _on_trial(settings: Settings, now: datetime.datetime) -> AsyncIterator["Finding"]:
    """Start a relay as it would be, but closed to others and with nothing kept, and examine it."""
    from trunkline.app import Relay
    from trunkline.client.doctor.finding import ok, wrong

    yield ok("relay", "No relay runs here: one is started for the moment.")
    with tempfile.TemporaryDirectory(prefix="trunkline-doctor-") as folder:
        closed = replace(settings, state_dir=Path(folder), demo=False, open=False, mdns=False)
        try:
            async with Relay(closed) as relay:
                async for finding in _examine_own(relay.url, now):
                    yield finding
        except StartupError as error:
            yield wrong("relay", error.cause, error.remedy)


async def _examine_own(url: str, now: datetime.datetime) -> AsyncIterator["Finding"]:
    from trunkline.client.doctor.examination import examine
    from trunkline.client.doctor.machine import own_addresses
    from trunkline.client.doctor.target import read_target

    async for finding in examine(read_target(url), now, own_addresses()):
        yield finding


def _signature() -> inspect.Signature:
    """A URL, and the options of `serve` that are settings: both commands have the same."""
    kept = {*Settings.descriptions(), "config"}
    options = inspect.signature(serve).parameters.values()
    url = inspect.Parameter(
        "url", inspect.Parameter.POSITIONAL_OR_KEYWORD, default=None, annotation=Url
    )
    return inspect.Signature([url, *(each for each in options if each.name in kept)])


# typer is told of the options by the signature and the annotations.
_as_typer_sees_it = _signature()
doctor.__signature__ = _as_typer_sees_it  # type: ignore[attr-defined]
doctor.__annotations__ = {
    name: each.annotation for name, each in _as_typer_sees_it.parameters.items()
}
