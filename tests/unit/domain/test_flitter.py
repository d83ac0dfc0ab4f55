"""Bounds, and what no wire lets through."""

from trunkline.domain.flitter import Peers
from trunkline.model import flitter as word
from trunkline.model.peering import Bounds, HangUp, PeerKey, Tell

ONE, TWO, THREE = PeerKey(1), PeerKey(2), PeerKey(3)


def test_peers_rooms_and_members_are_bounded() -> None:
    peers = Peers(Bounds(peers=2, rooms=1, members=1))
    peers.receive(ONE, word.Join("one", "stage"))
    for room, reason in (("stage", "room 'stage' is full"), ("attic", "too many rooms")):
        assert peers.receive(TWO, word.Join("two", room)) == (
            Tell(TWO, word.Failed(reason)),
            HangUp(TWO, 1013, reason),
        )
    peers = Peers(Bounds(peers=1))
    peers.receive(ONE, word.Join("one", "stage"))
    assert peers.receive(TWO, word.Join("two", "stage")) == (HangUp(TWO, 1013, "too many peers"),)


def test_who_is_in_no_room_reaches_nobody() -> None:
    peers = Peers()
    assert peers.receive(ONE, word.Forward("two", "{}")) == ()
    assert peers.disconnect(ONE) == ()
    peers.receive(ONE, word.Join("one", "stage"))
    assert peers.receive(ONE, word.Join("one", "attic")) == ()


def test_parts_of_this_program_come_last_and_keep_their_names() -> None:
    peers = Peers(Bounds(reserved="room:"))
    peers.receive(ONE, word.Join("room:stage", "stage", own=True))
    peers.receive(TWO, word.Join("room:stage/ann", "stage", own=True))
    members = word.Members(("three", "room:stage/ann", "room:stage"))
    assert peers.receive(THREE, word.Join("three", "stage"))[:3] == tuple(
        Tell(key, members) for key in (ONE, TWO, THREE)
    )
    taken = peers.receive(PeerKey(4), word.Join("room:attic", "attic"))
    assert isinstance(taken[1], HangUp)
    assert peers.disconnect(TWO)[:2] == (
        Tell(ONE, word.Members(("three", "room:stage"))),
        Tell(THREE, word.Members(("three", "room:stage"))),
    )
