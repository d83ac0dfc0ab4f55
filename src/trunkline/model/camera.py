"""A camera, or another stream that this relay fetches, and how it is with it."""

from dataclasses import dataclass, field
from typing import Literal

from trunkline.model.id import ParticipantName, RoomName

CameraMode = Literal["on-demand", "always"]
CameraState = Literal["idle", "connecting", "live", "waiting", "failed"]
"""Nobody watches; on its way; pictures or sound come; it broke off and is tried again; the camera
refuses, and a person has to do something (it is tried again all the same while it is wanted)."""
CameraRemake = Literal["codec", "order"]
"""Why no browser shows a picture as it is: its codec, or the order of its pictures (B-frames)."""
CameraTrouble = Literal[
    "login",
    "forbidden",
    "path",
    "setup",
    "missing",
    "off",
    "silent",
    "unreadable",
    "unreachable",
    "certificate",
    "codec",
    "ended",
    "relay",
]
"""Why there is no picture, for pages that say it in the language of who looks: it refuses user or
password; forbids this user; has no such stream; its URL or options do not fit it; there is no such
file or device; nothing listens there; it is silent; it talks nonsense; it cannot be reached; its
certificate is another one; nobody can play what it sends; it broke off; the relay has a bug."""
StreamTransport = Literal["tcp", "udp"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Camera:
    """What was asked for. URLs may hold passwords."""

    id: str
    room: RoomName
    name: ParticipantName
    url: str = field(repr=False)
    sub: str | None = field(default=None, repr=False)
    """Of its second stream, for viewers who cannot play the first."""
    mode: CameraMode = "on-demand"
    transport: StreamTransport | None = None
    """Of RTSP; None: TCP, or UDP where the camera has no other."""
    certificate: str | None = None
    """A PEM file: the camera's own, or of who signed it; None: its certificate is not checked."""
    loop: bool = False
    """A file begins anew at its end."""


@dataclass(frozen=True, slots=True)
class PictureHealth:
    """How the picture comes."""

    codec: str
    width: int
    height: int
    fps: float
    kbps: int
    last_keyframe: float | None
    """Seconds since 1970."""
    remade: CameraRemake | None = None


@dataclass(frozen=True, slots=True)
class SoundHealth:
    """How the sound comes."""

    codec: str
    channels: int


@dataclass(frozen=True, slots=True)
class CameraTally:
    """What of a camera can be counted, over all its connections."""

    connections: int = 0
    """How often it was there."""
    pictures: int = 0
    """That came from it."""
    age: float | None = None
    """Seconds since the last of them; None: none ever came."""
    transcoders: int = 0
    """That run for it now."""


@dataclass(frozen=True, slots=True)
class CameraHealth:
    """How it is with a camera now."""

    state: CameraState = "idle"
    error: str | None = None
    """A sentence; it never holds a password."""
    picture: PictureHealth | None = None
    sound: SoundHealth | None = None
    doing: str | None = None
    """What is done with picture and sound, in words."""
    restarts: int = 0
    """How often it broke off."""
    tally: CameraTally = CameraTally()
    trouble: CameraTrouble | None = None
    """What `error` says, for programs."""


@dataclass(frozen=True, slots=True)
class CameraSummary:
    """How it is with a camera, for other relays: words alone, of which none can hold a password."""

    state: CameraState
    trouble: CameraTrouble | None = None
    codec: str = ""
    """Of its picture; empty: none comes."""
    remade: CameraRemake | None = None
