"""Who speaks: what several workers tell, each room in its turn."""

import pytest

from support.rooms import House
from trunkline.domain.floor import MAX_SPEAKERS
from trunkline.model import signal
from trunkline.model.id import TrackId


@pytest.fixture
def house() -> House:
    """Ann and Bob send sound."""
    house = House()
    for who in ("ann", "bob"):
        house.arrive(who)
        house.send(who, "audio")
    return house


def both(word: str) -> list[str]:
    return [f"ann hears {word}", f"bob hears {word}"]


def test_everybody_is_told_who_speaks_loudest_first(house: House) -> None:
    assert house.speak(("bob^", 20), ("ann^", 30)) == both("speakers bob 20 ann 30")
    assert house.speak(("bob^", 20), ("ann^", 30)) == [], "no news"
    assert house.speak() == both("speakers")
    assert house.speak() == []


def test_each_worker_tells_of_its_own_producers(house: House) -> None:
    house.speak(("bob^", 30))
    assert house.speak(("ann^", 20), worker=1) == both("speakers ann 20 bob 30")
    assert house.speak() == both("speakers ann 20")
    assert house.speak(worker=1) == both("speakers")


def test_of_several_tracks_the_loudest_counts() -> None:
    house = House()
    house.arrive("ann")
    house.send("ann", "audio", "video")
    assert house.speak(("ann^/video", 25), ("ann^/audio", 40)) == ["ann hears speakers ann 25"]


def test_publishers_speak_as_guests_do_and_rooms_hear_their_own(house: House) -> None:
    house.publish("cam")
    house.publish("far", room="elsewhere")
    house.arrive("eve", room="elsewhere")
    assert house.speak(("far", 10), ("cam", 20)) == [
        "eve hears speakers far 10",
        *both("speakers cam 20"),
    ]
    assert house.speak(("cam", 20)) == ["eve hears speakers"]


def test_who_comes_is_told_and_who_comes_back_is_told_again(house: House) -> None:
    house.speak(("bob^", 20))
    assert "eve hears speakers bob 20" in house.arrive("eve")
    house.break_off("eve")
    assert "eve hears speakers bob 20" in (house.come_back("eve") or [])


def test_who_leaves_speaks_no_more(house: House) -> None:
    house.speak(("bob^", 20))
    assert "ann hears speakers" in house.say("bob", signal.Goodbye("left", "Bye."))
    assert house.speak() == []


def test_who_is_muted_does_not_speak(house: House) -> None:
    house.speak(("bob^", 20))
    mute = signal.Status(mutes=((TrackId("bob-audio"), True),))
    assert set(both("speakers")) <= set(house.say("bob", mute))
    assert house.speak(("bob^", 30)) == []
    loud = signal.Status(mutes=((TrackId("bob-audio"), False),))
    assert set(both("speakers bob 30")) <= set(house.say("bob", loud))


def test_a_room_is_told_of_so_many_and_no_more() -> None:
    house = House()
    crowd = [f"g{number}" for number in range(MAX_SPEAKERS + 3)]
    for who in crowd:
        house.arrive(who)
        house.send(who, "audio")
    told = house.speak(*((f"{who}^", 20) for who in crowd))
    assert len(told) == len(crowd)
    assert len(told[0].split()) == 3 + 2 * MAX_SPEAKERS


def test_who_has_left_does_not_speak_any_more(house: House) -> None:
    house.publish("cam")
    house.leave("cam")
    assert house.speak(("cam", 20), ("ann^", 30)) == both("speakers ann 30")
