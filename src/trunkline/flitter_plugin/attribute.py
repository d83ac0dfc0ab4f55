"""Attributes of Flitter's nodes, as values of ours."""

import logging
from typing import Any, TypeAlias

from trunkline.client.network import Network
from trunkline.client.video_output import VideoSettings
from trunkline.errors import TrunklineError
from trunkline.flitter_plugin import ice
from trunkline.flitter_plugin.call import Options
from trunkline.frames.encoder import find, known_encoders, with_preset

log = logging.getLogger(__name__)

Node: TypeAlias = Any
"""A node of Flitter's, which has no types."""
Vector: TypeAlias = Any
"""A value of Flitter's."""

SILENCE = 4.5
"""Seconds without any datagram after which the other end is gone."""
FPS = 60.0
BITS = 0.15
"""For each pixel, where no bit rate is given: enough for an encoder that is told to be quick."""
LEAST, MOST = 1_000_000, 20_000_000
_CODECS = {"h264": "H264", "vp8": "VP8", "vp9": "VP9"}
_USUAL = ("H264", "VP8")
_NAMES = ("codec", "bitrate", "fps", "preset", "ice")


def vector(node: Node, name: str) -> Vector | None:
    """All of an attribute; None where it is not given."""
    if name not in node:
        return None
    return node[name]


def text(node: Node, name: str, default: str = "") -> str:
    """Text of an attribute; of `null` it is empty, as everywhere in Flitter."""
    return str(node.get(name, 1, str, default))


def written(node: Node) -> tuple[Vector, ...]:
    """What the attributes of a `!webrtc` node say, to compare."""
    return tuple(vector(node, name) for name in _NAMES)


def options(node: Node, size: tuple[int, int]) -> Options:
    """What they mean; what cannot be is told in the log and left out."""
    try:
        video = _video(node, size)
    except TrunklineError as error:
        log.warning("!webrtc: %s It sends as it would without codec= and preset=.", error)
        video = VideoSettings(codec=_USUAL[0], others=_USUAL, **_rates(node, size))
    network = Network(silence=SILENCE, ice_servers=ice.read(vector(node, "ice") or ()))
    return Options(size=size, video=video, network=network)


def _video(node: Node, size: tuple[int, int]) -> VideoSettings:
    name = text(node, "codec").lower()
    encoder = next((one for one in known_encoders() if one.name == name), None)
    preset = text(node, "preset") or None
    codec = encoder.codec if encoder else _CODECS.get(name, name or _USUAL[0])
    others = () if name else _USUAL
    # An encoder of this kind is in every FFmpeg of ours; hardware is taken by its name.
    chosen = encoder.name if encoder else None
    with_preset(find(codec, chosen), preset)
    rates = _rates(node, size)
    return VideoSettings(codec=codec, others=others, encoder=chosen, preset=preset, **rates)


def _rates(node: Node, size: tuple[int, int]) -> dict[str, Any]:
    fps = min(max(node.get("fps", 1, float, FPS), 1.0), 240.0)
    width, height = size
    usual = min(max(int(width * height * fps * BITS), LEAST), MOST)
    return {"fps": fps, "bitrate": max(node.get("bitrate", 1, int, usual), 1)}
