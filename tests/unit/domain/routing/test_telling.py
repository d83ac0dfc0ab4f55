"""What neighbours are told of participants."""

import pytest

from support.relays import presence
from support.routing import Desk, relay, told, versioned
from trunkline.domain.routing.effect import Absent, Present
from trunkline.domain.routing.router import Router
from trunkline.errors import Refusal
from trunkline.model.id import LinkId, ParticipantId, RoomName
from trunkline.model.trunk import Announced, Policy, Presence, Tell, Withdrawn

ANN = versioned(presence("ann", ("cam",)), 1)
BOB = presence("bob", ("cam",))


def tell(desk: Desk, neighbour: str, one: Presence, *path: str, cost: float = 0) -> Tell:
    return Tell(desk.links[neighbour], Announced(one, tuple(map(relay, path)), cost))


def end(desk: Desk, neighbour: str, who: str, gone: int | None = None) -> Tell:
    return Tell(desk.links[neighbour], Withdrawn(ParticipantId(who), gone))


def test_own_participants_are_told_to_everybody_with_their_changes() -> None:
    desk = Desk("b", "c")
    first = versioned(BOB, 1)
    assert desk.publish(BOB) == [tell(desk, "b", first, "me"), tell(desk, "c", first, "me")]
    assert not desk.publish(BOB), "It is no news."
    louder = presence("bob", ("cam", "mic"))
    assert tell(desk, "b", versioned(louder, 2), "me") in desk.publish(louder)
    assert desk.connect("d") == [tell(desk, "d", versioned(louder, 2), "me")]
    effects = desk.router.withdraw(ParticipantId("bob"), desk.now)
    assert effects == [end(desk, each, "bob", 3) for each in ("b", "c", "d")]
    assert not desk.connect("e")


def test_who_comes_back_has_a_higher_version() -> None:
    desk = Desk("b")
    desk.publish(BOB)
    desk.router.withdraw(BOB.id, desk.now)
    assert desk.publish(BOB) == [tell(desk, "b", versioned(BOB, 3), "me")]


def test_others_are_told_with_path_and_cost_but_not_those_on_the_path() -> None:
    desk = Desk("b", "b2", "c", "o")
    effects = desk.announce("b", ANN, "o", cost=100)
    assert told(effects, Tell) == [tell(desk, "c", ANN, "me", "b", "o", cost=130)]


def test_who_comes_to_lie_on_the_path_is_told_that_it_ended() -> None:
    desk = Desk("b", "c", "d")
    desk.announce("b", ANN, "o")
    desk.announce("d", ANN, "c", "o")
    effects = desk.disconnect("b")
    assert told(effects, Tell) == [end(desk, "c", "ann"), end(desk, "d", "ann")]


def test_only_changes_that_matter_are_told() -> None:
    desk = Desk("b", "c")
    desk.announce("b", ANN, "o", cost=100)
    assert not desk.announce("b", ANN, "o", cost=125)
    assert not desk.announce("b", ANN, "o", cost=80)
    better = desk.announce("b", ANN, "o", cost=70)
    assert better == [tell(desk, "c", ANN, "me", "b", "o", cost=100)]
    assert not desk.announce("b", ANN, "o", cost=60 + 11)


def test_a_small_change_is_not_told_even_if_it_is_a_fifth() -> None:
    desk = Desk("b", "c")
    desk.measure("b", 0.001)
    desk.announce("b", ANN, "o")
    assert not desk.announce("b", ANN, "o", cost=5)


def test_a_worse_way_waits_a_moment_and_is_told_once() -> None:
    desk = Desk("b", "c")
    desk.announce("b", ANN, "o")
    assert not desk.announce("b", ANN, "x", "o", cost=30)
    assert not desk.announce("b", ANN, "x", "y", "o", cost=60)
    desk.now += 0.05
    assert not desk.after(0)
    assert desk.after(0.1) == [tell(desk, "c", ANN, "me", "b", "x", "y", "o", cost=90)]
    assert not desk.after(0.1)


def test_a_worse_way_that_lasts_for_a_moment_is_not_told() -> None:
    desk = Desk("b", "c")
    desk.announce("b", ANN, "o")
    desk.announce("b", ANN, "x", "o", cost=30)
    assert not desk.announce("b", ANN, "o")
    assert not desk.after(0.2)
    desk.announce("b", ANN, "x", "o", cost=30)
    assert desk.withdraw("b", "ann") == [end(desk, "c", "ann")]
    assert not desk.after(0.2)


