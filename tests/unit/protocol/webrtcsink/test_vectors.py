"""Conversations of both versions of webrtcsink's signalling."""

import itertools
from collections.abc import Callable
from typing import Any

import pytest

from support.peering import Script, conversations
from trunkline.domain.webrtcsink import Peers
from trunkline.errors import ProtocolError
from trunkline.model import webrtcsink as word
from trunkline.protocol.webrtcsink.client import Client
from trunkline.protocol.webrtcsink.server import Server


def identifiers() -> Callable[[], str]:
    numbers = itertools.count(1)
    return lambda: f"id-{next(numbers)}"


@pytest.mark.parametrize("steps", conversations("webrtcsink"))
def test_a_conversation_goes_as_it_stands(steps: list[list[Any]]) -> None:
    Script(Peers(identifiers()), Server, Client).replay(steps)


@pytest.mark.parametrize(
    "frame",
    [
        "nonsense",
        b"{}",
        "{}",
        '{"type":"list"}',
        '{"type":"news","peerId":"x"}',
        '{"type":"peerStatusChanged","peerId":"x","roles":["boss"]}',
        '{"type":"sessionStarted","peerId":"x"}',
    ],
)
def test_a_server_that_makes_no_sense_is_an_error(frame: str | bytes) -> None:
    with pytest.raises(ProtocolError, match="cannot be understood"):
        Client().read(frame)


def test_of_a_list_what_makes_sense_is_read() -> None:
    told = Client().read('{"type":"list","producers":[{"id":"x"},{"id":1},{},7]}')
    assert told == word.Producers((word.Listed("x"),))


def test_nobody_says_what_a_server_makes_of_nonsense() -> None:
    with pytest.raises(ValueError, match="nobody says it"):
        Client().write(word.Misplaced("x"))


def test_what_can_be_read_of_a_status_can_be_written() -> None:
    for depth in (10, 100, 150, 400, 5_000):
        meta = "[" * depth + "]" * depth
        said = Server().receive(f'{{"type":"setPeerStatus","roles":[],"meta":{meta}}}')
        assert said == (word.SetStatus((), meta) if depth <= 150 else None)
    for meta in ("NaN", "-Infinity", '"\\ud800"', "1" * 5_000):
        assert Server().receive(f'{{"type":"setPeerStatus","roles":[],"meta":{meta}}}') is None
