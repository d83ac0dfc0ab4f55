"""The cameras of this relay: which there are, kept over a restart, and run.

FFmpeg is loaded with the first of them: a relay without cameras does without.
"""

import asyncio
import dataclasses
import hashlib
import json
import logging
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from trunkline.engine import Engine
from trunkline.errors import ProtocolError, Refusal, RefusalCode, StartupError, TrunklineError
from trunkline.media.core import Core
from trunkline.model.camera import Camera, CameraHealth, CameraTrouble
from trunkline.model.id import ParticipantName, RoomName, TransportId
from trunkline.net.supervise import supervise
from trunkline.protocol.source_url import completed, scheme
from trunkline.registry import find
from trunkline.sources.source import Kind, Opening, Wanted
from trunkline.state import Store

if TYPE_CHECKING:
    from trunkline.sources.camera.participant import CameraParticipant

log = logging.getLogger(__name__)

LIMIT = 64
"""Cameras of one relay."""
FILE = "cameras.json"
GROUP = "trunkline.sources"
_BUG = "It ended by a bug of the relay, which begins anew with it."


class _Kept:
    """One camera, and how it runs."""

    def __init__(self, camera: Camera, *, fixed: bool) -> None:
        self.camera = camera
        self.fixed = fixed
        self.participant: CameraParticipant | None = None
        self.task: asyncio.Task[None] | None = None
        self.error: str | None = None


