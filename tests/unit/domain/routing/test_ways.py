"""Which way each participant comes."""

from collections.abc import Callable

import pytest

from support.relays import presence
from support.routing import Desk, told, versioned
from trunkline.domain.routing.effect import Absent, Present, RoutingEffect
from trunkline.model.id import ParticipantId
from trunkline.model.trunk import Policy

ANN = versioned(presence("ann", ("cam",)), 1)
GONE = Absent(ParticipantId("ann"))


def test_who_is_announced_is_there() -> None:
    desk = Desk("b")
    assert told(desk.announce("b", ANN, "c"), Present) == [Present(ANN)]
    (way,) = desk.router.ways()
    assert (way.path, way.cost, way.link) == (("b", "c"), 30.0, desk.links["b"])
    assert not told(desk.announce("b", ANN, "c"), Present), "It is no news."


def test_the_shorter_way_is_taken_and_the_other_kept() -> None:
    desk = Desk("b", "c")
    desk.announce("b", ANN, "x", "o", cost=60)
    desk.announce("c", ANN, "o", cost=30)
    desk.after(0.5)
    assert desk.way("ann") == ("b", "x", "o"), "It is not taken at once."
    desk.after(5)
    assert desk.way("ann") == ("c", "o")
    assert desk.spare("ann") == ("b", "x", "o")


def test_a_way_that_is_better_for_a_moment_is_not_taken() -> None:
    desk = Desk("b", "c")
    desk.announce("b", ANN, "o", cost=80)
    desk.announce("c", ANN, "o", cost=30)
    desk.after(4)
    desk.announce("c", ANN, "o", cost=70)
    desk.after(4)
    desk.announce("c", ANN, "o", cost=30)
    desk.after(4)
    assert desk.way("ann") == ("b", "o")


@pytest.mark.parametrize(
    ("old", "new", "moves"),
    [(100, 70, True), (100, 77, False), (0, -1, False), (10, 0.5, False)],
    ids=["by a fifth", "by less than a fifth", "hardly", "by less than ten milliseconds"],
)
def test_a_way_has_to_be_clearly_better(old: float, new: float, moves: bool) -> None:
    desk = Desk("b", "c")
    desk.announce("b", ANN, "o", cost=old)
    desk.announce("c", ANN, "o", cost=max(new, 0))
    desk.after(6)
    desk.after(6)
    assert desk.way("ann") == (("c", "o") if moves else ("b", "o"))


def test_among_equals_the_choice_is_the_same_every_time() -> None:
    for order in (("b", "c", "d"), ("d", "c", "b")):
        desk = Desk("a", *order)
        desk.announce("a", ANN, "o")
        for each in order:
            desk.announce(each, ANN, "o")
        desk.disconnect("a")
        assert desk.way("ann") == ("b", "o")


LOSSES: list[Callable[[Desk], list[RoutingEffect]]] = [
    lambda desk: desk.withdraw("b", "ann"),
    lambda desk: desk.disconnect("b"),
    lambda desk: desk.announce("b", ANN, "me", "o"),
]


@pytest.mark.parametrize("lose", LOSSES, ids=["withdrawn", "link down", "loop"])
def test_when_the_way_is_gone_the_spare_is_taken_at_once(
    lose: Callable[[Desk], list[RoutingEffect]],
) -> None:
    desk = Desk("b", "c")
    desk.announce("b", ANN, "o")
    desk.announce("c", ANN, "x", "o", cost=50)
    effects = lose(desk)
    assert not told(effects, Absent)
    assert desk.way("ann") == ("c", "x", "o")
    assert desk.spare("ann") == ()


def test_who_cannot_be_reached_stays_for_a_moment() -> None:
    desk = Desk("b", "c")
    desk.announce("b", ANN, "o")
    assert not told(desk.disconnect("b"), Absent)
    (way,) = desk.router.ways()
    assert way.link is None
    desk.after(1.5)
    assert not told(desk.announce("c", ANN, "o"), Present), "It was there all the time."
    desk.disconnect("c")
    assert not told(desk.after(1.5), Absent)
    assert desk.after(0.5) == [GONE]
    assert not desk.router.ways()


def test_who_has_left_is_gone_at_once_whatever_spare_there_was() -> None:
    desk = Desk("b", "c")
    desk.announce("b", ANN, "o")
    desk.announce("c", ANN, "x", "o")
    assert GONE in desk.withdraw("b", "ann", gone=2)
    assert not desk.announce("c", ANN, "x", "o"), "What was on its way does not bring it back."
    back = versioned(ANN, 3)
    assert Present(back) in desk.announce("b", back, "o")


