"""What the log says about an event."""

import logging
from typing import assert_never

from trunkline.model.event import (
    ParticipantConnected,
    ParticipantJoined,
    ParticipantLeft,
    RoomClosed,
    RoomEvent,
    RoomOpened,
    TrackEnded,
    TrackPublished,
    TrackStarted,
    TrunkRemarked,
)


def sentence(event: RoomEvent) -> str | None:
    """One line for what somebody did, None for what merely follows from it."""
    match event:
        case ParticipantJoined() | ParticipantConnected() | ParticipantLeft():
            return f"{event.room}: {_who(event)} {_deed(event)}"
        case TrackStarted():
            return f"{event.room}: {event.kind} of {event.participant} is {event.codec}"
        case RoomOpened() | RoomClosed() | TrackPublished() | TrackEnded():
            return None
        case TrunkRemarked():
            return event.sentence
        case _:
            assert_never(event)


def level(event: RoomEvent) -> int:
    """How much the line matters, as a level of `logging`."""
    match event:
        case ParticipantLeft(code="panic"):
            return logging.ERROR
        case ParticipantLeft(code="failed" | "never-connected" | "unplayable"):
            return logging.WARNING
        case TrunkRemarked():
            return logging.WARNING
        case _:
            return logging.INFO


def _who(event: ParticipantJoined | ParticipantConnected | ParticipantLeft) -> str:
    if event.name is None:
        return f"{event.role} {event.participant}"
    return f"{event.role} {event.name} ({event.participant})"


def _deed(event: ParticipantJoined | ParticipantConnected | ParticipantLeft) -> str:
    match event:
        case ParticipantJoined():
            return "joined"
        case ParticipantConnected():
            over = " over TCP" if event.protocol == "tcp" else ""
            return f"is connected from {event.remote}{over}"
        case ParticipantLeft():
            return f"left: {event.reason}"
        case _:
            assert_never(event)