def test_what_somebody_does_is_told_at_once_with_whatever_waited() -> None:
    desk = Desk("b", "c")
    desk.announce("b", ANN, "o")
    desk.announce("b", ANN, "x", "o", cost=30)
    news = versioned(presence("ann", ()), 2)
    effects = desk.announce("b", news, "x", "o", cost=30)
    assert told(effects, Tell) == [tell(desk, "c", news, "me", "b", "x", "o", cost=60)]
    assert not desk.after(0.2)


def test_who_left_is_told_as_gone_to_all_who_knew() -> None:
    desk = Desk("b", "c", "o")
    desk.announce("b", ANN, "o")
    assert desk.withdraw("b", "ann", gone=4) == [
        end(desk, "c", "ann", 4),
        Absent(ParticipantId("ann")),
    ]


def test_when_this_relay_stops_its_participants_are_gone_and_no_others() -> None:
    desk = Desk("b", "c")
    desk.publish(BOB)
    desk.publish(presence("cat"))
    desk.announce("b", ANN)
    assert desk.router.leave() == [
        end(desk, neighbour, who, 3) for who in ("bob", "cat") for neighbour in ("b", "c")
    ]
    assert not desk.router.withdraw(BOB.id, desk.now), "That was said already."


def test_a_path_ends_where_it_would_be_too_long() -> None:
    desk = Desk("b", "c")
    names = [f"r{number}" for number in range(14)]
    assert told(desk.announce("b", ANN, *names), Tell)
    desk = Desk("b", "c")
    effects = desk.announce("b", ANN, *names, "o")
    assert effects == [Present(ANN)]


@pytest.mark.parametrize(
    ("policy", "crosses"),
    [
        (Policy(send=False), False),
        (Policy(receive=False), True),
        (Policy(rooms=frozenset({RoomName("studio")})), True),
        (Policy(rooms=frozenset({RoomName("attic")})), False),
    ],
)
def test_policies_say_what_is_told(policy: Policy, crosses: bool) -> None:
    desk = Desk()
    desk.connect("b", policy)
    assert bool(desk.publish(BOB)) == crosses


@pytest.mark.parametrize(
    ("policy", "crosses"),
    [
        (Policy(send=False), True),
        (Policy(receive=False), False),
        (Policy(rooms=frozenset({RoomName("studio")})), True),
        (Policy(rooms=frozenset({RoomName("attic")})), False),
    ],
)
def test_policies_say_what_is_heard(policy: Policy, crosses: bool) -> None:
    desk = Desk()
    desk.connect("b", policy)
    assert bool(desk.announce("b", ANN)) == crosses


def test_a_room_with_a_passphrase_crosses_only_where_it_is_named() -> None:
    desk = Desk("b", private="studio")
    desk.connect("c", Policy(rooms=frozenset({RoomName("studio")})))
    assert desk.publish(BOB) == [tell(desk, "c", versioned(BOB, 1), "me")]
    assert not desk.announce("b", ANN)
    assert desk.announce("c", ANN)


def test_layers_above_the_limit_are_left_out() -> None:
    desk = Desk()
    desk.connect("b", Policy(max_layer=1))
    (word,) = desk.publish(presence("bob", ("cam",), ("l", "m", "h")))
    assert word == tell(desk, "b", versioned(presence("bob", ("cam",), ("l", "m")), 1), "me")


def test_a_relay_with_our_own_id_is_not_taken() -> None:
    with pytest.raises(Refusal, match="relay me"):
        Router(relay("me")).connect(LinkId(1), relay("me"), Policy(), None, 0)


def test_somebody_of_this_relay_is_nobody_elses() -> None:
    desk = Desk("b", "c")
    desk.announce("b", versioned(BOB, 9))
    effects = desk.publish(BOB)
    assert Absent(BOB.id) in effects
    assert tell(desk, "b", versioned(BOB, 10), "me") in effects
    assert tell(desk, "c", versioned(BOB, 10), "me") in effects
    assert not desk.router.ways()
    assert not told(desk.withdraw("b", "bob", gone=99), Tell)
