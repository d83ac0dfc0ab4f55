"""How it is with cameras of other relays."""

from typing import get_args

from trunkline.model.camera import CameraRemake, CameraState, CameraSummary, CameraTrouble
from trunkline.protocol import sfu_pb2 as pb
from trunkline.protocol.trunk.text import shown

_STATES: dict[str, CameraState] = {word: word for word in get_args(CameraState)}
_TROUBLES: dict[str, CameraTrouble] = {word: word for word in get_args(CameraTrouble)}
_REMAKES: dict[str, CameraRemake | None] = {word: word for word in get_args(CameraRemake)} | {
    "": None
}


def read_camera(camera: pb.TrunkCamera) -> CameraSummary | None:
    """How it is with one; None: it is told in words of a later version.

    Of troubles that are not known it is only said that the camera's operator has to look; nothing
    is said of a picture that is made anew for such a reason.

    Raises:
        ProtocolError: the name of the codec makes no sense.
    """
    codec = shown(camera.codec, "The name of a codec")
    state = _STATES.get(camera.state)
    if state is None:
        return None
    trouble = _TROUBLES.get(camera.trouble, "setup") if camera.trouble else None
    if camera.remade not in _REMAKES:
        return CameraSummary(state, trouble)
    return CameraSummary(state, trouble, codec, _REMAKES[camera.remade])


def write_camera(camera: CameraSummary) -> pb.TrunkCamera:
    """The other way round."""
    return pb.TrunkCamera(
        state=camera.state,
        trouble=camera.trouble or "",
        codec=camera.codec,
        remade=camera.remade or "",
    )
