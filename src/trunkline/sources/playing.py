"""Sources that play in a thread: what they write, and how they are told to stop."""

import asyncio
import threading
import time
from typing import Protocol

from trunkline.client.audio_output import AudioOutput
from trunkline.client.video_output import VideoOutput


class Stage:
    """Where a source plays: its outputs, its clock, and whether it is to stop."""

    def __init__(self, video: VideoOutput | None, audio: AudioOutput | None) -> None:
        self.video = video
        self.audio = audio
        self.stopped = threading.Event()
        """Set when it is to stop."""
        self._start = time.monotonic()

    def wait_until(self, moment: float) -> bool:
        """Wait for a moment, in seconds since the beginning; False: it is to stop."""
        return not self.stopped.wait(max(0.0, moment - self.now()))

    def now(self) -> float:
        """Seconds since the beginning."""
        return time.monotonic() - self._start


class Source(Protocol):
    """Something to publish."""

    def play(self, stage: Stage) -> None:
        """Write pictures and sound until there is no more, or it is to stop; in a thread."""


async def play(source: Source, video: VideoOutput | None, audio: AudioOutput | None) -> None:
    """Play a source to its end, or until cancelled."""
    stage = Stage(video, audio)
    try:
        await asyncio.to_thread(source.play, stage)
    finally:
        stage.stopped.set()
