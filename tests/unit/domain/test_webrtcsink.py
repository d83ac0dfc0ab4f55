"""Bounds, and what no wire lets through."""

import itertools

from trunkline.domain.webrtcsink import Peers
from trunkline.model import webrtcsink as word
from trunkline.model.peering import Bounds, HangUp, Note, PeerKey, Tell

ONE, TWO = PeerKey(1), PeerKey(2)


def peers(bounds: Bounds | None = None) -> Peers:
    numbers = itertools.count(1)
    made = Peers(lambda: f"id-{next(numbers)}", bounds)
    made.connect(ONE)
    return made


def test_one_too_many_is_told_to_come_later() -> None:
    assert peers(Bounds(peers=1)).connect(TWO) == (HangUp(TWO, 1013, "too many peers"),)


def test_sessions_of_one_peer_are_bounded() -> None:
    some = peers(Bounds(sessions=1))
    some.connect(TWO)
    some.receive(ONE, word.SetStatus(("producer",)))
    assert len(some.receive(TWO, word.StartSession("id-1"))) == 3
    assert some.receive(TWO, word.StartSession("id-1")) == (
        Tell(TWO, word.Failed("Too many sessions")),
    )


def test_a_role_that_is_dropped_ends_its_sessions_alone() -> None:
    some = peers()
    some.connect(TWO)
    some.receive(ONE, word.SetStatus(("producer",)))
    some.receive(TWO, word.SetStatus(("producer",)))
    some.receive(ONE, word.StartSession("id-2"))
    some.receive(TWO, word.StartSession("id-1"))
    assert some.receive(ONE, word.SetStatus(())) == (
        Tell(TWO, word.EndSession("id-4")),
        Note("webrtcsink peer id-1 is nothing"),
    )
    assert some.receive(ONE, word.EndSession("id-3")) == (Tell(TWO, word.EndSession("id-3")),)


def test_who_is_gone_is_not_heard() -> None:
    some = peers()
    assert some.receive(TWO, word.ListProducers()) == ()
    assert some.disconnect(TWO) == ()
    assert some.receive(ONE, word.SetVersion("v1_1")) == ()
    assert some.disconnect(ONE) == [Note("webrtcsink peer id-1 left")]
