"""The joint between peers and what is decided about them."""

from dataclasses import dataclass, field

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
