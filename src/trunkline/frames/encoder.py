"""Which encoders there are, and how each is told to be quick rather than thorough."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction

import av
from av.codec.codec import Codec, UnknownCodecError
from av.video.codeccontext import VideoCodecContext

from trunkline.errors import FrameError
from trunkline.frames.colour import BT601, BT709

CLOCK = 90_000
"""Of all video in RTP (RFC 3551 section 4.1)."""


@dataclass(frozen=True, slots=True)
class Encoder:
    """One of FFmpeg's encoders."""

    name: str
    codec: str
    """What it makes, by its SDP name."""
    options: Mapping[str, str] = field(default_factory=dict)
    pixels: str = "yuv420p"
    follows: bool = False
    """Whether it takes another bit rate without being opened anew."""


X264_PRESETS = (
    *("ultrafast", "superfast", "veryfast", "faster", "fast"),
    *("medium", "slow", "slower", "veryslow"),
)
_REALTIME_VPX = {"deadline": "realtime", "cpu-used": "8", "lag-in-frames": "0"}
_FIRST: Mapping[str, Encoder] = {
    "H264": Encoder(
        "libx264",
        "H264",
        # Baseline without what nobody uses of it is constrained baseline, as WebRTC has it.
        {"preset": "ultrafast", "tune": "zerolatency", "profile": "baseline", "forced-idr": "1"}
        | {"x264-params": "scenecut=0"},
        follows=True,
    ),
    # Slower ones cost a quarter more and look the same at this rate.
    "VP8": Encoder("libvpx", "VP8", _REALTIME_VPX | {"cpu-used": "12"}),
    "VP9": Encoder("libvpx-vp9", "VP9", _REALTIME_VPX | {"row-mt": "0", "tile-columns": "0"}),
}
# They are taken by name alone: that FFmpeg knows one does not mean that the machine has it.
_HARDWARE: Mapping[str, Encoder] = {
    one.name: one
    for one in (
        Encoder(
            "h264_nvenc",
            "H264",
            {"preset": "p1", "tune": "ull", "zerolatency": "1", "forced-idr": "1", "rc": "cbr"}
            | {"profile": "baseline"},
        ),
        Encoder(
            "h264_qsv",
            "H264",
            {"preset": "veryfast", "async_depth": "1", "forced_idr": "1", "profile": "baseline"},
            "nv12",
        ),
        Encoder("h264_v4l2m2m", "H264"),
        Encoder("h264_videotoolbox", "H264", {"realtime": "1", "profile": "baseline"}),
    )
}


def find(codec: str, name: str | None = None) -> Encoder:
    """The encoder for a codec, or the one of this name.

    Raises:
        FrameError: there is none.
    """
    chosen = _HARDWARE.get(name) if name else _FIRST.get(codec)
    if name and chosen is None:
        chosen = next((one for one in _FIRST.values() if one.name == name), None)
    if chosen is None:
        known = [*_FIRST] if name is None else [one.name for one in known_encoders()]
        raise FrameError(f"Nothing here encodes {name or codec}: choose of {', '.join(known)}.")
    if not _is_built_in(chosen.name):
        known = [one.name for one in known_encoders() if one.codec == chosen.codec]
        raise FrameError(
            f"This FFmpeg was built without {chosen.name}: choose of {', '.join(known)}, "
            "or leave the encoder out to encode in software."
        )
    if chosen.codec != codec:
        raise FrameError(f"{chosen.name} makes {chosen.codec}, not {codec}.")
    return chosen


def with_preset(encoder: Encoder, preset: str | None) -> Encoder:
    """The same, as thorough as its own word says; None: as it is.

    Raises:
        FrameError: it knows no such word.
    """
    if preset is None:
        return encoder
    if "preset" not in encoder.options:
        raise FrameError(f"{encoder.name} has no presets: leave the preset out.")
    if encoder.name == "libx264" and preset not in X264_PRESETS:
        known = ", ".join(X264_PRESETS)
        raise FrameError(f"x264 has no preset {preset!r}: choose of {known}.")
    return replace(encoder, options={**encoder.options, "preset": preset})


def known_encoders() -> list[Encoder]:
    """Those that this FFmpeg was built with; hardware may be missing all the same."""
    return [one for one in (*_FIRST.values(), *_HARDWARE.values()) if _is_built_in(one.name)]


def _is_built_in(name: str) -> bool:
    try:
        Codec(name, "w")
    except UnknownCodecError:
        return False
    return True


@dataclass(frozen=True, slots=True)
class Format:
    """What an encoder is opened for."""

    width: int
    height: int
    fps: float
    bt709: bool


def open_encoder(encoder: Encoder, shape: Format, bitrate: int, ceiling: int) -> VideoCodecContext:
    """Open it for real time: each picture comes out at once, and none refers to a later one.

    Args:
        encoder: which.
        shape: of its pictures.
        bitrate: bits a second.
        ceiling: what `bitrate` may be raised to while it is open.

    Raises:
        FrameError: it cannot be opened.
    """
    context = av.codec.CodecContext.create(encoder.name, "w")
    assert isinstance(context, VideoCodecContext)
    context.width, context.height, context.pix_fmt = shape.width, shape.height, encoder.pixels
    context.time_base = Fraction(1, CLOCK)
    context.framerate = Fraction(shape.fps).limit_denominator(1001)
    context.bit_rate = bitrate
    context.max_b_frames = 0
    # Whoever needs a keyframe asks for it: those that nobody needs make the picture pulse.
    context.gop_size = 100_000
    # libvpx spins with two: ten times the work. x264 gains nothing.
    context.thread_count = 1
    context.colorspace = BT709 if shape.bt709 else BT601
    context.color_primaries = context.color_trc = context.colorspace
    context.color_range = 1
    context.options = {**encoder.options, **_limits(encoder, bitrate, ceiling)}
    try:
        context.open()
    except av.FFmpegError as error:
        raise FrameError(
            f"The encoder {encoder.name} cannot be opened for {shape.width} × {shape.height}: "
            f"{error.strerror}. {_remedy(encoder)}"
        ) from error
    return context


def _remedy(encoder: Encoder) -> str:
    if encoder.name in _HARDWARE:
        software = _FIRST[encoder.codec].name
        return f"Is its hardware here? Leave the encoder out to encode in software, by {software}."
    return "Send a smaller picture, or choose another codec."


def _limits(encoder: Encoder, bitrate: int, ceiling: int) -> dict[str, str]:
    """Keep to the bit rate within half a second, so that nothing queues on the way."""
    most = ceiling if encoder.follows else bitrate
    limits = {"maxrate": str(most), "bufsize": str(most // 2)}
    if encoder.codec in ("VP8", "VP9"):
        limits["minrate"] = str(bitrate)  # all three the same: constant bit rate
    return limits
