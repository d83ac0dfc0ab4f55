"""Cameras, as programs of Umbrella's know them: addresses and no more."""

from collections.abc import Callable, Iterator, Sequence
from itertools import count
from urllib.parse import urlsplit

from trunkline.model.camera import Camera
from trunkline.model.id import ParticipantName, RoomName
from trunkline.protocol.name import participant_name
from trunkline.protocol.source_url import scheme, shown
from trunkline.web.api.cameras import Cameras

ROOM = RoomName("default")
"""Where an original's clients are, and so its cameras."""


class CameraShelf:
    """A `Shelf` of what is fetched by RTSP; `draw` gives a new id."""

    def __init__(self, cameras: Cameras, draw: Callable[[], str]) -> None:
        self._cameras = cameras
        self._draw = draw

    def takes(self, url: str) -> bool:
        """See `Shelf`."""
        return url.lower().startswith("rtsp")

    def urls(self) -> Sequence[str]:
        """See `Shelf`."""
        return [shown(camera.url) for camera, _ in self._cameras.list()]

    def check(self, url: str) -> None:
        """See `Shelf`."""
        scheme(url)

    async def add(self, url: str) -> None:
        """See `Shelf`; it is called by its host."""
        self._cameras.add(Camera(id=self._draw(), room=ROOM, name=self._name(url), url=url))

    async def remove(self, url: str) -> None:
        """See `Shelf`."""
        for camera, _ in self._cameras.list():
            if shown(camera.url) == url:
                await self._cameras.remove(camera.id)

    def _name(self, url: str) -> ParticipantName:
        host = urlsplit(url).hostname or ""
        taken = {camera.name for camera, _ in self._cameras.list() if camera.room == ROOM}
        names = (participant_name(f"{host[:56]}{more}") for more in _endings())
        return next(name for name in names if name not in taken)


def _endings() -> Iterator[str]:
    yield ""
    yield from (f" {number}" for number in count(2))
