"""The test picture, and a tone with a beep at every full second."""

import datetime
from collections.abc import Iterator

from av.audio.frame import AudioFrame
from av.filter import Graph
from av.video.frame import VideoFrame

from trunkline.sources.picture import HEIGHT, WIDTH, decorate
from trunkline.sources.playing import Stage

RATE = 30
"""Pictures a second."""
SAMPLES = 48000
# Behind by more seconds than this (a suspended machine), leaving out beats a burst.
_TOO_LATE = 0.5


class Pattern:
    """Endless slow colours with a clock, a bar that moves, a light that flashes with the beep."""

    def play(self, stage: Stage) -> None:
        """Write it until told to stop."""
        pictures, sounds = backgrounds(), tones()
        number = heard = 0
        while stage.wait_until(number / RATE):
            due = number / RATE
            if stage.now() - due > _TOO_LATE:
                number = int(stage.now() * RATE)
                heard = number * SAMPLES // RATE
                continue
            while heard <= due * SAMPLES:
                tone = next(sounds)
                if stage.audio:
                    stage.audio.write(tone, time=heard / SAMPLES)
                heard += tone.samples
            if stage.video:
                clock = datetime.datetime.now().astimezone()
                stage.video.write(decorate(next(pictures), clock, due), due)
            number += 1


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