class Cameras:
    """All cameras; those of the settings cannot be changed here."""

    def __init__(
        self,
        engine: Engine,
        core: Core,
        directory: Path,
        fixed: Sequence[Camera] = (),
    ) -> None:
        """Read what is kept.

        Args:
            engine: of the relay.
            core: of the relay.
            directory: where they are kept; it is made with the first.
            fixed: those of the settings.

        Raises:
            StartupError: one of the settings cannot be, or what is kept cannot be read.
        """
        self._engine = engine
        self._core = core
        self._directory = directory
        self._kept: dict[str, _Kept] = {}  # bounded by LIMIT
        self._group: asyncio.TaskGroup | None = None
        self._changing = asyncio.Lock()
        for camera in fixed:
            try:
                self._check(camera)
            except (ProtocolError, Refusal) as error:
                raise StartupError(
                    f"The settings have a camera {camera.name!r} that cannot be: {error}",
                    "Change it under [[cameras]].",
                ) from error
            self._kept[camera.id] = _Kept(camera, fixed=True)
        for camera in self._load():
            if not self._named(camera):
                self._kept.setdefault(camera.id, _Kept(camera, fixed=False))

    async def run(self) -> None:
        """Run them all until cancelled."""
        try:
            async with asyncio.TaskGroup() as group:
                self._group = group
                for kept in self._kept.values():
                    self._start(kept)
                await asyncio.get_running_loop().create_future()
        finally:
            # A task that was cancelled holds all that it went through.
            self._group = None
            for kept in self._kept.values():
                kept.task = None

    def list(self) -> list[tuple[Camera, CameraHealth]]:
        """All of them, and how they are."""
        return [(kept.camera, _health(kept)) for kept in self._kept.values()]

    def get(self, camera: str) -> tuple[Camera, CameraHealth]:
        """One of them.

        Raises:
            Refusal: there is none by this id.
        """
        kept = self._find(camera)
        return kept.camera, _health(kept)

    async def ready(self, transport: TransportId) -> None:
        """Wait till a camera sends pictures; at once, if this is the transport of none.

        Raises:
            Refusal: it cannot be had.
        """
        for kept in tuple(self._kept.values()):
            participant = kept.participant
            if participant is not None and participant.transport == transport:
                await participant.ready()

    def add(self, camera: Camera) -> None:
        """Have one more, from now on and after a restart.

        Raises:
            ProtocolError: its URL is none.
            Refusal: its name is taken, there are too many, or no source reads such a URL.
            StartupError: it cannot be kept.
        """
        if len(self._kept) >= LIMIT:
            sentence = f"This relay already has {LIMIT} cameras: remove one."
            raise Refusal(RefusalCode.FULL, sentence)
        self._check(camera)
        kept = self._kept[camera.id] = _Kept(camera, fixed=False)
        self._save()
        self._start(kept)

    async def change(self, camera: Camera) -> Camera:
        """Put this in place of the one with its id; a password that is left out stays.

        Raises:
            ProtocolError: its URL is none.
            Refusal: there is no such camera, it is one of the settings, its name is taken, or no
                source reads such a URL.
            StartupError: it cannot be kept.
        """
        async with self._changing:
            return await self._change(camera)

    async def _change(self, camera: Camera) -> Camera:
        kept = self._changeable(camera.id)
        sub = camera.sub
        if sub and kept.camera.sub:
            sub = completed(sub, kept.camera.sub)
        camera = dataclasses.replace(camera, url=completed(camera.url, kept.camera.url), sub=sub)
        self._check(camera)
        kept.camera = camera
        self._save()
        await self._stop(kept)
        self._start(kept)
        return camera

    async def remove(self, camera: str) -> None:
        """Have it no more.

        Raises:
            Refusal: there is no such camera, or it is one of the settings.
            StartupError: that cannot be kept.
        """
        async with self._changing:
            kept = self._changeable(camera)
            del self._kept[camera]
            self._save()
            await self._stop(kept)

    def _find(self, camera: str) -> _Kept:
        kept = self._kept.get(camera)
        if kept is None:
            raise Refusal(RefusalCode.UNKNOWN, f"There is no camera {camera!r}.")
        return kept

    def _changeable(self, camera: str) -> _Kept:
        kept = self._find(camera)
        if kept.fixed:
            raise Refusal(
                RefusalCode.FORBIDDEN,
                f"Camera {kept.camera.name!r} is one of the settings: change it there.",
            )
        return kept

    def _named(self, camera: Camera) -> bool:
        """Whether another one has its name."""
        return any(
            (other.camera.room, other.camera.name) == (camera.room, camera.name)
            and other.camera.id != camera.id
            for other in self._kept.values()
        )

    def _check(self, camera: Camera) -> None:
        for url in (camera.url, camera.sub):
            if url is not None:
                _opening(camera, url)
        if self._named(camera):
            raise Refusal(
                RefusalCode.NAME_TAKEN,
                f"There is a camera {camera.name!r} in room {camera.room!r}: choose another name.",
            )

    def _load(self) -> Sequence[Camera]:
        content = Store(self._directory).read(FILE)
        if content is None:
            return ()
        try:
            return [_camera(entry) for entry in json.loads(content)["cameras"]]
        except (ValueError, KeyError, TypeError) as error:
            raise StartupError(
                f"What is kept of the cameras cannot be read ({FILE}): {type(error).__name__}.",
                f"Put the file aside and add them again: {self._directory / FILE}.",
            ) from error

    def _save(self) -> None:
        entries = [
            dataclasses.asdict(kept.camera) for kept in self._kept.values() if not kept.fixed
        ]
        Store.open(self._directory).write(FILE, json.dumps({"cameras": entries}, indent=1).encode())

    def _start(self, kept: _Kept) -> None:
        if self._group is not None:
            name = f"{kept.camera.room}: camera {kept.camera.name}"
            running = supervise(name, partial(self._run, kept))
            kept.task = self._group.create_task(running, name=name)

    async def _stop(self, kept: _Kept) -> None:
        if kept.task is not None:
            kept.task.cancel()
            await asyncio.wait([kept.task])
            kept.task = None

    async def _run(self, kept: _Kept) -> None:
        """Run one until it ends; that its name is somebody else's is one reason."""
        # Imported where it is needed: FFmpeg takes tens of megabytes.
        from trunkline.sources.camera.participant import CameraParticipant

        camera = kept.camera
        main = _opening(camera, camera.url)
        sub = _opening(camera, camera.sub) if camera.sub else None
        kept.participant = CameraParticipant(camera, main, sub, self._engine, self._core)
        kept.error = _BUG
        try:
            await kept.participant.run()
        except* Refusal as refused:
            kept.error = str(refused.exceptions[0])
        finally:
            kept.participant = None
        raise TrunklineError(kept.error)


def fixed_id(room: RoomName, name: ParticipantName) -> str:
    """The id of a camera of the settings: the same at each start."""
    return hashlib.sha256(f"{room}/{name}".encode()).hexdigest()[:12]


def _health(kept: _Kept) -> CameraHealth:
    if kept.participant is not None:
        return kept.participant.health()
    trouble: CameraTrouble | None = "setup" if kept.error else None
    return CameraHealth("failed" if kept.error else "idle", kept.error, trouble=trouble)


def _opening(camera: Camera, url: str) -> Opening:
    """How a URL of a camera is opened.

    Raises:
        ProtocolError: it is no URL.
        Refusal: nothing reads such a URL.
    """
    try:
        kind: Kind = find(GROUP, scheme(url))  # type: ignore[assignment]  # what a plugin promises
    except StartupError as error:
        raise Refusal(
            RefusalCode.UNSUPPORTED, f"No source reads {scheme(url)}: {error.remedy}"
        ) from None
    return kind(Wanted(url, camera.transport, camera.loop, camera.certificate))


def _camera(entry: dict[str, object]) -> Camera:
    known = {field.name for field in dataclasses.fields(Camera)}
    return Camera(**{key: value for key, value in entry.items() if key in known})  # type: ignore[arg-type]
