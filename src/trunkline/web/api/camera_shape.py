"""The shapes of /api/v1/cameras."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from trunkline.model.camera import (
    Camera,
    CameraHealth,
    CameraMode,
    CameraRemake,
    CameraState,
    CameraSummary,
    CameraTrouble,
    StreamTransport,
)
from trunkline.protocol.source_url import LIMIT, shown
from trunkline.web.api.shape import Shape

Url = Annotated[str, Field(min_length=1, max_length=LIMIT)]
Trouble = Annotated[
    CameraTrouble | None, Field(description="What the sentence says, for programs.")
]
Open = Annotated[str, Field(description="Without its password.")]


class CameraBody(BaseModel):
    """What is laid down for a camera."""

    model_config = ConfigDict(extra="forbid")

    url: Annotated[Url, Field(description="rtsp://USER:PASSWORD@HOST/PATH, or another source.")]
    room: str
    name: Annotated[str, Field(description="As others in the room see it.")]
    sub: Annotated[Url | None, Field(description="The URL of its second stream.")] = None
    mode: CameraMode = "on-demand"
    transport: Annotated[
        StreamTransport | None, Field(description="Of RTSP; null: TCP, else UDP.")
    ] = None
    certificate: Annotated[
        str | None,
        Field(
            max_length=4096,
            description="A PEM file of the relay's machine: the camera's certificate, or of who "
            "signed it; null: it is not checked.",
        ),
    ] = None
    loop: Annotated[bool, Field(description="A file begins anew at its end.")] = False


class CameraPicture(Shape):
    """How the picture comes."""

    codec: str
    width: Annotated[int, Field(description="Pixels; 0 while not known.")]
    height: Annotated[int, Field(description="Pixels; 0 while not known.")]
    fps: Annotated[
        float | None, Field(description="Pictures in a second; null of another relay's camera.")
    ]
    kbps: Annotated[int | None, Field(description="Null of another relay's camera.")]
    last_keyframe: Annotated[float | None, Field(description="Seconds since 1970.")]
    remade: Annotated[
        CameraRemake | None,
        Field(
            description="Why no browser shows it as it is, so that H.264 is made of it: its codec, "
            "or the order of its pictures (B-frames)."
        ),
    ]


class CameraSound(Shape):
    """How the sound comes."""

    codec: str
    channels: int


class CameraEntry(Shape):
    """A camera, and how it is."""

    id: str
    room: str
    name: str
    url: Open
    sub: Annotated[str | None, Field(description="Of its second stream, without password.")]
    mode: CameraMode
    transport: StreamTransport | None
    certificate: str | None
    loop: bool
    state: CameraState
    error: Annotated[str | None, Field(description="Why it is not there, as a sentence.")]
    trouble: Trouble
    picture: CameraPicture | None
    sound: CameraSound | None
    doing: Annotated[str | None, Field(description="What is done with it, in words.")]
    restarts: Annotated[int, Field(description="How often it broke off.")]

    @classmethod
    def of(cls, camera: Camera, health: CameraHealth) -> "CameraEntry":
        """As it is told, without passwords."""
        picture, sound = health.picture, health.sound
        return cls(
            id=camera.id,
            room=camera.room,
            name=camera.name,
            url=shown(camera.url),
            sub=shown(camera.sub) if camera.sub else None,
            mode=camera.mode,
            transport=camera.transport,
            certificate=camera.certificate,
            loop=camera.loop,
            state=health.state,
            error=health.error,
            trouble=health.trouble,
            picture=CameraPicture.model_validate(picture) if picture else None,
            sound=CameraSound.model_validate(sound) if sound else None,
            doing=health.doing,
            restarts=health.restarts,
        )


class CameraList(Shape):
    """All cameras."""

    cameras: tuple[CameraEntry, ...]


class RoomCamera(Shape):
    """What a viewer is told of a camera."""

    participant: Annotated[str, Field(description="Its id in the room.")]
    name: str
    state: CameraState
    error: Annotated[
        str | None,
        Field(description="Why it is not there, as a sentence; null of another relay's camera."),
    ]
    trouble: Trouble
    picture: CameraPicture | None
    doing: Annotated[
        str | None,
        Field(description="What is done with it, in words; null of another relay's camera."),
    ]

    @classmethod
    def of(cls, participant: str, camera: Camera, health: CameraHealth) -> "RoomCamera":
        """As it is told to everybody in the room."""
        picture = health.picture
        return cls(
            participant=participant,
            name=camera.name,
            state=health.state,
            error=health.error,
            trouble=health.trouble,
            picture=CameraPicture.model_validate(picture) if picture else None,
            doing=health.doing,
        )

    @classmethod
    def afar(cls, participant: str, name: str, camera: CameraSummary) -> "RoomCamera":
        """As it is told of another relay's."""
        picture = None
        if camera.codec:
            picture = CameraPicture(
                codec=camera.codec,
                width=0,
                height=0,
                fps=None,
                kbps=None,
                last_keyframe=None,
                remade=camera.remade,
            )
        return cls(
            participant=participant,
            name=name,
            state=camera.state,
            error=None,
            trouble=camera.trouble,
            picture=picture,
            doing=None,
        )


class RoomCameraList(Shape):
    """The cameras of a room."""

    cameras: tuple[RoomCamera, ...]
