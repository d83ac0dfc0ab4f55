"""Conversations of Flitter's signalling."""

from typing import Any

import pytest

from support.peering import Script, conversations
from trunkline.domain.flitter import Peers
from trunkline.errors import ProtocolError
from trunkline.protocol.flitter.client import Client
from trunkline.protocol.flitter.server import Server


@pytest.mark.parametrize("steps", conversations("flitter"))
def test_a_conversation_goes_as_it_stands(steps: list[list[Any]]) -> None:
    Script(Peers(), Server, Client).replay(steps)


def test_a_server_that_makes_no_sense_is_an_error() -> None:
    for frame in ("nonsense", b"{}", '{"type":"members"}', '{"type":"call"}'):
        with pytest.raises(ProtocolError, match="cannot be understood"):
            Client().read(frame)
