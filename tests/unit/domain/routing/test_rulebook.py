"""What relays say of how rooms are entered goes everywhere, once."""

import pytest

from support.relays import ROOM
from support.routing import Desk, relay
from trunkline.domain.routing.bounds import Bounds
from trunkline.domain.routing.effect import Laid, Remark, RoutingEffect
from trunkline.model.id import RoomName
from trunkline.model.trunk import LAST, Lock, Policy, Ruled, Rules, Tell, Verifier

LOCKED = Rules(lock=Lock(5, relay("o"), locked=True))
UNLOCKED = Rules(lock=Lock(6, relay("o"), locked=False))
VERIFIED = Rules(verifier=Verifier(bytes(16), bytes(32)))
ATTIC = RoomName("attic")


def ruled(number: int, rules: Rules = LOCKED, origin: str = "o", room: RoomName = ROOM) -> Ruled:
    return Ruled(relay(origin), number, room, rules)


def tells(desk: Desk, word: Ruled, *neighbours: str) -> list[RoutingEffect]:
    return [Tell(desk.links[one], word) for one in neighbours]


def test_a_word_is_passed_on_once_and_the_later_one_holds() -> None:
    desk = Desk("b", "c", "d")
    one, two = ruled(7), ruled(9, UNLOCKED)
    assert desk.hear("b", one) == [Laid(ROOM), *tells(desk, one, "c", "d")]
    assert desk.router.rules(ROOM) == {relay("o"): LOCKED}
    assert desk.hear("c", one) == []
    desk.after(1)
    assert desk.hear("c", two) == [Laid(ROOM), *tells(desk, two, "b", "d")]
    assert desk.router.rules(ROOM) == {relay("o"): UNLOCKED}


def test_who_knows_less_is_told_more() -> None:
    desk = Desk("b")
    desk.connect("e", Policy(send=False))
    desk.hear("b", ruled(9, UNLOCKED))
    assert desk.hear("b", ruled(7)) == tells(desk, ruled(9, UNLOCKED), "b")
    assert desk.hear("e", ruled(7)) == [], "It is told nothing."
    # Of two words with one number the same one holds everywhere.
    assert desk.hear("b", ruled(9, VERIFIED)) == tells(desk, ruled(9, UNLOCKED), "b")


def test_a_new_neighbour_is_told_all_of_what_may_cross() -> None:
    desk = Desk("b")
    desk.hear("b", ruled(7))
    desk.hear("b", ruled(8, room=ATTIC))
    mine = Ruled(relay("me"), 1, ROOM, VERIFIED)
    assert desk.router.lay_down(ROOM, VERIFIED, desk.now) == tells(desk, mine, "b")
    greeting = desk.connect("c", Policy(rooms=frozenset({ROOM})))
    assert greeting == tells(desk, ruled(7), "c") + tells(desk, mine, "c")


def test_a_new_neighbour_that_is_told_nothing_of_a_room_is_told_nothing_later() -> None:
    desk = Desk("b")
    desk.connect("c", Policy(rooms=frozenset({ATTIC})))
    mine = Ruled(relay("me"), 1, ROOM, VERIFIED)
    assert desk.router.lay_down(ROOM, VERIFIED, desk.now) == tells(desk, mine, "b")


def test_policies_hold_for_what_is_heard() -> None:
    desk = Desk("b")
    desk.connect("c", Policy(receive=False))
    desk.connect("d", Policy(rooms=frozenset({ATTIC})))
    assert desk.hear("c", ruled(7)) == desk.hear("d", ruled(7)) == []
    assert desk.router.rules(ROOM) == {}
    assert desk.hear("b", ruled(7)) == [Laid(ROOM), *tells(desk, ruled(7), "c")]


def test_what_was_said_is_not_said_again() -> None:
    desk = Desk("b")
    assert desk.router.lay_down(ROOM, Rules(), desk.now) == []
    assert desk.router.lay_down(ROOM, LOCKED, desk.now)
    assert desk.router.lay_down(ROOM, LOCKED, desk.now) == []


