"""trunkline: a self-hosted relay for live video.

```python
async with trunkline.Relay(trunkline.Settings(tls="off")) as relay:
    print(relay.url)
    async for event in relay.events():
        print(event)
```
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from trunkline.app import Relay
    from trunkline.client.audio_output import AudioOutput, AudioSettings
    from trunkline.client.guest import Guest
    from trunkline.client.input import AudioInput, VideoInput
    from trunkline.client.inside import Producer, Tapped
    from trunkline.client.network import Network
    from trunkline.client.pace import pace
    from trunkline.client.peer import Peer
    from trunkline.client.video_output import VideoOutput, VideoSettings
    from trunkline.client.whip_session import Publisher, Viewer
    from trunkline.config import Settings
    from trunkline.errors import (
        ConnectionLost,
        FrameError,
        NegotiationError,
        Refusal,
        RelayError,
        StartupError,
        TrunklineError,
    )
    from trunkline.loading import load as load_settings
    from trunkline.model.event import (
        Event,
        EventsLost,
        ParticipantConnected,
        ParticipantJoined,
        ParticipantLeft,
        RoomClosed,
        RoomOpened,
        TrackEnded,
        TrackPublished,
        TrackStarted,
    )
    from trunkline.model.frame import Encoded
    from trunkline.model.ice_server import IceServer
    from trunkline.model.report import Incoming, Outgoing, Traffic
    from trunkline.model.view import Participant, ParticipantStatistics, Room, Statistics, Track

__all__ = [
    "AudioInput",
    "AudioOutput",
    "AudioSettings",
    "ConnectionLost",
    "Encoded",
    "Event",
    "EventsLost",
    "FrameError",
    "Guest",
    "IceServer",
    "Incoming",
    "NegotiationError",
    "Network",
    "Outgoing",
    "Participant",
    "ParticipantConnected",
    "ParticipantJoined",
    "ParticipantLeft",
    "ParticipantStatistics",
    "Peer",
    "Producer",
    "Publisher",
    "Refusal",
    "Relay",
    "RelayError",
    "Room",
    "RoomClosed",
    "RoomOpened",
    "Settings",
    "StartupError",
    "Statistics",
    "Tapped",
    "Track",
    "TrackEnded",
    "TrackPublished",
    "TrackStarted",
    "Traffic",
    "TrunklineError",
    "VideoInput",
    "VideoOutput",
    "VideoSettings",
    "Viewer",
    "load_settings",
    "pace",
]

_HOMES = {
    "app": {"Relay"},
    "client.audio_output": {"AudioOutput", "AudioSettings"},
    "config": {"Settings"},
    "client.guest": {"Guest"},
    "client.input": {"AudioInput", "VideoInput"},
    "client.inside": {"Producer", "Tapped"},
    "client.network": {"Network"},
    "client.pace": {"pace"},
    "client.peer": {"Peer"},
    "client.video_output": {"VideoOutput", "VideoSettings"},
    "client.whip_session": {"Publisher", "Viewer"},
    "errors": {
        "ConnectionLost",
        "FrameError",
        "NegotiationError",
        "Refusal",
        "RelayError",
        "StartupError",
        "TrunklineError",
    },
    "loading": {"load_settings"},
    "model.frame": {"Encoded"},
    "model.ice_server": {"IceServer"},
    "model.report": {"Incoming", "Outgoing", "Traffic"},
    "model.view": {"Participant", "ParticipantStatistics", "Room", "Statistics", "Track"},
}


def __getattr__(name: str) -> object:
    # On first use: a part of the package must not load the server.
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    home = next((home for home, names in _HOMES.items() if name in names), "model.event")
    module = import_module(f"{__name__}.{home}")
    return getattr(module, "load" if name == "load_settings" else name)


def __dir__() -> list[str]:
    return __all__
