"""Callers: who publishes and watches by one transport, as conversations."""

import pytest

from support.rooms import House
from trunkline.domain.directory import Limits
from trunkline.errors import Refusal, RefusalCode
from trunkline.model import signal
from trunkline.model.rule import Rule

GOODBYE = signal.Goodbye("left", "It hangs up.")


@pytest.fixture
def house() -> House:
    return House()


def shown(effects: list[str]) -> list[str]:
    return [line for line in effects if " shows " in line]


def test_a_caller_is_answered_publishes_and_is_shown_somebody(house: House) -> None:
    house.publish("ann")
    assert house.ring("cat") == ["accept cat"]
    assert house.pick_up("cat") == [
        "cat hears answered",
        "ParticipantJoined cat",
        "TrackPublished cat",
        "TrackPublished cat",
        "cat/audio shows ann/audio",
        "cat/video shows ann/video",
    ]
    assert house.connect("cat") == ["ParticipantConnected cat"]
    assert shown(house.watch("vic")) == ["vic/audio shows cat/audio", "vic/video shows cat/video"]
    assert house.tell("cat", GOODBYE) == [
        "close cat",
        "cat hears goodbye left",
        "TrackEnded cat",
        "TrackEnded cat",
        "ParticipantLeft cat",
        "vic/audio shows ann/audio",
        "vic/video shows ann/video",
    ]
    assert house.tell("cat", GOODBYE) == []


def test_a_caller_is_never_shown_itself(house: House) -> None:
    assert shown(house.call("cat")) == []
    assert shown(house.speak(("cat", 20))) == []


def test_guests_see_a_caller_and_are_seen(house: House) -> None:
    house.arrive("gus", accept_all=True)
    assert "gus hears +cat" in house.call("cat")
    assert shown(house.send("gus", "video")) == ["cat/video shows gus^/video"]
    assert "gus hears -cat left" in house.tell("cat", GOODBYE)


def test_a_caller_is_shown_who_speaks_and_stays_when_nobody_does(house: House) -> None:
    for who in ("ann", "bob"):
        house.publish(who)
    house.call("cat")
    assert shown(house.speak(("ann", 20))) == [
        "cat/audio shows ann/audio",
        "cat/video shows ann/video",
    ]
    assert shown(house.speak()) == []
    assert shown(house.publish("dan")) == []
    assert shown(house.speak(("cat", 10), ("bob", 30))) == [
        "cat/audio shows bob/audio",
        "cat/video shows bob/video",
    ]
    assert house.sent("cat") == {"audio": "bob-audio", "video": "bob-video"}
    assert house.carried("cat") == {"audio": "cat-audio", "video": "cat-video"}


def test_a_caller_of_one_participant_waits_for_it_and_stays_with_it(house: House) -> None:
    house.publish("ann", name="cam")
    assert shown(house.call("cat", follows="stage")) == []
    assert shown(house.publish("bob", name="stage")) == [
        "cat/audio shows bob/audio",
        "cat/video shows bob/video",
    ]
    assert shown(house.speak(("ann", 10))) == []
    assert shown(house.leave("bob")) == ["cat/audio shows nothing", "cat/video shows nothing"]


def test_a_caller_is_not_shown_what_it_cannot_play(house: House) -> None:
    house.publish("ann")
    house.publish("bob", kinds=("video",))
    house.start("bob", codec="H264")
    assert shown(house.call("cat")) == ["cat/audio shows ann/audio", "cat/video shows ann/video"]
    assert house.cannot_play("cat") == []
    assert shown(house.start("ann", codec="H264")) == [
        "cat/audio shows nothing",
        "cat/video shows nothing",
    ]


def test_a_steady_caller_ends_with_whom_it_was_shown(house: House) -> None:
    house.publish("ann")
    house.call("cat", steady=True)
    house.publish("bob")
    assert shown(house.speak(("bob", 10))) == []
    assert house.look_after() == []
    house.leave("ann")
    assert house.look_after() == [
        "close cat",
        "cat hears goodbye left",
        "TrackEnded cat",
        "TrackEnded cat",
        "ParticipantLeft cat",
    ]
    assert house.look_after() == []


def test_a_steady_caller_keeps_its_encoding_and_ends_with_it(house: House) -> None:
    house.publish("ann")
    house.layers("ann", (320, 180), (640, 360))
    house.call("cat", steady=True)
    assert house.forwarded("cat", "video", 1) == ["cat/video up to 1"]
    assert house.forwarded("cat", "video", 1) == []
    assert house.look_after() == []
    house.forwarded("cat", "video", 0)
    assert "close cat" in house.look_after()


def test_a_steady_caller_ends_with_another_size(house: House) -> None:
    house.publish("ann")
    house.call("cat", steady=True)
    house.resize("ann", 640, 360)
    house.resize("ann", 640, 360)
    assert house.look_after() == []
    house.resize("ann", 1280, 720)
    assert "close cat" in house.look_after()


