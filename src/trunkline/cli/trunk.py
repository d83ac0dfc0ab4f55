"""`trunkline trunk`: which other relays this machine's relay has trunks with."""

import asyncio
from collections.abc import Coroutine
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from trunkline.cli.greeting import dim
from trunkline.config import Settings
from trunkline.errors import StartupError
from trunkline.loading import load

if TYPE_CHECKING:
    from trunkline.client.trunk.office import Listed, Office
    from trunkline.listing.settings import TrunkSettings
    from trunkline.state import Store

trunk = typer.Typer(
    name="trunk",
    help="Trunks: the relay dials other relays, and their rooms become one.",
    no_args_is_help=True,
)

SETTLE_TIME = 6.0
"""Seconds for a new trunk to come up, or to say why it does not."""

Config = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="TOML file of the relay's settings. [TRUNKLINE_CONFIG]"),
]
StateDir = Annotated[
    Path | None, typer.Option(metavar="DIR", help=Settings.descriptions()["state_dir"])
]
_COLOURS = {"up": "green", "refused": "red"} | dict.fromkeys(
    ("silent", "waiting", "connecting"), "yellow"
)
_ASK = "-"


@trunk.command("add")
def add(  # noqa: PLR0913 - typer is told of the options by the arguments
    url: Annotated[
        str,
        typer.Argument(metavar="URL", help="wss://HOST/wsb, https://HOST, or a host name alone."),
    ],
    *,
    secret: Annotated[
        str | None,
        typer.Option(
            metavar="SECRET", help="What trunk_secret is at the other relay; - asks for it."
        ),
    ] = None,
    fingerprint: Annotated[
        str | None,
        typer.Option(
            metavar="SHA-256",
            help="That the other relay shows at its start, in place of an authority's word.",
        ),
    ] = None,
    insecure: Annotated[bool, typer.Option("--insecure", help="Take any certificate.")] = False,
    room: Annotated[
        list[str] | None,
        typer.Option(metavar="ROOM", help="Only this room crosses; repeatable (default: all)."),
    ] = None,
    no_send: Annotated[bool, typer.Option("--no-send", help="Send nothing to it.")] = False,
    no_receive: Annotated[bool, typer.Option("--no-receive", help="Take nothing from it.")] = False,
    max_kbps: Annotated[int | None, typer.Option(metavar="N", help="Of what is sent.")] = None,
    max_layer: Annotated[
        int | None, typer.Option(metavar="N", help="Of simulcast layers, 0 is the lowest.")
    ] = None,
    config: Config = None,
    state_dir: StateDir = None,
) -> None:
    """Dial another relay, from now on and after each restart.

    The same URL again changes what is said of it, and nothing else.
    """
    if secret == _ASK:
        secret = str(typer.prompt("Secret", hide_input=True))
    given: dict[str, object] = {
        "url": url,
        "secret": secret,
        "fingerprint": fingerprint,
        "insecure": insecure or None,
        "rooms": tuple(room) if room else None,
        "send": False if no_send else None,
        "receive": False if no_receive else None,
        "max_kbps": max_kbps,
        "max_layer": max_layer,
    }
    settings = _settings({name: value for name, value in given.items() if value is not None})
    _run(_add(settings, *_place(config, state_dir)))


@trunk.command("remove")
def remove(
    which: Annotated[
        str, typer.Argument(metavar="URL|ID", help="As `trunkline trunk list` has it.")
    ],
    *,
    config: Config = None,
    state_dir: StateDir = None,
) -> None:
    """Dial another relay no more."""
    _run(_remove(which, *_place(config, state_dir)))


@trunk.command("list")
def listing(*, config: Config = None, state_dir: StateDir = None) -> None:
    """Show all trunks, those that other relays dialled too."""
    _run(_list(*_place(config, state_dir)))


def _run(command: Coroutine[Any, Any, None]) -> None:
    asyncio.run(command)


def _settings(given: dict[str, object]) -> "TrunkSettings":
    from pydantic import ValidationError

    from trunkline.listing.settings import TrunkSettings, fault

    try:
        return TrunkSettings.model_validate(given)
    except ValidationError as error:
        raise StartupError(fault(error), "See trunkline trunk add --help.") from None


def _place(config: Path | None, state_dir: Path | None) -> "tuple[Store, str | None]":
    """The relay's state folder, and its operator's token."""
    from trunkline.state import Store
    from trunkline.web.operator_token import FILE

    settings = load({"state_dir": state_dir}, config)
    store = Store.open(settings.state_dir)
    kept = store.read(FILE)
    own = kept.decode(errors="replace").strip() if kept else None
    return store, settings.operator_token or own


