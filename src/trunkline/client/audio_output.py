"""Sound that a program sends: its own, or packets that are encoded already."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from av.audio.frame import AudioFrame

from trunkline.client.output import Encoding, Send, of_codec
from trunkline.frames.audio_encoder import AudioEncoder
from trunkline.frames.worker import Worker
from trunkline.model.frame import Encoded
from trunkline.model.media import Kind
from trunkline.net.clock import Epoch

if TYPE_CHECKING:
    from trunkline.frames.array import Samples

WAITING_SOUNDS = 25
"""Pieces of sound that wait for the encoder; half a second of the usual ones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AudioSettings:
    """How sound is sent."""

    codec: str = "opus"
    """ "opus", "PCMU", "PCMA" or "G722"."""
    bitrate: int = 64_000
    """Bits a second, of opus."""


class AudioOutput(Encoding[AudioSettings, tuple[AudioFrame, float]]):
    """Sound that goes to the other end, in pieces of any length; `write` never waits.

    Written faster than it sounds, it is heard as fast: who reads a file keeps the pace.
    """

    kind: Kind = "audio"

    def __init__(self, settings: AudioSettings, epoch: Epoch) -> None:
        super().__init__(settings, Worker("trunkline-audio-out", self._encode, WAITING_SOUNDS))
        self._epoch = epoch
        self._encoder = AudioEncoder(settings.codec, bitrate=settings.bitrate)

    def write(
        self,
        sound: "Samples | AudioFrame | Encoded | Any",
        rate: int = 48_000,
        time: float | None = None,
    ) -> bool:
        """Send sound.

        Args:
            sound: an array, float32 (-1 to 1) or int16 of samples × channels (1 or 2); or a frame
                of any format; or a packet, whose own time counts.
            rate: samples a second, of an array.
            time: seconds since this peer was made at which it begins. When not given: now; pieces
                that nearly follow each other are taken to follow.

        Returns:
            Whether there was room: False, when the oldest piece that waited was dropped.

        Raises:
            FrameError: it is no sound, or the encoder failed.
            ConnectionLost: the connection has ended for good.
        """
        self._check()
        if isinstance(sound, Encoded):
            return self._deliver(of_codec(sound, self.codec))
        frame = _sound(sound, rate)
        moment = self._epoch.now() if time is None else time
        return self._worker.put((frame, moment))

    def attach(self, send: Send | None) -> None:
        """Send there from now on; None: nowhere."""
        self._send = send

    def want_keyframe(self) -> None:
        """Sound has none."""

    def allow(self, bitrate: int) -> None:
        """Sound stays as it is."""

    def limit(self, bitrate: int | None) -> None:
        """Sound stays as it is."""

    def _encode(self, item: tuple[AudioFrame, float]) -> None:
        frame, moment = item
        for packet in self._encoder.encode(frame, moment, self._epoch.wall(moment)):
            self._deliver(packet)

    def _deliver(self, packet: Encoded) -> bool:
        send = self._send
        taken = send is None or send(packet)
        self._unsent += not taken
        return taken


def _sound(sound: "Samples | AudioFrame | Any", rate: int) -> AudioFrame:
    if isinstance(sound, AudioFrame):
        return sound
    from trunkline.frames import array

    return array.sound(sound, rate)
