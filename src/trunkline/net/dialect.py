"""The dialects of signalling, each with those who speak it."""

import uuid
from dataclasses import dataclass
from typing import Any

from trunkline.config import SignallingSettings
from trunkline.domain import flitter, gstreamer, webrtcsink
from trunkline.exchange import Exchange
from trunkline.model.peering import Bounds
from trunkline.net.websocket import Dialect, Half, Limits
from trunkline.protocol.address import PREFIX


@dataclass(frozen=True, slots=True)
class Dialects:
    """All of them; none knows of another's peers."""

    gstreamer: Dialect[Any, Any]
    webrtcsink: Dialect[Any, Any]
    flitter: Dialect[Any, Any]

    def by_first_message(self, message: str | bytes) -> Dialect[Any, Any]:
        """GStreamer's or Flitter's: webrtcsink's peers wait for the server to speak first."""
        is_object = isinstance(message, str) and message.lstrip()[:1] == "{"
        return self.flitter if is_object else self.gstreamer


def dialects(settings: SignallingSettings, summon: gstreamer.Summon | None = None) -> Dialects:
    """Each with nobody in it; `summon`: see `gstreamer.Summon`."""
    bounds = Bounds(
        peers=settings.peers,
        rooms=settings.rooms,
        members=settings.members,
        sessions=settings.sessions,
        reserved=PREFIX if summon else None,
    )
    return Dialects(
        Dialect(_gstreamer, Exchange(gstreamer.Peers(bounds, summon))),
        Dialect(_webrtcsink, Exchange(webrtcsink.Peers(_identifier, bounds))),
        Dialect(_flitter, Exchange(flitter.Peers(bounds))),
    )


# Imported with the first peer: the JSON library alone takes three megabytes.


def _gstreamer() -> Half[Any, Any]:
    from trunkline.protocol.gstreamer.server import Server

    return Server()


def _webrtcsink() -> Half[Any, Any]:
    from trunkline.protocol.webrtcsink.server import Server

    return Server()


def _flitter() -> Half[Any, Any]:
    from trunkline.protocol.flitter.server import Server

    return Server()


def _identifier() -> str:
    return str(uuid.uuid4())


def limits(settings: SignallingSettings) -> Limits:
    """What one connection may take."""
    return Limits(
        message=settings.message,
        waiting=settings.waiting,
        keepalive=settings.keepalive,
        connections=settings.peers,
    )
