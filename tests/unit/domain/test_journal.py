"""What the log says."""

import logging

import pytest

from trunkline.domain.journal import level, sentence
from trunkline.model.event import (
    LeaveCode,
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
from trunkline.model.id import ParticipantId, ParticipantName, RoomName, TrackId

ROOM = RoomName("studio")
ANN = ParticipantId("p1")
CAM = ParticipantName("cam")
TRACK = TrackId("p1-0")


@pytest.mark.parametrize(
    ("event", "line"),
    [
        (ParticipantJoined(ROOM, ANN, "publisher", CAM), "studio: publisher cam (p1) joined"),
        (ParticipantJoined(ROOM, ANN, "viewer", None), "studio: viewer p1 joined"),
        (
            ParticipantConnected(ROOM, ANN, "viewer", None, "[::1]:5"),
            "studio: viewer p1 is connected from [::1]:5",
        ),
        (
            ParticipantConnected(ROOM, ANN, "viewer", None, "[::1]:5", "tcp"),
            "studio: viewer p1 is connected from [::1]:5 over TCP",
        ),
        (
            ParticipantLeft(ROOM, ANN, "viewer", None, "silent", "Nothing came for 6 s."),
            "studio: viewer p1 left: Nothing came for 6 s.",
        ),
        (TrackStarted(ROOM, ANN, TRACK, "video", "VP8"), "studio: video of p1 is VP8"),
        (TrackPublished(ROOM, ANN, TRACK, "video"), None),
        (TrackEnded(ROOM, ANN, TRACK, "video"), None),
        (RoomOpened(ROOM), None),
        (RoomClosed(ROOM), None),
        (TrunkRemarked("The trunk to b is cut."), "The trunk to b is cut."),
    ],
)
def test_an_event_is_one_line_or_none(event: RoomEvent, line: str | None) -> None:
    assert sentence(event) == line


@pytest.mark.parametrize(
    ("code", "expected"),
    [("panic", logging.ERROR), ("never-connected", logging.WARNING), ("left", logging.INFO)],
)
def test_what_an_operator_should_look_at_stands_out(code: LeaveCode, expected: int) -> None:
    assert level(ParticipantLeft(ROOM, ANN, "viewer", None, code, "…")) == expected


def test_what_a_trunk_remarks_stands_out() -> None:
    assert level(TrunkRemarked("The trunk to b is cut.")) == logging.WARNING
