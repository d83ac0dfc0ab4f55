"""`trunkline camera`: the cameras of a relay that runs, by its API."""

import asyncio
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from trunkline.config import Settings
from trunkline.errors import StartupError, TrunklineError
from trunkline.loading import load

camera = typer.Typer(
    name="camera",
    help="Cameras and streams that the relay fetches and shows in its rooms.",
    no_args_is_help=True,
)
_PATH = "/api/v1/cameras"

Relay = Annotated[
    str | None,
    typer.Option(
        "--relay", metavar="URL", help="Of the relay (default: the one that runs on this machine)."
    ),
]
StateDir = Annotated[
    Path | None, typer.Option(metavar="DIR", help=Settings.descriptions()["state_dir"])
]
Token = Annotated[
    str | None,
    typer.Option(
        "--token",
        metavar="TEXT",
        envvar="TRUNKLINE_OPERATOR_TOKEN",
        help="The operator's; on the relay's own machine it is not needed.",
    ),
]
Room = Annotated[str, typer.Option("--room", metavar="ROOM", help="Where it is to be seen.")]
Name = Annotated[str, typer.Option("--name", metavar="NAME", help="As others see it.")]
HERE = "https://127.0.0.1:8443"


@camera.command("add")
def add(  # noqa: PLR0913 - typer is told of the options by the arguments
    url: Annotated[
        str,
        typer.Argument(
            metavar="URL",
            help="rtsp://USER:PASSWORD@HOST/PATH, or file:, rtmp://, srt://, https://…m3u8, "
            "v4l2:/dev/video0. A minus sign: it is read from standard input, where no other "
            "user sees the password.",
        ),
    ],
    *,
    room: Room,
    name: Name,
    sub: Annotated[
        str | None,
        typer.Option(metavar="URL", help="Its second stream, for who cannot play the first."),
    ] = None,
    always: Annotated[
        bool, typer.Option("--always", help="Connect it always, not only while somebody watches.")
    ] = False,
    transport: Annotated[
        str | None, typer.Option(metavar="tcp|udp", help="Of RTSP (default: TCP, else UDP).")
    ] = None,
    certificate: Annotated[
        str | None,
        typer.Option(
            metavar="FILE", help="PEM, on the relay's machine: whom to trust (default: anybody)."
        ),
    ] = None,
    loop: Annotated[bool, typer.Option("--loop", help="Begin anew at a file's end.")] = False,
    relay: Relay = None,
    token: Token = None,
    state_dir: StateDir = None,
) -> None:
    """Have the relay fetch a camera from now on."""
    body = {
        "url": sys.stdin.readline().strip() if url == "-" else url,
        "room": room,
        "name": name,
        "sub": sub,
        "mode": "always" if always else "on-demand",
        "transport": transport,
        "certificate": certificate,
        "loop": loop,
    }
    asyncio.run(_ask("POST", _found(relay, state_dir), token, body=body))
    typer.echo(f"{name} is in room {room}.")


@camera.command("remove")
def remove(
    *,
    room: Room,
    name: Name,
    relay: Relay = None,
    token: Token = None,
    state_dir: StateDir = None,
) -> None:
    """Have the relay forget a camera."""
    asyncio.run(_remove(room, name, _found(relay, state_dir), token))
    typer.echo(f"{name} is no more in room {room}.")


@camera.command("list")
def list_(*, relay: Relay = None, token: Token = None, state_dir: StateDir = None) -> None:
    """Show the cameras of the relay, and how they are."""
    told = asyncio.run(_ask("GET", _found(relay, state_dir), token))
    for one in told["cameras"]:
        typer.echo(line(one))
    if not told["cameras"]:
        typer.echo("This relay has no cameras: add one with trunkline camera add.")


def line(camera: dict[str, Any]) -> str:
    """One camera in words."""
    parts = [f"{camera['room']} / {camera['name']}", camera["state"], camera["url"]]
    picture = camera["picture"]
    if picture:
        parts.append(
            f"{picture['codec']} {picture['width']}×{picture['height']}, "
            f"{picture['fps']:g} pictures/s, {picture['kbps']} kbit/s"
        )
    parts += [text for text in (camera["doing"], camera["error"]) if text]
    return "  ".join(parts)


def _found(relay: str | None, state_dir: Path | None) -> str:
    """The relay that is meant."""
    if relay is not None:
        return relay
    from trunkline.net import whereabouts
    from trunkline.state import Store

    settings = load({"state_dir": state_dir})
    return whereabouts.find(Store(settings.state_dir)) or HERE


async def _remove(room: str, name: str, relay: str, token: str | None) -> None:
    told = await _ask("GET", relay, token)
    for one in told["cameras"]:
        if (one["room"], one["name"]) == (room, name):
            await _ask("DELETE", relay, token, f"/{one['id']}")
            return
    raise StartupError(
        f"The relay has no camera {name!r} in room {room!r}.",
        "trunkline camera list shows those that it has.",
    )


async def _ask(
    method: str,
    relay: str,
    token: str | None,
    path: str = "",
    body: Mapping[str, object] | None = None,
) -> Any:
    """The answer of the API; None where it has no body.

    Raises:
        StartupError: there is no relay.
        TrunklineError: it does not want it; the text is its own.
    """
    # Imported where it is used, so that `--help` answers at once.
    import aiohttp

    from trunkline.client.network import Network

    headers = {"Authorization": f"Bearer {token}"} if token else {}
    url = f"{relay.rstrip('/')}{_PATH}{path}"
    trust = not Network().is_trusted(url)
    try:
        async with (
            aiohttp.ClientSession(headers=headers) as session,
            session.request(method, url, json=body, ssl=trust) as response,
        ):
            if response.status == 204:
                return None
            answer = await response.json(content_type=None)
    except (aiohttp.ClientError, OSError, ValueError) as error:
        raise StartupError(
            f"There is no answer of a relay at {relay}: {type(error).__name__}.",
            "Start it (trunkline serve), or name it with --relay.",
        ) from error
    if response.status >= 400:
        raise TrunklineError(answer.get("detail", f"The relay answered {response.status}."))
    return answer
