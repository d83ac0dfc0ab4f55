"""What a program does with pictures and sound of the relay that it runs in."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from functools import partial

from trunkline.client.audio_output import AudioOutput, AudioSettings
from trunkline.client.inside import Producer, Tapped
from trunkline.client.output import Output
from trunkline.client.video_output import VideoOutput, VideoSettings
from trunkline.engine import Engine
from trunkline.errors import Refusal, RefusalCode
from trunkline.feeder import Feeder
from trunkline.media.core import Core
from trunkline.model.id import ParticipantName, RoomName
from trunkline.model.media import Kind, Port
from trunkline.model.request import Produce
from trunkline.net.clock import Epoch
from trunkline.tapping import Tapping


@asynccontextmanager
async def tap(
    engine: Engine, core: Core, room: RoomName, name: ParticipantName | None
) -> AsyncIterator[Tapped]:
    """See `Relay.tap`."""
    tapping = Tapping(core)
    kinds: tuple[Kind, ...] = ("video", "audio")
    async with engine.fetcher.named(room, name, kinds, tapping.turn) as ports:
        with closing(tapping):
            tapping.begin(ports)
            if not ports:
                raise Refusal(
                    RefusalCode.NOBODY_PUBLISHES, f"{name} sends nothing into room {room!r} now."
                )
            yield Tapped(tapping.inputs)


@asynccontextmanager
async def produce(
    engine: Engine,
    core: Core,
    request: Produce,
    video: VideoSettings | None,
    audio: AudioSettings | None,
) -> AsyncIterator[Producer]:
    """See `Relay.produce`."""
    epoch = Epoch()
    pictures = VideoOutput(video, epoch) if video else None
    sound = AudioOutput(audio, epoch) if audio else None
    outputs: list[VideoOutput | AudioOutput] = [one for one in (pictures, sound) if one]
    by_port: dict[Port, Output] = {}

    def want_keyframe(port: Port) -> None:
        if port in by_port:
            by_port[port].want_keyframe()

    ports = engine.produce(request, Feeder(want_keyframe))
    by_port |= zip(ports, outputs, strict=True)
    try:
        for port, output in by_port.items():
            output.attach(partial(core.write, port))
        yield Producer(pictures, sound)
    finally:
        for output in outputs:
            output.close()
        engine.retire(ports[0].transport)
