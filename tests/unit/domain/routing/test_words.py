"""Chat and who speaks."""

import pytest

from support.relays import ROOM, line, presence
from support.routing import Desk, relay, spoken, told, versioned
from trunkline.domain.allowance import Rate
from trunkline.domain.routing.bounds import Bounds
from trunkline.domain.routing.effect import Heard, Loud
from trunkline.model.id import ParticipantId, RoomName
from trunkline.model.signal import Speaker
from trunkline.model.trunk import Policy, Said, Spoken, Tell

ANN = versioned(presence("ann"), 1)
BOB = presence("bob")


def said(number: int, origin: str = "o", room: str = ROOM) -> Said:
    return Said(relay(origin), number, RoomName(room), line(f"line {number}"))


def test_what_is_said_here_is_told_with_a_number_that_rises() -> None:
    desk = Desk("b")
    desk.connect("c", Policy(send=False))
    numbers = [
        word.word.number
        for wall in (5000, 5000, 4000, 6000)
        for word in desk.router.say(ROOM, line(), wall)
        if isinstance(word, Tell) and isinstance(word.word, Said)
    ]
    assert numbers == [5000, 5001, 5002, 6000]


def test_a_line_is_heard_once_and_passed_on_to_the_others() -> None:
    desk = Desk("b", "c", "d")
    one = said(7)
    assert desk.hear("b", one) == [
        Heard(ROOM, one.line),
        Tell(desk.links["c"], one),
        Tell(desk.links["d"], one),
    ]
    assert not desk.hear("c", one)
    assert desk.hear("c", said(6)), "Others may be faster."
    own = desk.router.say(ROOM, line(), 8)
    assert isinstance(own[0], Tell)
    assert isinstance(own[0].word, Said)
    assert not desk.hear("b", own[0].word), "Our own line comes back."
    assert desk.hear("b", said(7, origin="me")), "It was said before this relay was started anew."


def test_a_new_neighbour_is_told_what_rooms_remember() -> None:
    desk = Desk("b")
    first, second, attic = said(1), said(2), said(3, room="attic")
    for one in (first, second, attic):
        desk.hear("b", one)
    desk.connect("c", Policy(rooms=frozenset({ROOM})))
    rooms = {ROOM: (second.line,), RoomName("attic"): (attic.line,)}
    assert desk.router.recall(desk.links["c"], rooms) == [Tell(desk.links["c"], second)]
    desk.disconnect("c")
    assert desk.router.recall(desk.links["c"], rooms) == []


def test_what_is_older_than_memory_is_not_heard_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("trunkline.domain.routing.gossip.MAX_NUMBERS", 2)
    desk = Desk("b")
    for number in (5, 7, 8):
        assert desk.hear("b", said(number))
    assert not desk.hear("b", said(5))
    assert not desk.hear("b", said(4))
    assert desk.hear("b", said(6))


def test_who_was_silent_for_longest_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("trunkline.domain.routing.gossip.MAX_ORIGINS", 2)
    desk = Desk("b")
    for origin in ("o", "p", "o", "q"):
        desk.hear("b", said(1, origin))
    assert not desk.hear("b", said(1, "o"))
    assert desk.hear("b", said(1, "p"))


def test_lines_obey_policies() -> None:
    desk = Desk("b", "c")
    desk.connect("d", Policy(rooms=frozenset({RoomName("attic")})))
    assert not desk.hear("d", said(1))
    one = said(2)
    assert desk.hear("b", one) == [Heard(ROOM, one.line), Tell(desk.links["c"], one)]


def test_too_many_lines_are_not_passed_on() -> None:
    desk = Desk("b", "c", bounds=Bounds(lines=Rate(burst=2, per_second=1)))
    assert [bool(desk.hear("b", said(number))) for number in (1, 2, 3)] == [True, True, False]
    assert desk.hear("c", said(3)), "It may still come by another way."
    desk.now += 1
    assert desk.hear("b", said(4))


def test_own_speakers_are_told_to_those_who_know_them() -> None:
    desk = Desk("b")
    desk.connect("c", Policy(send=False))
    desk.publish(BOB)
    bob = Speaker(BOB.id, 30)
    nobody = Speaker(ParticipantId("nobody"), 10)
    assert desk.router.speak(ROOM, (nobody, bob), desk.now) == [
        Tell(desk.links["b"], spoken(("bob", 30)))
    ]
    assert desk.connect("d")[1:] == [], "Soon, but not at once."
    assert desk.after(0.5) == [Tell(desk.links["d"], spoken(("bob", 30)))]
    desk.after(0.5)
    assert desk.connect("e")[1:] == [Tell(desk.links["e"], spoken(("bob", 30)))]
    desk.after(0.5)
    assert len(told(desk.router.speak(ROOM, (), desk.now), Tell)) == 3
    desk.after(0.5)
    assert not desk.router.speak(ROOM, (), desk.now)


def test_who_speaks_elsewhere_is_told_here_and_further_on() -> None:
    desk = Desk("b", "c")
    desk.announce("b", ANN)
    assert desk.hear("b", spoken(("ann", 40), ("nobody", 20))) == [
        Loud(ROOM, (Speaker(ANN.id, 40),)),
        Tell(desk.links["c"], spoken(("ann", 40))),
    ]
    assert not desk.hear("b", spoken())
    assert desk.after(0.5) == [Loud(ROOM, ()), Tell(desk.links["c"], spoken())]


def test_the_loudest_come_first_and_the_quietest_not_at_all() -> None:
    desk = Desk("b", "c")
    names = [f"p{number:02}" for number in range(20)]
    for name in names:
        desk.announce("b", versioned(presence(name), 1))
    effects = desk.hear("b", spoken(*[(name, 40 - n) for n, name in enumerate(names)]))
    (loud,) = [effect for effect in effects if isinstance(effect, Loud)]
    assert [speaker.id for speaker in loud.speakers] == names[:3:-1]


def test_a_speaker_counts_only_by_the_way_that_is_taken() -> None:
    desk = Desk("b", "c", "d")
    desk.announce("b", ANN, "o")
    desk.announce("c", ANN, "x", "o")
    assert not desk.hear("c", spoken(("ann", 40)))
    desk.after(0.5)
    effects = desk.disconnect("b")
    assert Loud(ROOM, (Speaker(ANN.id, 40),)) in effects
    desk.after(0.5)
    assert Loud(ROOM, ()) in desk.withdraw("c", "ann", gone=1)


def test_a_speaker_counts_only_in_its_own_room() -> None:
    desk = Desk("b")
    desk.announce("b", ANN)
    assert not desk.hear("b", spoken(("ann", 40), room="attic"))
    desk.publish(BOB)
    assert not desk.router.speak(RoomName("attic"), (Speaker(BOB.id, 3),), desk.now)


def test_speakers_obey_policies() -> None:
    desk = Desk()
    desk.connect("b", Policy(receive=False))
    assert not desk.hear("b", Spoken(ROOM, (Speaker(ANN.id, 1),)))