def test_a_word_from_an_earlier_life_is_outdone() -> None:
    desk = Desk("b", "c")
    new = Ruled(relay("me"), 8, ROOM, Rules())
    assert desk.hear("b", ruled(7, origin="me")) == tells(desk, new, "b", "c")
    assert desk.router.rules(ROOM) == {}
    desk.after(1)
    desk.router.lay_down(ROOM, VERIFIED, desk.now)
    desk.after(1)
    last = Ruled(relay("me"), LAST, ROOM, VERIFIED)
    assert desk.hear("b", ruled(LAST, origin="me")) == tells(desk, last, "b", "c")
    assert desk.hear("b", ruled(LAST, origin="me")) == [], "There is no higher number."


def test_who_changes_his_mind_often_is_told_of_at_times() -> None:
    desk = Desk("b", "c")
    assert desk.hear("b", ruled(1))
    assert desk.hear("b", ruled(2, UNLOCKED)) == [Laid(ROOM)]
    assert desk.hear("b", ruled(3)) == [Laid(ROOM)]
    assert desk.after(0.1) == []
    assert desk.after(0.2) == tells(desk, ruled(3), "c")
    assert desk.after(0.1) == []
    assert desk.hear("b", ruled(4, UNLOCKED)) == [Laid(ROOM)]
    desk.now += 1
    assert desk.hear("b", ruled(5)) == [Laid(ROOM), *tells(desk, ruled(5), "c")]
    assert desk.after(1) == [], "What waited is told already."


def test_what_is_too_much_is_refused_in_words() -> None:
    desk = Desk("b", "c", bounds=Bounds(rules=2))
    desk.hear("b", ruled(1))
    desk.hear("b", ruled(1, origin="p"))
    assert desk.hear("b", ruled(1, origin="q")) == [
        Remark(
            "The trunk to relay b: What it says of room 'studio' is not taken: "
            "what is said of 2 rooms is known already."
        )
    ]
    assert desk.hear("b", ruled(2, UNLOCKED)), "What is known may change."
    # Its own rooms a relay can always speak of.
    assert desk.router.lay_down(ROOM, LOCKED, desk.now)


def test_a_neighbour_that_tells_a_million_rules_is_cut_off() -> None:
    desk = Desk("b")
    said = (desk.hear("b", ruled(1, room=RoomName(f"r{n}"))) for n in range(1_000_000))
    farewell = next(effects for effects in said if desk.links["b"] not in desk.router._neighbours)
    assert "says more than anybody can follow" in str(farewell[0])
    kept = sum(bool(desk.router.rules(RoomName(f"r{n}"))) for n in range(30_000))
    assert kept == Bounds().rules


@pytest.mark.parametrize("room", [ROOM, ATTIC])
def test_words_that_say_nothing_make_room_when_all_were_told(room: RoomName) -> None:
    desk = Desk("b", "c", bounds=Bounds(rules=2))
    blank = ruled(2, Rules(), origin="p", room=room)
    desk.hear("b", ruled(1))
    desk.hear("b", ruled(1, origin="p", room=room))
    desk.hear("b", blank)
    assert isinstance(desk.hear("b", ruled(1, origin="q"))[0], Remark)
    assert desk.after(1) == tells(desk, blank, "c")
    assert desk.hear("b", ruled(1, origin="q"))
    assert [*desk.router.rules(ROOM)] == [relay("o"), relay("q")]
    assert desk.connect("d") == tells(desk, ruled(1), "d") + tells(desk, ruled(1, origin="q"), "d")


def test_what_others_say_of_a_room_stays_when_a_word_makes_room() -> None:
    desk = Desk("b", bounds=Bounds(rules=2))
    desk.hear("b", ruled(1))
    desk.hear("b", ruled(1, Rules(), origin="p"))
    desk.after(1)
    desk.hear("b", ruled(1, origin="q", room=ATTIC))
    assert desk.router.rules(ROOM) == {relay("o"): LOCKED}
    assert [*desk.router.rules(ATTIC)] == [relay("q")]
