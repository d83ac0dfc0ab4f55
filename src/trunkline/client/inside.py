"""Pictures and sound of the program that a relay runs in, without a network between."""

import asyncio
from collections.abc import Callable, Mapping

from trunkline.client.audio_output import AudioOutput
from trunkline.client.input import AudioInput, Input, VideoInput
from trunkline.client.video_output import VideoOutput
from trunkline.errors import TrunklineError
from trunkline.media.core import Tap
from trunkline.model.link import Cut
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


class Feed:
    """Feeds an input from a tap; `ended` is called when that ends by itself."""

    def __init__(self, tap: Tap, source: Input, ended: Callable[[], None]) -> None:
        self._tap = tap
        self._source = source
        self._ended = ended
        self._loop = asyncio.get_running_loop()
        source.attach(tap.request_keyframe)
        self._loop.add_reader(tap.fileno(), self._drain)

    def close(self) -> None:
        """Take no more."""
        self._loop.remove_reader(self._tap.fileno())
        self._tap.close()

    def _drain(self) -> None:
        for event in self._tap.drain():
            if isinstance(event, Cut):
                self._loop.remove_reader(self._tap.fileno())
                self._ended()
            else:
                self._source.feed(event)
