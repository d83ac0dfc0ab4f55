"""The dialects of signalling, each with those who speak it."""

from dataclasses import dataclass
from typing import Any

from trunkline.config import SignallingSettings
from trunkline.domain import gstreamer
from trunkline.exchange import Exchange
from trunkline.model.peering import Bounds
from trunkline.net.websocket import Dialect, Limits
from trunkline.protocol.gstreamer.server import Server as GStreamerServer


@dataclass(frozen=True, slots=True)
class Dialects:
    """All of them; none knows of another's peers."""

    gstreamer: Dialect[Any, Any]


def dialects(settings: SignallingSettings) -> Dialects:
    """Each with nobody in it."""
    bounds = Bounds(
        peers=settings.peers,
        rooms=settings.rooms,
        members=settings.members,
        sessions=settings.sessions,
    )
    return Dialects(Dialect(GStreamerServer, Exchange(gstreamer.Peers(bounds))))


def limits(settings: SignallingSettings) -> Limits:
    """What one connection may take."""
    return Limits(
        message=settings.message,
        waiting=settings.waiting,
        keepalive=settings.keepalive,
        connections=settings.peers,
    )
