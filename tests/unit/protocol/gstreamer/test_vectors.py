"""Conversations of all three versions of GStreamer's simple signalling."""

from typing import Any

import pytest

from support.peering import Script, conversations
from trunkline.domain.gstreamer import Peers
from trunkline.errors import ProtocolError
from trunkline.model import gstreamer as word
from trunkline.protocol.gstreamer.client import Client
from trunkline.protocol.gstreamer.server import Server


@pytest.mark.parametrize("steps", conversations("gstreamer"))
def test_a_conversation_goes_as_it_stands(steps: list[list[Any]]) -> None:
    Script(Peers(), Server, Client).replay(steps)


def test_a_server_that_does_not_greet_is_no_server() -> None:
    client = Client()
    client.write(word.Register("ann"))
    with pytest.raises(ProtocolError, match="answered HELLO with 'GO AWAY'"):
        client.read("GO AWAY")


def test_nobody_says_what_a_server_makes_of_nonsense() -> None:
    with pytest.raises(ValueError, match="nobody says it"):
        Client().write(word.Misplaced("x"))


def test_in_a_room_the_unknown_is_taken_for_data() -> None:
    client = Client()
    client.write(word.Enter("studio"))
    assert client.read("ROOM_OK ") == word.Entered(())
    assert client.read("NEWS of a later version") == word.Data("NEWS of a later version")
