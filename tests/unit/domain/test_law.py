"""How rooms are entered that span relays."""

import pytest

from support.row import chain
from support.sites import Site, World
from trunkline.domain.directory import TRIES
from trunkline.errors import Refusal
from trunkline.model import signal
from trunkline.model.id import ParticipantId, RoomName
from trunkline.model.rule import Rule
from trunkline.model.trunk import Policy

HALL = RoomName("hall")
NAMED = Policy(rooms=frozenset({HALL}))
SESAME = {HALL: Rule(passphrase="sesame")}
BASIL = {HALL: Rule(passphrase="basil")}
HIDDEN = {HALL: Rule(listed=False)}


def lock(site: Site, who: ParticipantId, *, locked: bool = True) -> None:
    site.hear(who, signal.Lock(locked))
    site.world.run()
    site.world.wait(0.5)


def refusal(site: Site, passphrase: str = "") -> str:
    with pytest.raises(Refusal) as refused:
        site.join("eve", passphrase=passphrase)
    return f"{refused.value.code.value}: {refused.value}"


def changes(site: Site, who: ParticipantId) -> list[bool]:
    return [told.locked for told in site.told[who] if isinstance(told, signal.RoomChanged)]


def listed(site: Site) -> list[bool]:
    return [room.listed for room in site.rooms.describe()]


def test_a_lock_holds_at_every_relay_in_the_same_words() -> None:
    world = chain("a", "b", "c")
    ann, cat = world["a"].join("ann"), world["c"].join("cat")
    lock(world["a"], ann)
    words = {refusal(world[name]) for name in "abc"}
    assert words == {"locked: Room 'hall' is locked: ask somebody inside to unlock it."}
    assert changes(world["a"], ann) == changes(world["c"], cat) == [True]
    lock(world["c"], cat, locked=False)
    for name in "abc":
        assert world[name].join("eve")
    assert changes(world["a"], ann) == changes(world["c"], cat) == [True, False]


def test_who_is_there_when_the_trunk_comes_up_learns_of_the_lock() -> None:
    world = World("a", "b")
    ann, bob = world["a"].join("ann"), world["b"].join("bob")
    lock(world["a"], ann)
    assert changes(world["b"], bob) == []
    world.link("a", "b")
    assert changes(world["b"], bob) == [True]
    world["a"].leave(ann)
    world.run()
    assert refusal(world["b"]).startswith("locked"), "Bob is still inside."
    world["b"].leave(bob)
    world.run()
    assert world["b"].join("eve")
    assert world["a"].join("eve")


def test_a_cut_ends_the_lock_where_nobody_is_inside_and_it_is_back_with_them() -> None:
    world = World("a", "b", "c")
    link, _ = world.link("a", "b")
    world.link("b", "c")
    ann = world["a"].join("ann")
    lock(world["a"], ann)
    world.cut("a", link)
    world.wait(5)
    cat = world["c"].join("cat")
    world.run()
    assert world["b"].join("bob"), "Those who are reached have not locked it."
    assert refusal(world["a"]).startswith("locked")
    world.link("b", "a")
    assert changes(world["c"], cat) == [True]
    assert refusal(world["b"]).startswith("locked")


def test_of_two_that_were_set_while_cut_off_the_later_one_holds() -> None:
    world = World("a", "b")
    link, _ = world.link("a", "b")
    ann, bob = world["a"].join("ann"), world["b"].join("bob")
    lock(world["a"], ann)
    world.cut("a", link)
    world.wait(5)
    lock(world["b"], bob, locked=False)
    world.link("a", "b")
    assert changes(world["a"], ann) == [True, False]
    assert world["a"].join("eve")


