"""`trunkline client`: a peer of any signalling server, to see what it does."""

import asyncio
import json
import sys
import uuid
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from trunkline.cli.greeting import dim
from trunkline.cli.serve import loop_factory

if TYPE_CHECKING:
    from trunkline.client.signalling import ClientHalf

# What talks to a server is imported where it is used, so that `--help` answers at once.
client = typer.Typer(
    name="client",
    help="A peer of any signalling server: it prints what is said, and says what you type.",
    no_args_is_help=True,
)

Verify = Annotated[bool, typer.Option("--verify", help="Refuse a certificate that is not trusted.")]

Next = Callable[[Any], Sequence[Any]]
"""What to ask for when an event was told."""


@client.command()
def gstreamer(
    *,
    url: Annotated[str, typer.Option(help="Of the server.")] = "wss://127.0.0.1:8443",
    id: Annotated[str | None, typer.Option(metavar="UID", help="Register as.")] = None,
    call: Annotated[str | None, typer.Option(metavar="UID", help="Begin a session with.")] = None,
    room: Annotated[str | None, typer.Option(help="Enter a room, and list who is in it.")] = None,
    verify: Verify = False,
) -> None:
    """GStreamer's simple signalling; what you type goes to the other side of a session."""
    from trunkline.model import gstreamer as word
    from trunkline.protocol.gstreamer.client import Client

    def go_on(event: word.Event) -> Sequence[word.Request]:
        match event:
            case word.Registered() if call is not None:
                return [word.Call(call)]
            case word.Registered() if room is not None:
                return [word.Enter(room)]
            case word.Entered():
                return [word.ListPeers()]
            case _:
                return []

    def typed(line: str) -> word.Request:
        uid, _, text = line.partition(" ")
        return word.Message(uid, text) if room is not None else word.Data(line)

    first = [word.Register(id or f"trunkline-{uuid.uuid4().hex[:6]}")]
    _run(url, Client(), first, go_on, typed, verify=verify)


@client.command()
def webrtcsink(
    *,
    url: Annotated[str, typer.Option(help="Of the server.")] = "ws://127.0.0.1:8443",
    role: Annotated[
        list[str] | None, typer.Option(help="producer, consumer or listener; repeatable.")
    ] = None,
    meta: Annotated[str, typer.Option(metavar="JSON", help="What to tell of oneself.")] = "null",
    call: Annotated[
        str | None, typer.Option(metavar="ID", help="Begin a session with this peer.")
    ] = None,
    verify: Verify = False,
) -> None:
    """The signalling of webrtcsink; what you type is sent as it is."""
    from trunkline.model import webrtcsink as word
    from trunkline.protocol.webrtcsink.client import Client
    from trunkline.protocol.webrtcsink.message import read_roles

    roles = read_roles(role or ["listener"])
    if roles is None:
        raise typer.BadParameter(f"Roles are {', '.join(word.ROLES)}.")
    try:
        about = json.dumps(json.loads(meta))
    except ValueError as error:
        raise typer.BadParameter(f"--meta is JSON: {error}.") from None

    def go_on(event: word.Event) -> Sequence[word.Request]:
        if not isinstance(event, word.Welcome):
            return []
        calls = [word.StartSession(call)] if call is not None else []
        return [word.SetStatus(roles, about), word.ListProducers(), word.ListConsumers(), *calls]

    first = [word.SetVersion("v1_1")]
    _run(url, Client(), first, go_on, lambda line: word.PeerMessage("", line), verify=verify)


@client.command()
def flitter(
    *,
    url: Annotated[str, typer.Option(help="Of the server.")] = "http://127.0.0.1:8080",
    id: Annotated[str | None, typer.Option(help="Name in the room.")] = None,
    room: Annotated[str, typer.Option(help="Room to join.")] = "test",
    call: Annotated[
        str | None, typer.Option(metavar="ID", help="Send this member a call without media.")
    ] = None,
    verify: Verify = False,
) -> None:
    """Flitter's signalling; what you type is sent as it is."""
    from trunkline.model import flitter as word
    from trunkline.protocol.flitter.client import Client

    def go_on(event: word.Event) -> Sequence[word.Request]:
        if call is None or not isinstance(event, word.Members) or call not in event.ids:
            return []
        return [word.Forward(call, json.dumps({"type": "call", "to": call, "offer": ""}))]

    first = [word.Join(id or f"trunkline-{uuid.uuid4().hex[:6]}", room)]
    _run(url, Client(), first, go_on, lambda line: word.Forward("", line), verify=verify)


def _run(
    url: str,
    half: "ClientHalf[Any, Any]",
    first: Sequence[Any],
    go_on: Next,
    typed: Callable[[str], Any],
    *,
    verify: bool,
) -> None:
    with asyncio.Runner(loop_factory=loop_factory()) as runner:
        try:
            runner.run(_talk(url, half, first, go_on, typed, verify=verify))
        except KeyboardInterrupt:
            typer.echo()


async def _talk(
    url: str,
    half: "ClientHalf[Any, Any]",
    first: Sequence[Any],
    go_on: Next,
    typed: Callable[[str], Any],
    *,
    verify: bool,
) -> None:
    from trunkline.client.signalling import connected

    async with connected(url, half, verify=verify) as peer:

        async def say(request: Any) -> None:
            typer.echo(f"{dim('>')} {_shown(await peer.say(request))}")

        def type_in() -> None:
            line = sys.stdin.readline()
            if not line:
                loop.remove_reader(sys.stdin)
            elif line.strip():
                group.create_task(say(typed(line.rstrip("\n"))))

        loop = asyncio.get_running_loop()
        async with asyncio.TaskGroup() as group:
            for request in first:
                await say(request)
            _listen_to_keys(loop, type_in)
            async for frame, event in peer:
                typer.echo(f"{dim('<')} {_shown(frame)}")
                for request in go_on(event):
                    await say(request)
            loop.remove_reader(sys.stdin)
        typer.echo(f"The server hung up: {peer.ending}")


def _listen_to_keys(loop: asyncio.AbstractEventLoop, type_in: Callable[[], None]) -> None:
    try:
        loop.add_reader(sys.stdin, type_in)
    except (OSError, ValueError):
        # A file or /dev/null, from which nobody types.
        return


def _shown(frame: str | bytes) -> str:
    return frame if isinstance(frame, str) else frame.hex(" ")
