"""`trunkline serve`: run the relay until Ctrl-C."""

import asyncio
import logging
import os
import signal
from asyncio import sslproto
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from trunkline.cli import logs
from trunkline.cli.greeting import addresses, dim, greeting, notes, token_note
from trunkline.config import Settings, Verbosity
from trunkline.loading import PREFIX, load
from trunkline.umbrella import remarks

log = logging.getLogger(__name__)


def _option(name: str, *flags: str, **more: Any) -> Any:
    """An option for a setting, with the setting's own words as help.

    It has no default and reads no environment: an absent flag must not hide what the settings
    file or the environment says.
    """
    return typer.Option(
        *flags, help=f"{Settings.descriptions()[name]} [{PREFIX}{name.upper()}]", **more
    )


def serve(  # noqa: PLR0913 - typer is told of the options by the arguments
    *,
    host: Annotated[str | None, _option("host", metavar="ADDRESS")] = None,
    port: Annotated[str | None, _option("port", metavar="N")] = None,
    tls: Annotated[str | None, _option("tls", metavar="auto|off")] = None,
    certificate: Annotated[str | None, _option("certificate", metavar="FILE")] = None,
    key: Annotated[str | None, _option("key", metavar="FILE")] = None,
    plain_port: Annotated[str | None, _option("plain_port", metavar="N")] = None,
    http_prefix: Annotated[str | None, _option("http_prefix", metavar="PATH")] = None,
    trusted_proxy: Annotated[
        list[str] | None, _option("trusted_proxies", "--trusted-proxy", metavar="NETWORK")
    ] = None,
    media_port: Annotated[str | None, _option("media_port", metavar="N")] = None,
    announce: Annotated[list[str] | None, _option("announce", metavar="ADDRESS")] = None,
    workers: Annotated[str | None, _option("workers", metavar="N|auto")] = None,
    config: Annotated[
        str | None,
        typer.Option(metavar="FILE", help=f"TOML file of settings. [{PREFIX}CONFIG]"),
    ] = None,
    state_dir: Annotated[str | None, _option("state_dir", metavar="DIR")] = None,
    mdns: Annotated[bool | None, _option("mdns", "--mdns/--no-mdns")] = None,
    demo: Annotated[bool | None, _option("demo", "--demo/--no-demo")] = None,
    open: Annotated[bool | None, _option("open", "--open/--no-open")] = None,
    relay_name: Annotated[str | None, _option("relay_name", metavar="NAME")] = None,
    trunk_secret: Annotated[str | None, _option("trunk_secret", metavar="SECRET")] = None,
    quiet: Annotated[bool, typer.Option("--quiet", help="Log only what is wrong.")] = False,
    verbose: Annotated[bool, typer.Option("--verbose", help="Log what libraries say too.")] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Log every message.")] = False,
    trace: Annotated[bool, typer.Option("--trace", help="Log everything.")] = False,
) -> None:
    """Run the relay until Ctrl-C.

    Every option may also stand in the settings file, as `media_port = 8444`, or in the environment
    under the name in brackets. The file is the weakest, the command line the strongest.
    """
    flags: dict[str, object] = {
        "host": host,
        "port": port,
        "tls": tls,
        "certificate": certificate,
        "key": key,
        "plain_port": plain_port,
        "http_prefix": http_prefix,
        "trusted_proxies": trusted_proxy or None,
        "media_port": media_port,
        "announce": announce or None,
        "workers": workers,
        "state_dir": state_dir,
        "mdns": mdns,
        "demo": demo,
        "open": open,
        "relay_name": relay_name,
        "trunk_secret": trunk_secret,
        "verbosity": verbosity(quiet=quiet, verbose=verbose, debug=debug, trace=trace),
    }
    settings = load(flags, Path(config) if config else None)
    logs.configure(settings.verbosity)
    for remark in remarks(os.environ):
        log.info(remark)
    with asyncio.Runner(loop_factory=loop_factory()) as runner:
        runner.run(_serve(settings))


def verbosity(**chosen: bool) -> Verbosity | None:
    """The level that was chosen, if any.

    Raises:
        BadParameter: they exclude each other.
    """
    names: list[Verbosity] = ["quiet", "verbose", "debug", "trace"]
    given = [name for name in names if chosen[name]]
    if len(given) > 1:
        raise typer.BadParameter(f"--{given[0]} and --{given[1]} exclude each other.")
    return given[0] if given else None


def loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """uvloop's, where it is installed: it has no build for some systems."""
    try:
        import uvloop
    except ImportError:
        # asyncio fills a buffer of this size for each connection; a record of TLS has 16 KiB.
        sslproto.SSLProtocol.max_size = 32 << 10
        return None
    return uvloop.new_event_loop


async def _serve(settings: Settings) -> None:
    # Imported here so that `--help` and wrong usage answer at once.
    from trunkline.app import Relay

    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    async with Relay(settings) as relay:
        urls = addresses(settings, relay.url)
        typer.echo(greeting(settings, urls, relay.plain_url, relay.media_port))
        told = [token_note(relay.new_token)] if relay.new_token else []
        for note in [*told, *notes(settings)]:
            typer.echo(f"{typer.style('Note:', fg='yellow')} {note}")
        typer.echo(dim("Ctrl-C stops it."))
        await stop.wait()
        # Whoever presses Ctrl-C again does not want to wait.
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(number)
        typer.echo(dim("Closing every session …"))