def test_those_who_only_watch_hold_no_lock_against_others() -> None:
    world = chain("a", "b")
    camera = world["b"].publish("camera", "video")
    world.run()
    world["a"].watch("camera")
    ann = world["a"].join("ann")
    lock(world["a"], ann)
    world["b"].leave(camera)
    world["a"].leave(ann)
    world.run()
    assert refusal(world["a"]).startswith("locked"), "As without trunks: somebody watches."
    world["b"].join("bob")
    world.run()
    assert world["a"].join("eve")


def test_a_program_enters_a_locked_room() -> None:
    world = World("a")
    lock(world["a"], world["a"].join("ann"))
    assert world["a"].publish("camera", "video")


def test_a_program_enters_a_room_with_a_passphrase_of_another_relay() -> None:
    world = World("a", "b", rules={"a": SESAME})
    world.link("a", "b", NAMED)
    assert world["b"].publish("camera", "video")


def test_a_passphrase_is_asked_for_at_every_relay_in_the_same_words() -> None:
    world = World("a", "b", "c", rules={"b": SESAME})
    world.link("b", "a", NAMED)
    world.link("a", "c")
    assert {refusal(world[name]) for name in "abc"} == {
        "passphrase: A passphrase is needed for room 'hall': ask whoever invited you."
    }
    assert {refusal(world[name], "parsley") for name in "abc"} == {
        "passphrase: That is not the passphrase of room 'hall'."
    }
    for name in "abc":
        assert world[name].join("ann", passphrase="sesame")
        assert world[name].join("bob", passphrase="sesame"), "It is remembered."
        assert world[name].rooms.opens(HALL, "sesame")
        assert not world[name].rooms.opens(HALL, "")
        assert listed(world[name]) == [False]
    assert "sesame" not in repr(world["a"].rooms.trunks._router.rules(HALL))


def test_passphrases_are_not_tried_without_end() -> None:
    world = World("a", "b", rules={"a": SESAME})
    world.link("a", "b", NAMED)
    near = world["b"]
    near.join("ann", passphrase="sesame")
    told = [refusal(near, f"guess {n}") for n in range(TRIES)]
    assert told[0].startswith("passphrase")
    assert told[-1] == (
        "too-often: Too many passphrases are being tried: say that of room 'hall' again."
    )
    assert near.join("bob", passphrase="sesame"), "It is known to be right."
    near.perform(near.rooms.guests.pass_time(1.0))
    assert refusal(near, "another guess").startswith("passphrase")


def test_a_passphrase_goes_where_its_room_goes() -> None:
    world = World("a", "b", rules={"a": SESAME})
    world.link("a", "b")
    assert world["b"].join("bob")
    assert world["b"].rooms.trunks._router.rules(HALL) == {}


def test_a_relay_that_is_dialled_lets_rooms_with_a_passphrase_cross_that_it_names() -> None:
    world = World("a", "b", rules={"a": SESAME, "b": SESAME})
    world.link("b", "a", NAMED, Policy(also=frozenset({HALL})))
    ann = world["a"].join("ann", passphrase="sesame")
    lock(world["a"], ann)
    assert refusal(world["b"], "sesame").startswith("locked")


def test_of_several_passphrases_that_of_the_lowest_relay_opens() -> None:
    world = World("a", "b", rules={"a": BASIL, "b": SESAME})
    link, _ = world.link("a", "b", NAMED, NAMED)
    assert refusal(world["b"], "sesame").startswith("passphrase")
    assert world["b"].join("bob", passphrase="basil")
    assert refusal(world["a"], "sesame").startswith("passphrase")
    world.cut("a", link)
    world.wait(5)
    assert refusal(world["b"], "sesame").startswith("passphrase"), "A cut opens nothing."


def test_a_room_that_one_relay_keeps_out_of_lists_is_in_none() -> None:
    world = World("a", "b", rules={"a": HIDDEN})
    ann = world["b"].join("ann")
    assert listed(world["b"]) == [True]
    world.link("b", "a")
    assert listed(world["b"]) == [False]
    world["b"].leave(ann)
    world.run()
    world["b"].join("bob")
    assert listed(world["b"]) == [False]
