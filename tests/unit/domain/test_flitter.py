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