def test_who_left_before_it_came_is_not_there() -> None:
    desk = Desk("b", "c")
    assert not desk.withdraw("b", "ann", gone=2)
    assert not desk.announce("c", ANN, "o")


def test_who_has_come_back_does_not_leave_again() -> None:
    desk = Desk("b", "c")
    back = versioned(ANN, 3)
    desk.announce("b", ANN, "o")
    desk.announce("c", back, "o")
    assert not told(desk.withdraw("b", "ann", gone=2), Absent)
    assert desk.way("ann") == ("c", "o")


def test_only_the_last_who_left_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("trunkline.domain.routing.atlas.MAX_GRAVES", 2)
    desk = Desk("b")
    for who in ("ann", "bob", "cat"):
        desk.withdraw("b", who, gone=1)
    assert desk.announce("b", ANN)
    assert not desk.announce("b", "bob")


def test_the_highest_version_is_the_truth_whatever_way_it_came() -> None:
    desk = Desk("b", "c")
    desk.announce("b", ANN, "o")
    desk.announce("c", ANN, "x", "o", cost=50)
    newer = versioned(presence("ann", ("cam", "mic")), 2)
    assert told(desk.announce("c", newer, "x", "o", cost=50), Present) == [Present(newer)]
    assert not told(desk.announce("b", ANN, "o"), Present), "It never goes back."
    assert desk.way("ann") == ("b", "o")
    desk.disconnect("c")
    assert not told(desk.announce("b", newer, "o"), Present)


def test_of_two_relays_that_have_the_same_participant_the_higher_version_is_right() -> None:
    desk = Desk("b", "c")
    desk.announce("b", ANN)
    moved = versioned(presence("ann", ("mic",)), 7)
    assert Present(moved) in desk.announce("c", moved)
    assert desk.way("ann") == ("c",)
    assert desk.spare("ann") == ()
    assert not told(desk.announce("b", versioned(ANN, 6)), Present)
    desk.disconnect("c")
    (way,) = desk.router.ways()
    assert way.link is None
    assert desk.after(2)[:2] == [GONE, Present(versioned(ANN, 6))]
    assert desk.way("ann") == ("b",)


def test_a_way_with_fewer_layers_shows_fewer() -> None:
    desk = Desk("b")
    desk.connect("c", Policy(max_layer=0))
    full = versioned(presence("ann", ("cam",), ("l", "h")), 1)
    desk.announce("b", full, "o")
    desk.announce("c", full, "o")
    effects = desk.disconnect("b")
    less = versioned(presence("ann", ("cam",), ("l",)), 1)
    assert told(effects, Present) == [Present(less)]


def test_two_links_to_one_relay_are_two_ways() -> None:
    desk = Desk("b", "b2")
    desk.announce("b", ANN)
    desk.announce("b2", ANN)
    assert len(desk.router.ways()) == 1
    assert desk.spare("ann") == ("b",)
    effects = desk.disconnect("b")
    assert not told(effects, Absent)
    assert desk.router.ways()[0].link == desk.links["b2"]


def test_a_slow_link_is_left_after_a_while() -> None:
    desk = Desk("b", "c")
    desk.announce("b", ANN, "o")
    desk.announce("c", ANN, "o")
    desk.measure("b", 0.2)
    desk.after(5)
    assert desk.way("ann") == ("c", "o")
    assert not desk.measure("c", 0.011), "As good as before."
    assert desk.router.ways()[0].cost == 30


def test_a_link_without_measurement_is_thought_slow() -> None:
    desk = Desk("c")
    desk.connect("b", rtt=None)
    desk.announce("b", ANN)
    assert desk.router.ways()[0].cost == 220
    desk.announce("c", ANN, "b", cost=30)
    desk.after(6)
    assert desk.way("ann") == ("c", "b")


def test_what_is_not_known_is_no_mistake() -> None:
    desk = Desk("b")
    desk.disconnect("b")
    assert not desk.disconnect("b")
    assert not desk.announce("b", ANN)
    assert not desk.measure("b", 0.5)
    assert not desk.flows("b", "ann-cam")
    assert not desk.doubt("b")
    assert not desk.want("ann-cam", "")
    assert not desk.router.withdraw(ParticipantId("ann"), 0)
    assert desk.router.sent(desk.links["b"]) == desk.router.received(desk.links["b"]) == ()
