"""Pictures and sound of the program that a relay runs in, without a network between."""

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from trunkline.client.audio_output import AudioOutput
from trunkline.client.input import AudioInput, Input, VideoInput
from trunkline.client.video_output import VideoOutput
from trunkline.errors import TrunklineError
from trunkline.media.core import Tap
from trunkline.model.link import Arrived, Cut
from trunkline.model.media import Kind


class Producer:
    """What `Relay.produce` gives: write pictures to `video` and sound to `audio`."""

    def __init__(self, video: VideoOutput | None, audio: AudioOutput | None) -> None:
        self._video = video
        self._audio = audio

    @property
    def video(self) -> VideoOutput:
        """Where pictures go.

        Raises:
            TrunklineError: none are produced.
        """
        if self._video is None:
            raise TrunklineError("No pictures are produced: use video=VideoSettings().")
        return self._video

    @property
    def audio(self) -> AudioOutput:
        """Where sound goes; errors as above."""
        if self._audio is None:
            raise TrunklineError("No sound is produced: use audio=AudioSettings().")
        return self._audio


class Tapped:
    """What `Relay.tap` gives: read pictures from `video` and sound from `audio`."""

    def __init__(self, inputs: Mapping[Kind, Input]) -> None:
        self._inputs = inputs

    @property
    def video(self) -> VideoInput:
        """The pictures.

        Raises:
            TrunklineError: the participant sends none.
        """
        source = self._inputs.get("video")
        if not isinstance(source, VideoInput):
            raise TrunklineError("This participant sends no pictures.")
        return source

    @property
    def audio(self) -> AudioInput:
        """The sound; errors as above."""
        source = self._inputs.get("audio")
        if not isinstance(source, AudioInput):
            raise TrunklineError("This participant sends no sound.")
        return source


@contextmanager
def tapped(tap: Tap, source: Input) -> Iterator[None]:
    """Feed an input from a tap; both end with the block."""
    loop = asyncio.get_running_loop()

    def take(event: Arrived | Cut) -> None:
        if isinstance(event, Arrived):
            source.feed(event)
        else:
            loop.remove_reader(tap.fileno())
            source.close()

    def drain() -> None:
        for event in tap.drain():
            take(event)

    source.attach(tap.request_keyframe)
    loop.add_reader(tap.fileno(), drain)
    try:
        yield
    finally:
        loop.remove_reader(tap.fileno())
        source.close()
        tap.close()