def test_guests_too_change_the_size_of_their_pictures(house: House) -> None:
    house.arrive("gus")
    house.send("gus", "video")
    house.call("cat", steady=True)
    for height in (180, 360):
        assert house.look_after() == []
        house.resize("gus^", 320, height)
    assert "close cat" in house.look_after()


def test_another_caller_bears_other_encodings_and_sizes(house: House) -> None:
    house.publish("ann")
    house.call("cat")
    house.resize("ann", 640, 360)
    house.resize("ann", 1280, 720)
    assert house.forwarded("cat", "video", 1) == []
    assert house.forwarded("cat", "video", 0) == []
    assert house.look_after() == []


def test_we_offer_to_a_caller_that_asks_and_it_counts_as_a_viewer(house: House) -> None:
    house.publish("ann")
    house.arrive("gus")
    assert house.ring("cat", offer=None, publishes=False) == ["offer cat video audio"]
    assert house.offered("cat") == ["cat hears offered"]
    assert house.tell("cat", signal.Answered("answer")) == ["take answer cat"]
    assert house.pick_up("cat", sends=(), ours=True) == [
        "ParticipantJoined cat",
        "cat/audio shows ann/audio",
        "cat/video shows ann/video",
    ]
    (room,) = house.rooms.describe()
    assert [one.name for one in room.participants] == ["publisher-1", "gus"]
    assert room.viewers == 1
    assert house.tell("cat", GOODBYE) == [
        "close cat",
        "cat hears goodbye left",
        "ParticipantLeft cat",
    ]


def test_who_is_offered_media_may_send_some(house: House) -> None:
    house.publish("ann")
    assert house.ring("cat", offer=None) == ["offer cat video audio both"]
    assert house.pick_up("cat", sends=("video",), takes=("video",), ours=True) == [
        "ParticipantJoined cat",
        "TrackPublished cat",
        "cat/video shows ann/video",
    ]


def test_who_sends_nothing_is_shown_to_nobody(house: House) -> None:
    house.ring("cat")
    house.pick_up("cat", sends=())
    with pytest.raises(Refusal) as refusal:
        house.watch("vic")
    assert refusal.value.code == RefusalCode.NOBODY_PUBLISHES


def test_media_of_a_caller_come_and_go(house: House) -> None:
    house.publish("ann")
    house.ring("cat")
    house.pick_up("cat", sends=("audio",), takes=("audio",))
    assert house.tell("cat", signal.Offered("offer")) == ["renegotiate cat"]
    assert house.pick_up("cat", sends=("video",), takes=("video",)) == [
        "cat hears answered",
        "TrackEnded cat",
        "TrackPublished cat",
        "cat/video shows ann/video",
    ]
    assert house.pick_up("cat", sends=(), takes=()) == ["cat hears answered", "TrackEnded cat"]
    assert house.refuse("cat") == []


def test_what_happens_to_a_callers_tracks_is_told(house: House) -> None:
    house.arrive("gus", accept_all=True)
    house.call("cat")
    assert "TrackStarted cat" in house.start("cat")
    assert "gus hears changed cat-video stalled" in house.stall("cat")
    assert house.resize("cat", 640, 360) == []


def test_a_refused_offer_ends_a_call(house: House) -> None:
    house.ring("cat")
    assert house.refuse("cat") == ["close cat", "cat hears goodbye failed"]
    assert house.rooms.describe() == ()


def test_a_lost_connection_ends_a_call(house: House) -> None:
    house.call("cat")
    assert house.lose("cat") == [
        "cat hears goodbye silent",
        "TrackEnded cat",
        "TrackEnded cat",
        "ParticipantLeft cat",
        "RoomClosed studio",
    ]


def test_callers_are_sent_away_with_everybody(house: House) -> None:
    house.call("cat")
    assert house.send_away()[:2] == ["close cat", "cat hears goodbye stopped"]
    assert house.rooms.describe() == ()


def test_a_name_that_is_taken_is_changed(house: House) -> None:
    house.publish("ann", name="cat")
    house.call("cat")
    (room,) = house.rooms.describe()
    assert [one.name for one in room.participants] == ["cat", "cat-2"]
    long = "c" * 64
    house.publish("bob", name=long)
    house.call(long)
    (room,) = house.rooms.describe()
    assert room.participants[-1].name == "c" * 62 + "-2"


def test_a_closed_room_and_a_full_one_are_refused() -> None:
    locked = House(studio=Rule(passphrase="sesame"))
    with pytest.raises(Refusal) as refusal:
        locked.ring("cat")
    assert refusal.value.code == RefusalCode.PASSPHRASE
    full = House(Limits(sessions=1))
    full.call("cat")
    with pytest.raises(Refusal) as refusal:
        full.ring("dan")
    assert refusal.value.code == RefusalCode.FULL


def test_a_steady_caller_is_shown_nobody_else_before_it_ends(house: House) -> None:
    house.publish("ann")
    house.call("cat", steady=True)
    assert "cat/video shows nothing" in house.leave("ann")
    assert shown(house.publish("bob")) == []
    assert "close cat" in house.look_after()
