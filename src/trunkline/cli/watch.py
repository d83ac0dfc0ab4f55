"""`trunkline watch`: plays, saves or measures what a WHEP endpoint or a room shows."""

import asyncio
import shutil
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated

import typer

from trunkline.cli.place import names_room
from trunkline.errors import FrameError, StartupError

if TYPE_CHECKING:
    from trunkline.cli.progress import Measured
    from trunkline.client.guest import Guest
    from trunkline.client.input import AudioInput, Input, VideoInput
    from trunkline.client.network import Network
    from trunkline.model.view import Track
    from trunkline.sinks.recording import Recording

# Both read from standard input, and show what comes without waiting for more.
_PLAYERS = {
    "ffplay": ["-loglevel", "error", "-fflags", "nobuffer", "-flags", "low_delay", "-i", "-"],
    "mpv": ["--really-quiet", "--profile=low-latency", "--untimed", "-"],
}
_RETRY = 2.0
"""Seconds between two questions whether somebody publishes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wanted:
    """What to watch."""

    url: str
    room: str | None
    publisher: str | None
    passphrase: str | None
    network: "Network"


@dataclass(frozen=True, slots=True)
class _Watched:
    """What comes."""

    video: "VideoInput | None"
    audio: "AudioInput | None"

    def inputs(self) -> "list[Input]":
        return [one for one in (self.video, self.audio) if one]


def watch(  # noqa: PLR0913 - typer is told of the options by the arguments
    url: Annotated[
        str,
        typer.Argument(
            metavar="URL",
            help="A WHEP endpoint (https://HOST/whep/ROOM), or a room "
            "(https://HOST/sfu?room=ROOM, or https://HOST with --room).",
        ),
    ],
    *,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", help="Save it, best as .mkv, as it comes."),
    ] = None,
    measure: Annotated[
        bool, typer.Option("--measure", help="Neither play nor save: only measure.")
    ] = False,
    seconds: Annotated[
        float | None, typer.Option(metavar="N", help="End after so long; else with Ctrl-C.")
    ] = None,
    room: Annotated[str | None, typer.Option(metavar="ROOM", help="Enter this room.")] = None,
    publisher: Annotated[
        str | None,
        typer.Option("--from", metavar="NAME", help="Whom to watch in a room; else the first."),
    ] = None,
    passphrase: Annotated[
        str | None, typer.Option(metavar="TEXT", help="Of the room; or the token for WHEP.")
    ] = None,
    insecure: Annotated[bool, typer.Option("--insecure", help="Take any certificate.")] = False,
) -> None:
    """Play what is published with ffplay or mpv; or save it, or measure how it comes.

    Where neither of the two is installed, it measures.
    """
    if output is not None and measure:
        raise typer.BadParameter("--output and --measure exclude each other.")
    from trunkline.cli.running import until_stopped
    from trunkline.client.network import Network

    wanted = _Wanted(
        url=url,
        room=room,
        publisher=publisher,
        passphrase=passphrase,
        network=Network(insecure=insecure),
    )
    command = None if output or measure else _player()
    asyncio.run(until_stopped(_watch(wanted, output, command, seconds)))


def _player() -> list[str] | None:
    for name, options in _PLAYERS.items():
        path = shutil.which(name)
        if path is not None:
            return [path, *options]
    typer.echo("Neither ffplay nor mpv is installed: only measuring.", err=True)
    return None


async def _watch(
    wanted: _Wanted, output: Path | None, player: list[str] | None, seconds: float | None
) -> None:
    from trunkline.cli.progress import tell
    from trunkline.net.beside import beside

    into = _room if names_room(wanted.url, wanted.room) else _whep
    async with into(wanted) as watched, beside(tell(_Meter(watched)), "progress"):
        try:
            async with asyncio.timeout(seconds):
                if output is not None:
                    await _save(watched, str(output))
                elif player is not None:
                    await _play(watched, player)
                else:
                    await _discard(watched)
        except TimeoutError:
            pass


async def _save(watched: _Watched, target: str | IO[bytes], container: str | None = None) -> None:
    """Write packets until they end; the file is closed properly whatever happens."""
    from trunkline.sinks.recording import Recording

    recording = Recording(target, {one.kind for one in watched.inputs()}, container)
    try:
        async with asyncio.TaskGroup() as group:
            for source in watched.inputs():
                group.create_task(_copy(source, recording))
    except* FrameError as errors:
        raise errors.exceptions[0] from None
    finally:
        recording.close()


async def _copy(source: "Input", recording: "Recording") -> None:
    loop = asyncio.get_running_loop()
    async for packet in source.packets():
        recording.write(source.kind, packet, loop.time())


async def _play(watched: _Watched, command: list[str]) -> None:
    process = subprocess.Popen(command, stdin=subprocess.PIPE)  # noqa: ASYNC220 - it only starts
    assert process.stdin is not None
    try:
        await _save(watched, process.stdin, "matroska")
    except OSError:
        pass  # it was closed by whoever watched
    finally:
        process.terminate()
        await asyncio.to_thread(process.wait)


async def _discard(watched: _Watched) -> None:
    readers = [source.packets() for source in watched.inputs()]
    async with asyncio.TaskGroup() as group:
        for reader in readers:
            group.create_task(_drop(reader))


async def _drop(reader: AsyncIterator[object]) -> None:
    async for _ in reader:
        pass


class _Meter:
    """Counts what comes."""

    def __init__(self, watched: _Watched) -> None:
        self._watched = watched

    async def __call__(self) -> "Measured":
        """What came till now."""
        from trunkline.cli.progress import Measured

        video = self._watched.video
        inputs = self._watched.inputs()
        main = video or inputs[0]
        return Measured(
            video.received if video else 0,
            sum(one.bytes for one in inputs),
            main.lost / max(1, main.received + main.lost),
            main.delay,
            "" if main.received else "waiting",
        )


@asynccontextmanager
async def _whep(wanted: _Wanted) -> AsyncIterator[_Watched]:
    from trunkline.client.peer import Peer
    from trunkline.errors import Refusal, RefusalCode

    if wanted.publisher is not None:
        raise StartupError("--from is for rooms.", "For WHEP it is in the URL: …/whep/ROOM/NAME.")
    told = False
    while True:
        try:
            async with Peer.watch(
                wanted.url, token=wanted.passphrase, network=wanted.network
            ) as viewer:
                yield _Watched(viewer.video, viewer.audio)
                return
        except Refusal as refusal:
            if refusal.code is not RefusalCode.NOBODY_PUBLISHES:
                raise
        if not told:
            typer.echo("Nobody publishes there yet: waiting.", err=True)
            told = True
        await asyncio.sleep(_RETRY)


@asynccontextmanager
async def _room(wanted: _Wanted) -> AsyncIterator[_Watched]:
    from trunkline.client.peer import Peer

    async with Peer.join(
        wanted.url,
        wanted.room,
        passphrase=wanted.passphrase or "",
        network=wanted.network,
    ) as guest:
        first = await _first(guest, wanted.publisher)
        others = [one for one in guest.tracks if one.participant == first.participant]
        video = next((one for one in others if one.kind == "video"), None)
        audio = next((one for one in others if one.kind == "audio"), None)
        yield _Watched(
            await guest.watch(video) if video else None,
            await guest.listen(audio) if audio else None,
        )


async def _first(guest: "Guest", publisher: str | None) -> "Track":
    """The first track of whom is to be watched."""
    async for track in guest.arrivals():
        names = {one.id: one.name for one in guest.people}
        if publisher in (None, names.get(track.participant)):
            # Its other track is announced at the same time, or within a moment.
            await asyncio.sleep(0.5)
            return track
    raise StartupError("The room was left.", "Enter it again.")