async def _add(settings: "TrunkSettings", store: "Store", token: str | None) -> None:
    from trunkline.client.trunk.office import StoreOffice, office

    async with office(store, token) as desk:
        before = [one for one in await desk.list() if one["url"] == settings.url]
        own = [one for one in before if not one["id"].startswith("settings-")]
        if own:
            entry = await desk.change(own[0]["id"], _changed(own[0], settings))
        else:
            entry = await desk.add(settings)
        if isinstance(desk, StoreOffice):
            typer.echo(f"{_nobody(store)} It is dialled when one starts.")
            return
        _show(await _settled(desk, entry))


def _changed(listed: "Listed", settings: "TrunkSettings") -> "TrunkSettings":
    """What was laid down before, but for what is said now.

    Somebody who adds a fingerprint must not open a trunk to all rooms by that.
    """
    said = settings.model_dump(exclude_unset=True)
    names = {name: field.alias or name for name, field in type(settings).model_fields.items()}
    kept = {name: listed[alias] for name, alias in names.items() if alias in listed}
    # One excludes the other: what is said now counts.
    if "fingerprint" in said:
        kept.pop("insecure", None)
    if "insecure" in said:
        kept.pop("fingerprint", None)
    return type(settings).model_validate({**kept, **said})


async def _settled(desk: "Office", entry: "Listed") -> "Listed":
    """What became of it, after a while."""
    loop = asyncio.get_running_loop()
    until = loop.time() + SETTLE_TIME
    while entry["state"] != "up" and not entry["error"] and loop.time() < until:
        await asyncio.sleep(0.2)
        entry = next((one for one in await desk.list() if one["id"] == entry["id"]), entry)
    return entry


async def _remove(which: str, store: "Store", token: str | None) -> None:
    from trunkline.client.trunk.office import office

    async with office(store, token) as desk:
        found = [one["id"] for one in await desk.list() if which in (one["id"], one["url"])]
        if not found:
            raise StartupError(
                f"There is no trunk {which!r}.", "trunkline trunk list shows those that there are."
            )
        for one in found:
            await desk.remove(one)
        typer.echo("Removed.")


async def _list(store: "Store", token: str | None) -> None:
    from trunkline.client.trunk.office import StoreOffice, office

    async with office(store, token) as desk:
        trunks = await desk.list()
        if isinstance(desk, StoreOffice):
            typer.echo(dim(f"{_nobody(store)} These are dialled when one starts:"))
        elif not trunks:
            typer.echo("There are no trunks. Dial one: trunkline trunk add URL")
        for one in trunks:
            _show(one)


def _nobody(store: "Store") -> str:
    return (
        f"No relay runs with the state folder {store.directory}; name another one by --state-dir."
    )


def _show(one: "Listed") -> None:
    """One trunk in a line, and why it is not up in another."""
    known = "silent" if one.get("silent") else one["state"]
    state = typer.style(known.ljust(10), fg=_COLOURS.get(known))
    relay = (one.get("relay") or {}).get("name", "")
    if one.get("original"):
        relay = "an original Umbrella relay"
    rtt = f"{1000 * one['rtt']:.0f} ms" if one.get("rtt") is not None else ""
    where = one["url"] or f"dialled by {relay}"
    told = [where, relay if one["url"] else "", rtt, *_limits(one)]
    typer.echo(f"{one['id'].ljust(10)}  {state}  {'  '.join(text for text in told if text)}")
    if one["error"]:
        typer.echo(f"{' ' * 24}{one['error']}")


def _limits(one: "Listed") -> list[str]:
    told = []
    if one["insecure"]:
        told.append(typer.style("INSECURE: any certificate is taken", fg="red", bold=True))
    if one["fingerprint"]:
        told.append("by fingerprint")
    if one["rooms"] is not None:
        told.append(f"rooms: {', '.join(one['rooms'])}")
    told += [f"{name}: no" for name in ("send", "receive") if not one[name]]
    if one.get("heldBack"):
        told.append(typer.style(f"pictures held back: {one['heldBack']}", fg="yellow"))
    told += [
        f"{name}: {one[key]}"
        for name, key in (("kbit/s", "maxKbps"), ("layer", "maxLayer"))
        if one[key] is not None
    ]
    return told
