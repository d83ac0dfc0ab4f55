"""`trunkline signal`: a signalling server alone, as a drop-in for another program's own."""

import asyncio
import signal as signals
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from trunkline.cli import logs
from trunkline.cli.greeting import dim
from trunkline.cli.serve import loop_factory, verbosity
from trunkline.config import SignallingSettings, Verbosity
from trunkline.errors import StartupError
from trunkline.loading import load

if TYPE_CHECKING:
    from trunkline.net.dialect import Dialects
    from trunkline.net.websocket import Dialect
    from trunkline.signalling import Place

# What runs a server is imported where it is used, so that `--help` answers at once.
signal = typer.Typer(
    name="signal",
    help="A signalling server alone, as a drop-in for another program's own.",
    no_args_is_help=True,
)

Config = Annotated[
    Path | None,
    typer.Option("--config", metavar="FILE", help="TOML file with the table signalling."),
]


@signal.command()
def gstreamer(  # noqa: PLR0913 - typer is told of the options by the arguments
    *,
    addr: Annotated[str, typer.Option(help="Address to listen on (default: all).")] = "",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port to listen on.")] = 8443,
    keepalive_timeout: Annotated[
        float,
        typer.Option(
            min=1, max=86_400, help="Seconds of silence before a peer is asked for a sign of life."
        ),
    ] = 30,
    cert_path: Annotated[
        Path, typer.Option(help="Folder of cert.pem and key.pem, or one of Let's Encrypt.")
    ] = Path(),
    disable_ssl: Annotated[bool, typer.Option("--disable-ssl", help="Serve without TLS.")] = False,
    health: Annotated[str, typer.Option(help="Path that answers OK.")] = "/health",
    restart_on_cert_change: Annotated[
        bool,
        typer.Option(
            "--restart-on-cert-change",
            help="A changed certificate is taken up in any case, and nobody is dropped.",
        ),
    ] = False,
    config: Config = None,
) -> None:
    """GStreamer's simple signalling, with the options of simple_server.py."""
    _ = restart_on_cert_change
    certificate, key = (None, None) if disable_ssl else _pair(cert_path)
    from trunkline.signalling import Place

    place = Place(host=addr or None, port=port, certificate=certificate, key=key, health=health)
    bounds = replace(load({}, config).signalling, keepalive=keepalive_timeout)
    _run(lambda dialects: dialects.gstreamer, place, bounds)


@signal.command()
def webrtcsink(
    *,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "0.0.0.0",
    port: Annotated[int, typer.Option("--port", "-p", min=0, max=65535)] = 8443,
    cert: Annotated[
        Path | None, typer.Option("--cert", "-c", help="PEM file: TLS, if both are given.")
    ] = None,
    key: Annotated[
        Path | None, typer.Option("--key", "-k", help="PEM file: TLS, if both are given.")
    ] = None,
    config: Config = None,
) -> None:
    """The signalling of webrtcsink, with the options of gst-webrtc-signalling-server."""
    from trunkline.signalling import Place

    both = cert is not None and key is not None
    place = Place(
        host=host, port=port, certificate=cert if both else None, key=key if both else None
    )
    _run(lambda dialects: dialects.webrtcsink, place, load({}, config).signalling)


def flitter(  # noqa: PLR0913 - typer is told of the options by the arguments
    *,
    host: Annotated[str | None, typer.Option(help="Address to listen on (default: all).")] = None,
    port: Annotated[
        int | None,
        typer.Option(min=0, max=65535, help="Default: 8443 with a certificate, else 8080."),
    ] = None,
    certificate: Annotated[Path | None, typer.Option(help="PEM file: serve with TLS.")] = None,
    key: Annotated[
        Path | None, typer.Option(help="PEM file (default: in the certificate's file).")
    ] = None,
    user: Annotated[
        str | None, typer.Option(help="Become this user when port and key are had.")
    ] = None,
    group: Annotated[
        str | None, typer.Option(help="Become of this group when port and key are had.")
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", help="Log only what is wrong.")] = False,
    verbose: Annotated[bool, typer.Option("--verbose", help="Log what libraries say too.")] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Log every message.")] = False,
    trace: Annotated[bool, typer.Option("--trace", help="Log everything.")] = False,
    config: Config = None,
) -> None:
    """Flitter's signalling, with the options of flitter_webrtc."""
    from trunkline.net.privilege import drop_privileges, look_up
    from trunkline.signalling import Place

    level = verbosity(quiet=quiet, verbose=verbose, debug=debug, trace=trace)
    who = look_up(user, group)
    place = Place(
        host=host,
        port=port if port is not None else 8080 if certificate is None else 8443,
        certificate=certificate,
        key=key,
    )
    settings = load({}, config).signalling
    ready = partial(drop_privileges, who)
    _run(lambda dialects: dialects.flitter, place, settings, ready, level or "normal")


signal.command()(flitter)


def flitter_webrtc() -> None:
    """The command of that name, which comes with Flitter's plugin."""
    from trunkline.cli.main import run

    alone = typer.Typer(pretty_exceptions_enable=False, add_completion=False)
    alone.command()(flitter)
    run(alone)


def _pair(folder: Path) -> tuple[Path, Path]:
    """Certificate and key in a folder, as the original looks for them."""
    names = ("cert.pem", "key.pem")
    if "letsencrypt" in str(folder):
        names = ("fullchain.pem", "privkey.pem")
    certificate, key = (folder / name for name in names)
    for file in (certificate, key):
        if not file.is_file():
            raise StartupError(
                f"There is no {file}.",
                "Make a pair with `trunkline certificate`, name its folder with --cert-path, "
                "or serve without TLS: --disable-ssl.",
            )
    return certificate, key


def _run(
    choose: Callable[["Dialects"], "Dialect[Any, Any]"],
    place: "Place",
    settings: SignallingSettings,
    ready: Callable[[], None] = lambda: None,
    level: Verbosity = "normal",
) -> None:
    """Serve until Ctrl-C; `ready` is called when ports and keys are had."""
    logs.configure(level)
    with asyncio.Runner(loop_factory=loop_factory()) as runner:
        runner.run(_serve(choose, place, settings, ready))


async def _serve(
    choose: Callable[["Dialects"], "Dialect[Any, Any]"],
    place: "Place",
    settings: SignallingSettings,
    ready: Callable[[], None],
) -> None:
    from trunkline.net.dialect import dialects
    from trunkline.signalling import signalling

    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signals.SIGINT, signals.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    async with signalling(choose(dialects(settings)), place, settings) as url:
        ready()
        typer.echo(f"Listening on {url}")
        typer.echo(dim("Ctrl-C stops it."))
        await stop.wait()
