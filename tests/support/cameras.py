"""What cameras send, as recordings of FFmpeg that an RTSP server serves."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from support.rtsp import launch
from support.streams import record

# Name → encoders of picture and sound, what GStreamer calls them, and options of the encoder.
KINDS: dict[str, tuple[str | None, str | None, tuple[str, ...], dict[str, Any]]] = {
    "h264-aac": ("libx264", "aac", ("h264", "aac"), {}),
    "h264-alaw": ("libx264", "pcm_alaw", ("h264", "alaw"), {}),
    "h264-mulaw": ("libx264", "pcm_mulaw", ("h264", "mulaw"), {}),
    "b-frames": ("libx264", "aac", ("h264", "aac"), {"bf": "2"}),
    "vp8-opus": ("libvpx", "libopus", ("vp8", "opus"), {"deadline": "realtime", "cpu-used": "8"}),
    "vp9": ("libvpx-vp9", None, ("vp9",), {"deadline": "realtime", "cpu-used": "8"}),
    "h264-l16": ("libx264", "pcm_s16be", ("h264", "l16"), {}),
    "h265": ("libx265", None, ("h265",), {}),
    "mjpeg": ("mjpeg", None, ("mjpeg",), {}),
    "mpeg4": ("mpeg4", None, ("mpeg4",), {}),
    "video-only": ("libx264", None, ("h264",), {}),
    "audio-only": (None, "aac", ("aac",), {}),
    "long": ("libx264", "aac", ("h264", "aac"), {"gop": 250, "seconds": 25}),
}


def served(folder: Path, names: Sequence[str] = tuple(KINDS)) -> dict[str, str]:
    """Make the recordings; path → what serves it."""
    mounts = {}
    for name in names:
        video, audio, codecs, more = KINDS[name]
        # Matroska has no G.711 here.
        ending = "mov" if audio and audio.startswith("pcm") else "mkv"
        file = record(folder / f"{name}.{ending}", video, audio, **more)
        mounts[f"/{name}"] = launch(file, *codecs)
    return mounts
