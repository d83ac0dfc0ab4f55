"""`trunkline publish`: a file, a camera or a test picture, to a WHIP endpoint or into a room."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from trunkline.cli.place import names_room
from trunkline.errors import StartupError

if TYPE_CHECKING:
    from trunkline.cli.progress import Measured
    from trunkline.client.audio_output import AudioOutput, AudioSettings
    from trunkline.client.network import Network
    from trunkline.client.video_output import VideoOutput, VideoSettings
    from trunkline.sources.playing import Source

# What takes long to load is imported where it is used, so that `--help` answers at once.


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wanted:
    """Where to publish, and how."""

    url: str
    room: str | None
    name: str | None
    passphrase: str | None
    network: "Network"
    video: "VideoSettings | None"
    audio: "AudioSettings | None"


@dataclass(frozen=True, slots=True)
class _Published:
    """Where a source writes, and how it does."""

    video: "VideoOutput | None"
    audio: "AudioOutput | None"
    measure: "Callable[[], Awaitable[Measured]]"


def publish(  # noqa: PLR0913 - typer is told of the options by the arguments
    url: Annotated[
        str,
        typer.Argument(
            metavar="URL",
            help="A WHIP endpoint (https://HOST/whip/ROOM?name=NAME), or a room "
            "(https://HOST/sfu?room=ROOM, or https://HOST with --room).",
        ),
    ],
    source: Annotated[
        str | None,
        typer.Argument(
            metavar="[FILE]", help="A file, a URL that FFmpeg reads, or a device as /dev/video0."
        ),
    ] = None,
    *,
    test: Annotated[bool, typer.Option("--test", help="A test picture and a tone.")] = False,
    loop: Annotated[bool, typer.Option("--loop", help="Begin anew at the file's end.")] = False,
    room: Annotated[str | None, typer.Option(metavar="ROOM", help="Enter this room.")] = None,
    name: Annotated[str | None, typer.Option(metavar="NAME", help="As others see it.")] = None,
    passphrase: Annotated[
        str | None, typer.Option(metavar="TEXT", help="Of the room; or the token for WHIP.")
    ] = None,
    codec: Annotated[str, typer.Option(metavar="H264|VP8|VP9", help="Of the picture.")] = "H264",
    encoder: Annotated[
        str | None, typer.Option(metavar="NAME", help="FFmpeg's, as h264_nvenc.")
    ] = None,
    bitrate: Annotated[
        int, typer.Option(metavar="KBIT", help="Kilobits a second of the picture at most.")
    ] = 2500,
    insecure: Annotated[bool, typer.Option("--insecure", help="Take any certificate.")] = False,
) -> None:
    """Publish a file, a camera or a test picture until its end or Ctrl-C."""
    if test == (source is not None):
        raise typer.BadParameter("Give a file to publish, or --test: one of the two.")
    if loop and test:
        raise typer.BadParameter("--loop is for files; the test picture never ends.")
    from trunkline.cli.running import until_stopped
    from trunkline.client.audio_output import AudioSettings
    from trunkline.client.network import Network
    from trunkline.client.video_output import VideoSettings
    from trunkline.sources.file import File
    from trunkline.sources.pattern import RATE, Pattern

    playing: Source = Pattern()
    fps, has_video, has_audio = float(RATE), True, True
    if source is not None:
        file = File(source, loop=loop)
        playing, fps, has_video, has_audio = file, file.fps, file.has_video, file.has_audio
    settings = VideoSettings(
        codec=codec.upper(), bitrate=bitrate * 1000, fps=min(fps, 60), encoder=encoder
    )
    wanted = _Wanted(
        url=url,
        room=room,
        name=name,
        passphrase=passphrase,
        network=Network(insecure=insecure),
        video=settings if has_video else None,
        audio=AudioSettings() if has_audio else None,
    )
    asyncio.run(until_stopped(_publish(wanted, playing)))


async def _publish(wanted: _Wanted, source: "Source") -> None:
    from trunkline.cli.progress import tell
    from trunkline.net.beside import beside
    from trunkline.sources.playing import play

    into = _room if names_room(wanted.url, wanted.room) else _whip
    async with into(wanted) as published:
        typer.echo(f"Publishing to {wanted.url}; Ctrl-C stops it.", err=True)
        async with beside(tell(published.measure), "progress"):
            await play(source, published.video, published.audio)


@asynccontextmanager
async def _whip(wanted: _Wanted) -> AsyncIterator[_Published]:
    from trunkline.cli.progress import Measured, sent
    from trunkline.client.peer import Peer
    from trunkline.errors import ConnectionLost

    if wanted.name is not None:
        raise StartupError(
            "--name is for rooms.", "For WHIP it is in the URL: …/whip/ROOM?name=NAME."
        )
    async with Peer.publish(
        wanted.url,
        video=wanted.video,
        audio=wanted.audio,
        token=wanted.passphrase,
        network=wanted.network,
    ) as peer:

        async def measure() -> Measured:
            try:
                return sent(await peer.statistics())
            except ConnectionLost:
                return Measured(note="connecting")

        yield _Published(
            peer.video if wanted.video else None, peer.audio if wanted.audio else None, measure
        )


@asynccontextmanager
async def _room(wanted: _Wanted) -> AsyncIterator[_Published]:
    from trunkline.cli.progress import Measured, sent
    from trunkline.client.peer import Peer
    from trunkline.errors import ConnectionLost

    async with Peer.join(
        wanted.url,
        wanted.room,
        name=wanted.name,
        passphrase=wanted.passphrase or "",
        network=wanted.network,
    ) as guest:

        async def measure() -> Measured:
            try:
                return sent(await guest.sent())
            except ConnectionLost:
                return Measured(note="connecting")

        yield _Published(
            await guest.send_video(wanted.video) if wanted.video else None,
            await guest.send_audio(wanted.audio) if wanted.audio else None,
            measure,
        )
