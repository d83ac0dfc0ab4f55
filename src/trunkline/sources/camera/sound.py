"""The sound of one connection: passed on as it is, or as Opus."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from av.audio.frame import AudioFrame

from trunkline.frames.audio_encoder import JUMP, AudioEncoder
from trunkline.model.camera import SoundHealth
from trunkline.model.frame import Encoded
from trunkline.net.clock import Epoch
from trunkline.sources.camera.outlet import Outlet
from trunkline.sources.camera.timeline import Stamps


@dataclass(frozen=True, slots=True)
class SoundFormat:
    """What a stream of sound is."""

    decoder: str
    """FFmpeg's name of the codec."""
    rate: int
    channels: int


# As RTP has it (RFC 3551, RFC 7587): name and clock.
_PASSED = {
    SoundFormat("pcm_mulaw", 8_000, 1): ("PCMU", 8_000),
    SoundFormat("pcm_alaw", 8_000, 1): ("PCMA", 8_000),
    SoundFormat("adpcm_g722", 16_000, 1): ("G722", 8_000),
}
_NAMES = {"pcm_mulaw": "PCMU", "pcm_alaw": "PCMA", "adpcm_g722": "G722", "pcm_s16be": "L16"}


class Sound:
    """What is done with the sound of one stream; all of it in the thread that reads it."""

    def __init__(self, form: SoundFormat, epoch: Epoch) -> None:
        self.first: Sequence[Outlet] = ()
        """They get the stream as it is, or Opus where browsers cannot play it."""
        self.second: Sequence[Outlet] = ()
        """They get Opus in place of something else."""
        self._form = form
        self._epoch = epoch
        opus = ("opus", 48_000) if form.decoder == "opus" and form.channels <= 2 else None
        self._passed = opus or _PASSED.get(form)
        self._stamps = Stamps(self._passed[1] if self._passed else 48_000)
        self._encoder: AudioEncoder | None = None
        self._due = float("-inf")
        """When the next sample is due, by the count of those before."""

    def take(
        self,
        data: bytes,
        time: float | None,
        moment: float,
        decode: Callable[[], Sequence[AudioFrame]],
    ) -> None:
        """Take one packet.

        Args:
            data: of the packet.
            time: the camera's, in seconds.
            moment: ours.
            decode: gives what is in it.
        """
        if self._passed is not None:
            codec, clock = self._passed
            stamp = self._stamps.stamp(time, moment)
            captured = self._epoch.wall(moment)
            for outlet in self.first:
                outlet.write(Encoded(codec, data, stamp, clock, captured=captured))
        outlets = [outlet for outlet in self._encoded() if outlet.wanted]
        if not outlets:
            self._encoder, self._due = None, float("-inf")
            return
        self._encoder = self._encoder or AudioEncoder()
        for frame in decode():
            drift = self._drift(moment)
            for made in self._encoder.encode(frame, moment):
                packet = replace(made, captured=self._epoch.wall(made.seconds + drift))
                for outlet in outlets:
                    outlet.write(packet)
            seconds = frame.samples / frame.sample_rate
            moment += seconds
            self._due += seconds

    def _drift(self, moment: float) -> float:
        """Seconds by which the encoder, which counts samples, is behind the moment."""
        drift = moment - self._due
        if abs(drift) > JUMP:  # the encoder begins anew, too
            self._due, drift = moment, 0.0
        return drift

    def describe(self) -> SoundHealth:
        """How it comes."""
        return SoundHealth(self._name, self._form.channels)

    def doing(self) -> str:
        """What is done with it, in words."""
        if self._passed is None:
            return f"sound {self._name} → Opus"
        made = " and as Opus for viewers who cannot play it" if self._encoder else ""
        return f"passes the sound ({self._name}) through{made}"

    @property
    def _name(self) -> str:
        return _NAMES.get(self._form.decoder, self._form.decoder.upper())

    def _encoded(self) -> Sequence[Outlet]:
        """Who gets what the encoder makes."""
        if self._passed is None:
            return self.first
        return () if self._passed[0] == "opus" else self.second
