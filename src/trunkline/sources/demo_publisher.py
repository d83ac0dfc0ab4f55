"""The process that publishes the demonstration: `python -m trunkline.sources.demo_publisher URL`.

It ends when its standard input is closed, so it never outlives the relay.
"""

import datetime
import select
import sys
import time
from collections.abc import Iterator
from fractions import Fraction

import av
from av.audio.frame import AudioFrame
from av.filter import Graph
from av.video.frame import VideoFrame

from trunkline.sources.picture import HEIGHT, WIDTH, decorate

RATE = 30
"""Pictures a second."""
SAMPLES = 48000
# Behind by more seconds than this (a suspended machine), starting anew beats a burst.
_TOO_LATE = 2.0

_VIDEO = {
    # Chromium and every phone decode constrained baseline, level 3.1.
    "profile": "baseline",
    "level": "3.1",
    "preset": "ultrafast",
    "tune": "zerolatency",
    # A keyframe every second: this publisher hears no PLI.
    "x264-params": "keyint=30:scenecut=0:vbv-maxrate=2000:vbv-bufsize=1000",
}


def backgrounds() -> Iterator[VideoFrame]:
    """Endless slow colours."""
    graph = Graph()
    # Made small and enlarged: a gradient has no details, and this costs a fraction of the time.
    nodes = [
        graph.add(
            "gradients",
            f"size={WIDTH // 4}x{HEIGHT // 4}:rate={RATE}:speed=0.012:seed=11:nb_colors=4"
            ":c0=0x0b1e3f:c1=0x14657f:c2=0x5b3a8c:c3=0xb0476b",
        ),
        graph.add("scale", f"{WIDTH}:{HEIGHT}:flags=bilinear"),
        graph.add("format", "yuv420p"),
        graph.add("buffersink"),
    ]
    graph.link_nodes(*nodes).configure()
    while True:
        frame = graph.pull()
        assert isinstance(frame, VideoFrame)
        yield frame


def tones() -> Iterator[AudioFrame]:
    """An endless soft tone, 20 ms a frame, with a beep at every full second."""
    graph = Graph()
    nodes = [
        graph.add(
            "sine", f"frequency=220:beep_factor=4:sample_rate={SAMPLES}:samples_per_frame=960"
        ),
        graph.add("aformat", "sample_fmts=flt:channel_layouts=stereo"),
        graph.add("abuffersink"),
    ]
    graph.link_nodes(*nodes).configure()
    while True:
        frame = graph.pull()
        assert isinstance(frame, AudioFrame)
        yield frame


def publish(url: str) -> None:
    """Publish to a WHIP endpoint until standard input is closed.

    Raises:
        av.FFmpegError: the endpoint refused, or the connection ended.
    """
    with av.open(url, "w", format="whip") as output:
        video = output.add_stream("libx264", rate=RATE, options=_VIDEO)
        video.width, video.height, video.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        video.bit_rate = 1_500_000
        audio = output.add_stream("libopus", rate=SAMPLES, layout="stereo")
        audio.bit_rate = 64_000
        output.start_encoding()
        start = time.monotonic()
        sound = tones()
        heard = 0
        for number, picture in enumerate(backgrounds()):
            due = number / RATE
            while heard <= due * SAMPLES:
                tone = next(sound)
                heard += tone.samples
                output.mux(audio.encode(tone))
            picture.pts, picture.time_base = number, Fraction(1, RATE)
            output.mux(video.encode(decorate(picture, datetime.datetime.now().astimezone(), due)))
            wait = start + due - time.monotonic()
            if wait < -_TOO_LATE or _is_over(max(wait, 0)):
                return


def _is_over(seconds: float) -> bool:
    """Wait; whether standard input was closed meanwhile."""
    readable, _, _ = select.select([sys.stdin], [], [], seconds)
    return bool(readable)


def main() -> int:
    """Publish to the URL given; one line on standard error says why it could not."""
    av.logging.set_level(av.logging.PANIC)
    try:
        publish(sys.argv[1])
    except av.FFmpegError as error:
        sys.stderr.write(f"{error.strerror}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
