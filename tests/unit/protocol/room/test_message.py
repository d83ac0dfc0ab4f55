"""What guests and the relay say and the vectors, which the page shares, do not have."""

import pytest

from trunkline.model import signal
from trunkline.model.id import RoomName, TrackId
from trunkline.protocol.room import client
from trunkline.protocol.room.server import Server

TRACK = TrackId("ann-video")


@pytest.mark.parametrize(
    "said", [signal.Status(mutes=((TRACK, True),)), signal.Status(), signal.Pong(7)]
)
def test_what_a_guest_says_is_heard(said: signal.Heard) -> None:
    server = Server()
    server.receive(client.write(signal.Hello(RoomName("studio"))), now=0)
    assert server.receive(client.write(said), now=0) == said


def test_which_tracks_the_relay_takes_is_read() -> None:
    wanted = signal.Wanted((signal.Announced(TRACK, "video", "cam", "stream"),))
    frame = Server().send(wanted)
    assert frame is not None
    assert client.read(frame) == wanted
