"""The joint between peers and what is decided about them."""

import logging
from dataclasses import dataclass, field

import pytest

from trunkline.domain.gstreamer import Peers
from trunkline.exchange import Exchange
from trunkline.model import gstreamer as word
from trunkline.model.peering import PeerKey


@dataclass
class Inside:
    """A peer that is no socket: a part of this program."""

    told: list[word.Event | int] = field(default_factory=list)

    def put(self, event: word.Event) -> None:
        self.told.append(event)

    def end(self, code: int, _: str) -> None:
        self.told.append(code)


def test_a_peer_need_be_no_socket() -> None:
    exchange = Exchange(Peers())
    ann, bob = Inside(), Inside()
    keys = [exchange.connect(ann), exchange.connect(bob)]
    for key, uid in zip(keys, ("ann", "bob"), strict=True):
        exchange.hear(key, word.Register(uid))
    exchange.hear(keys[0], word.Call("bob"))
    exchange.hear(keys[1], word.Data("hi"))
    exchange.disconnect(keys[0])
    assert ann.told == [word.Registered(), word.Called(), word.Data("hi")]
    assert bob.told == [word.Registered(), word.CalledBy("ann"), 1000]
    assert len(exchange) == 0


def test_nothing_is_heard_of_who_was_hung_up_on() -> None:
    exchange = Exchange(Peers())
    ann = Inside()
    exchange.hear(PeerKey(77), word.Register("nobody"))
    key = exchange.connect(ann)
    exchange.disconnect(key)
    exchange.hear(key, word.Register("ann"))
    exchange.disconnect(key)
    assert ann.told == []


def test_what_our_own_parts_do_is_no_news(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    exchange = Exchange(Peers())
    keys = [exchange.connect(Inside(), own=True), exchange.connect(Inside())]
    for key, uid in zip(keys, ("room", "ann"), strict=True):
        exchange.hear(key, word.Register(uid))
    exchange.hear(keys[1], word.Call("room"))
    exchange.disconnect(keys[0])
    assert caplog.messages == [
        "GStreamer peer 'ann' registered",
        "GStreamer peer 'ann' called 'room'",
    ]


def test_a_part_that_the_peers_know_already_is_not_told_to_them() -> None:
    exchange = Exchange(Peers())
    desk = Inside()
    key = exchange.attach(desk)
    assert len(exchange) == 1
    exchange.hear(key, word.Register("room"))
    exchange.disconnect(key)
    assert desk.told == [word.Registered()]
