"""Bounds, and what no wire lets through."""

from support.peering import Script
from trunkline.domain.gstreamer import Peers
from trunkline.model import gstreamer as word
from trunkline.model.peering import Bounds, HangUp, PeerKey, Tell
from trunkline.protocol.gstreamer.client import Client
from trunkline.protocol.gstreamer.server import Server

ANN = PeerKey(1)


def test_one_too_many_is_told_to_come_later() -> None:
    peers = Peers(Bounds(peers=1))
    peers.receive(ANN, word.Register("ann"))
    assert peers.receive(PeerKey(2), word.Register("bob")) == (
        HangUp(PeerKey(2), 1013, "too many peers"),
    )


def test_rooms_and_members_are_bounded() -> None:
    script = Script(Peers(Bounds(rooms=1, members=1)), Server, Client)
    for peer in ("ann", "bob"):
        script.say(peer, f"HELLO {peer}")
    script.say("ann", "ROOM studio")
    script.say("bob", "ROOM studio")
    script.say("bob", "ROOM other")
    assert list(script.wires["bob"].told) == [
        "HELLO",
        "ERROR room 'studio' is full",
        "ERROR too many rooms",
    ]


def test_requests_out_of_place_do_nothing() -> None:
    peers = Peers()
    assert peers.receive(ANN, word.Data("x")) == ()
    assert peers.disconnect(ANN) == ()
    peers.receive(ANN, word.Register("ann"))
    assert peers.receive(ANN, word.Register("ann")) == ()
    assert peers.receive(ANN, word.Data("x")) == ()
    assert peers.receive(ANN, word.ListPeers()) == (Tell(ANN, word.PeerList(())),)


def test_who_is_in_a_room_does_not_call() -> None:
    peers = Peers()
    for key, uid in ((ANN, "ann"), (PeerKey(2), "bob")):
        peers.receive(key, word.Register(uid))
    peers.receive(ANN, word.Enter("studio"))
    busy = (Tell(ANN, word.Failed("peer 'bob' busy")),)
    assert peers.receive(ANN, word.Call("bob")) == busy
    again = (Tell(ANN, word.Failed("invalid room id 'other'")),)
    assert peers.receive(ANN, word.Enter("other")) == again
