"""Neighbours that break the rules, or do not know when to stop."""

from dataclasses import replace

import pytest

from support.relays import presence
from support.routing import Desk, relay, told, versioned
from trunkline.domain.allowance import Rate
from trunkline.domain.routing.bounds import Bounds
from trunkline.domain.routing.effect import Absent, Cut, Present, Remark
from trunkline.errors import Refusal
from trunkline.model.id import ParticipantId
from trunkline.model.signal import Goodbye
from trunkline.model.trunk import Announced, Presence, Tell, Withdrawn

ANN = versioned(presence("ann", ("cam",)), 1)


def announced(one: Presence, path: tuple[str, ...], cost: float) -> Announced:
    return Announced(one, tuple(map(relay, path)), cost)


def complaint(what: str) -> list[Remark]:
    """What the log is told of neighbour b."""
    return [Remark(f"The trunk to relay b: It announces 'ann', {what}. That is not taken.")]


@pytest.mark.parametrize(
    ("word", "what"),
    [
        (announced(ANN, (), 0), "by a path that does not begin with itself"),
        (announced(ANN, ("c",), 0), "by a path that does not begin with itself"),
        (announced(ANN, ("b", "me", "o"), 0), "by a path that contains this relay"),
        (announced(ANN, ("b", "c", "b"), 0), "by a path that repeats itself"),
        (
            announced(ANN, ("b", *map(str, range(16))), 0),
            "by a path of more than 16 relays",
        ),
        (announced(ANN, ("b",), -1), "at a cost that cannot be"),
        (announced(ANN, ("b",), float("nan")), "at a cost that cannot be"),
        (announced(ANN, ("b",), float("inf")), "at a cost that cannot be"),
        (
            announced(presence("ann", tuple(map(str, range(33)))), ("b",), 0),
            "with more than 32 tracks",
        ),
        (
            announced(replace(presence("bob", ("cam",)), id=ANN.id), ("b",), 0),
            "with tracks of somebody else",
        ),
    ],
)
def test_what_no_relay_that_follows_the_rules_says_is_refused(word: Announced, what: str) -> None:
    desk = Desk("b", "c")
    assert desk.hear("b", word) == complaint(what)
    assert not desk.router.ways()
    desk.announce("b", ANN)
    assert told(desk.hear("b", word), Tell) == [
        Tell(desk.links["c"], Withdrawn(ParticipantId("ann")))
    ], "The way that it had before is not there any more."


def test_participants_of_this_relay_cannot_be_announced_by_others() -> None:
    desk = Desk("b")
    desk.publish(presence("ann"))
    assert desk.announce("b", ANN) == complaint("which is a participant of this relay")


def test_the_log_is_told_now_and_then() -> None:
    desk = Desk("b")
    wrong = announced(ANN, ("c",), 0)
    assert [len(desk.hear("b", wrong)) for _ in range(5)] == [1, 1, 1, 0, 0]
    desk.now += 60
    assert len(desk.hear("b", wrong)) == 1


def test_who_goes_on_breaking_the_rules_is_cut_off() -> None:
    desk = Desk("b", bounds=Bounds(breaches=Rate(burst=2, per_second=0.1)))
    desk.announce("b", "bob")
    wrong = announced(ANN, ("c",), 0)
    for _ in range(2):
        assert not told(desk.hear("b", wrong), Cut)
    effects = desk.hear("b", wrong)
    sentence = "It announces 'ann', by a path that does not begin with itself."
    assert effects[:2] == [
        Remark(f"The trunk to relay b is cut: {sentence}"),
        Cut(desk.links["b"], Goodbye("protocol", sentence)),
    ]
    assert not desk.announce("b", "cat"), "It is not listened to any more."
    assert Absent(ParticipantId("bob")) in [*desk.after(1), *desk.after(1)]


def test_who_announces_everybody_is_cut_off() -> None:
    desk = Desk("b", "c", bounds=Bounds(participants_of_link=3))
    for who in ("ann", "bob", "cat", "cat"):
        assert not told(desk.announce("b", who), Cut)
    (cut,) = told(desk.announce("b", "dan"), Cut)
    assert cut == Cut(desk.links["b"], Goodbye("full", "It announces more than 3 participants."))
    assert all(way.link is None for way in desk.router.ways())


def test_who_announces_a_million_tracks_is_cut_off() -> None:
    desk = Desk("b", bounds=Bounds(tracks_of_link=4))
    two, three = (tuple(map(str, range(count))) for count in (2, 3))
    for one in (presence("ann", two), presence("bob", two), presence("bob", two)):
        assert not told(desk.announce("b", one), Cut)
    desk.withdraw("b", "ann")
    desk.announce("b", presence("cat", two))
    (cut,) = told(desk.announce("b", presence("bob", three)), Cut)
    assert cut == Cut(desk.links["b"], Goodbye("full", "It announces more than 4 tracks."))
    assert all(way.link is None for way in desk.router.ways())


def test_beyond_what_a_relay_can_know_nobody_is_taken() -> None:
    desk = Desk("b", "c", bounds=Bounds(participants=2))
    desk.announce("b", "ann")
    desk.announce("b", "bob")
    (remark,) = desk.announce("c", "cat")
    assert isinstance(remark, Remark)
    assert remark.sentence.endswith(
        "'cat' is not taken: 2 participants of other relays are known already."
    )
    desk.announce("c", ANN, "b")
    assert desk.spare("ann") == ("c", "b"), "Another way to somebody who is known."
    desk.withdraw("b", "bob", gone=1)
    assert told(desk.announce("c", "cat"), Present)


def test_who_wants_everything_is_cut_off() -> None:
    desk = Desk("b", bounds=Bounds(wants_of_link=2))
    for track in ("one", "two", "two"):
        assert not desk.ask("b", track, "")
    (cut,) = told(desk.ask("b", "three", ""), Cut)
    assert cut == Cut(desk.links["b"], Goodbye("full", "It wants more than 2 tracks."))


def test_who_says_too_much_is_cut_off() -> None:
    desk = Desk("b", "c", bounds=Bounds(words=Rate(burst=3, per_second=1)))
    for _ in range(3):
        assert not told(desk.announce("b", ANN), Cut)
    (cut,) = told(desk.announce("b", ANN), Cut)
    assert cut == Cut(
        desk.links["b"], Goodbye("too-often", "It says more than anybody can follow.")
    )
    desk.announce("c", ANN)
    assert desk.way("ann") == ("c",)


def test_there_is_a_place_for_so_many_links() -> None:
    desk = Desk("b", "c", bounds=Bounds(links=2))
    with pytest.raises(Refusal, match="has 2 trunks already"):
        desk.connect("d")
    desk.disconnect("b")
    desk.connect("e")


def test_somebody_is_kept_once_however_many_tell_of_it() -> None:
    desk = Desk("b", "c", "d")
    for each in ("b", "c", "d"):
        desk.announce(each, versioned(presence("ann", ("cam",)), 1), "o")
    neighbours = desk.router._neighbours.values()
    assert len({id(neighbour.heard[ANN.id].presence) for neighbour in neighbours}) == 1
