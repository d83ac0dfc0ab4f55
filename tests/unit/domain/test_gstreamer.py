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


def test_a_call_of_a_part_of_this_program_summons_it() -> None:
    bob, desk = PeerKey(2), PeerKey(9)
    asked: list[str] = []

    def summon(uid: str) -> PeerKey | None:
        asked.append(uid)
        return PeerKey(len(asked) + 8) if uid.startswith("room:") else None

    peers = Peers(Bounds(reserved="room:"), summon)
    assert isinstance(peers.receive(bob, word.Register("room:studio"))[0], HangUp)
    for key, uid in ((ANN, "ann"), (bob, "bob")):
        peers.receive(key, word.Register(uid))
    assert peers.receive(ANN, word.Call("room:studio"))[:2] == (
        Tell(ANN, word.Called()),
        Tell(desk, word.CalledBy("ann")),
    )
    # It is there for one caller alone, and another call summons another one.
    assert peers.receive(desk, word.Data("x")) == (Tell(ANN, word.Data("x")),)
    assert peers.receive(bob, word.Call("room:studio"))[1] == Tell(
        PeerKey(10), word.CalledBy("bob")
    )
    # Who has a session already summons nobody.
    assert peers.receive(ANN, word.Call("room:studio")) == (
        Tell(ANN, word.Failed("peer 'room:studio' not found")),
    )
    assert asked == ["room:studio", "room:studio"]
    assert peers.disconnect(desk)[1:] == [HangUp(ANN, 1000, "")]
    assert peers.disconnect(bob)[1:] == [HangUp(PeerKey(10), 1000, "")]
    peers.receive(ANN, word.Register("ann"))
    assert peers.receive(ANN, word.Call("bob")) == (Tell(ANN, word.Failed("peer 'bob' not found")),)


def test_a_part_of_this_program_may_be_a_member_of_a_room() -> None:
    peers = Peers(Bounds(reserved="room:"))
    desk = PeerKey(9)
    peers.receive(desk, word.Register("room:studio", own=True))
    peers.receive(desk, word.Enter("studio"))
    peers.receive(ANN, word.Register("ann"))
    assert peers.receive(ANN, word.Enter("studio"))[0] == Tell(ANN, word.Entered(("room:studio",)))
