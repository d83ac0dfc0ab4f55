"""Guests: what they say, what they are told, what they are sent."""

import pytest

from support.rooms import House, announced
from trunkline.domain.audience import MAX_WISHES
from trunkline.domain.chat import HISTORY, MAX_LENGTH
from trunkline.domain.directory import EXPIRY, Limits
from trunkline.domain.downlink import ANSWER_TIME, MAX_MEDIA, Downlink
from trunkline.domain.floor import RESUMPTION_TIME
from trunkline.domain.track import Track
from trunkline.errors import Refusal
from trunkline.model import signal
from trunkline.model.command import OfferMedia
from trunkline.model.id import (
    Mid,
    ParticipantId,
    ParticipantName,
    RoomName,
    TrackId,
    TransportId,
)
from trunkline.model.media import Kind, Medium, Port, Wish
from trunkline.model.report import Answered, Offered
from trunkline.model.rule import Rule

ANN = ParticipantId("ann")


def wish(*tracks: str, **how: bool) -> signal.Accept:
    return signal.Accept(tuple((TrackId(track), Wish(**how)) for track in tracks))


@pytest.fixture
def house() -> House:
    """Ann and Bob are there, and say nothing yet."""
    house = House()
    house.arrive("ann")
    house.arrive("bob")
    return house


@pytest.fixture
def call(house: House) -> House:
    """Ann sends a picture, and Bob gets it."""
    house.send("ann", "video")
    house.say("bob", wish("ann-video"))
    house.offer_made("bob")
    house.agree("bob")
    house.connect("bobv")
    return house


def test_who_enters_is_welcomed_and_the_others_are_told() -> None:
    house = House()
    assert house.arrive("ann") == [
        "RoomOpened studio",
        "ParticipantJoined ann",
        "ann hears welcome",
    ]
    assert house.arrive("bob") == [
        "ParticipantJoined bob",
        "bob hears welcome ann",
        "ann hears +bob",
    ]


def test_a_track_is_told_when_its_medium_is_agreed_on(house: House) -> None:
    tracks = (announced("ann-video", "video"),)
    assert house.say("ann", signal.Announce(tracks)) == ["ann hears accept ann-video"]
    assert house.say("ann", signal.Offered("offer")) == ["accept ann^"]
    assert house.say("ann", signal.Mapped(((TrackId("ann-video"), Mid("video")),))) == []
    assert house.answer("ann^", "in", ("video",)) == [
        "ann hears answered",
        "TrackPublished ann",
        "bob hears tracks ann-video",
    ]


def test_a_wish_makes_one_offer_and_flows_when_it_is_agreed_on(house: House) -> None:
    house.send("ann", "audio", "video")
    assert house.say("bob", wish("ann-audio", "ann-video")) == ["offer bobv ann-audio ann-video"]
    assert house.offer_made("bob") == [
        "bob hears offered",
        "bob hears mapping ann-audio=m0 ann-video=m1",
    ]
    assert house.agree("bob") == [
        "take answer bobv",
        "bobv/m0 shows ann^/audio",
        "bobv/m1 shows ann^/video",
    ]


def test_what_is_not_wanted_is_not_sent(call: House) -> None:
    assert call.say("bob", wish()) == ["bobv/m0 shows nothing", "bob hears mapping"]


def test_what_is_wanted_again_needs_no_offer(call: House) -> None:
    call.say("bob", wish())
    assert call.say("bob", wish("ann-video")) == [
        "bobv/m0 shows ann^/video",
        "bob hears mapping ann-video=m0",
    ]


def test_a_pause_needs_no_offer(call: House) -> None:
    assert call.say("bob", wish("ann-video", paused=True)) == ["bobv/m0 shows nothing"]
    assert call.say("bob", wish("ann-video")) == ["bobv/m0 shows ann^/video"]


def test_a_free_medium_is_used_again_under_a_new_label(call: House) -> None:
    call.say("bob", wish())
    call.arrive("eve")
    call.send("eve", "video")
    assert call.say("bob", wish("eve-video")) == ["offer bobv eve-video"]
    call.offer_made("bob")
    assert "bobv/m0 shows eve^/video" in call.agree("bob")


def test_changes_during_an_offer_make_one_more(house: House) -> None:
    house.send("ann", "audio", "video")
    house.say("bob", wish("ann-audio"))
    assert house.say("bob", wish("ann-audio", "ann-video")) == []
    house.offer_made("bob")
    assert house.agree("bob")[1:] == ["bobv/m0 shows ann^/audio", "offer bobv ann-audio ann-video"]


def test_a_medium_that_is_refused_is_named(house: House) -> None:
    house.send("ann", "video")
    house.say("bob", wish("ann-video"))
    house.offer_made("bob")
    assert house.agree("bob", 0)[1:] == ["bob hears flow ann-video codec"]


def test_a_codec_that_cannot_be_played_is_named(call: House) -> None:
    assert "bob hears flow ann-video codec" in call.cannot_play("bobv", mid="m0")


def test_the_end_of_a_track_is_told_and_needs_no_offer(call: House) -> None:
    assert call.say("ann", signal.Announce(())) == [
        "ann hears accept",
        "TrackEnded ann",
        "bob hears tracks",
        "bobv/m0 shows nothing",
        "bob hears mapping",
    ]


def test_who_accepts_all_gets_what_comes_later() -> None:
    house = House()
    house.arrive("bob", accept_all=True)
    house.arrive("ann")
    assert "offer bobv ann-video" in house.send("ann", "video")


def test_a_publisher_and_a_viewer_take_part(house: House) -> None:
    assert "bob hears +cam" in house.publish("cam", kinds=("video",))
    assert house.say("bob", wish("cam-video")) == ["offer bobv cam-video"]
    house.send("ann", "video")
    house.leave("cam")
    assert "vera/video shows ann^/video" in house.watch("vera", kinds=("video",))


def test_a_goodbye_ends_everything(call: House) -> None:
    assert call.say("ann", signal.Goodbye("left", "Bye.")) == [
        "TrackEnded ann",
        "close ann^",
        "bob hears -ann left",
        "ParticipantLeft ann",
        "bob hears tracks",
        "bobv/m0 shows nothing",
        "bob hears mapping",
    ]
    assert call.say("ann", signal.Say("I am gone.")) == []


def test_a_conversation_that_broke_off_goes_on_with_its_media(call: House) -> None:
    assert call.break_off("bob") == ["ann hears +bob away"]
    assert call.come_back("bob") == [
        "bob hears welcome back ann",
        "ann hears +bob",
        "bob hears tracks ann-video",
        "bob hears mapping ann-video=m0",
    ]


def test_who_comes_back_is_told_that_no_tracks_are_left(call: House) -> None:
    call.break_off("bob")
    call.say("ann", signal.Announce(()))
    assert "bob hears tracks" in (call.come_back("bob") or [])


def test_an_offer_without_answer_is_repeated(house: House) -> None:
    house.send("ann", "video")
    house.say("bob", wish("ann-video"))
    house.offer_made("bob")
    house.break_off("bob")
    back = house.come_back("bob")
    assert back is not None
    assert "bob hears offered" in back


def test_who_does_not_come_back_in_time_is_gone(house: House) -> None:
    house.break_off("bob")
    assert house.wait(RESUMPTION_TIME - 1) == []
    assert "ParticipantLeft bob" in house.wait(1)
    assert house.come_back("bob") is None


def test_who_is_away_without_media_is_gone_at_once(call: House) -> None:
    call.lose("ann^")
    assert "ParticipantLeft ann" in call.break_off("ann")


def test_who_talks_on_makes_a_new_connection(call: House) -> None:
    assert call.lose("bobv") == ["bob hears connectionclosed", "offer bobv ann-video"]
    effects = call.lose("ann^")
    assert effects[:2] == ["TrackEnded ann", "ann hears connectionclosed"]
    assert "TrackPublished ann" in call.send("ann", "video")


def test_who_never_answers_an_offer_is_sent_away(house: House) -> None:
    house.send("ann", "video")
    house.say("bob", wish("ann-video"))
    house.offer_made("bob")
    house.wait(0.5)
    assert house.wait(ANSWER_TIME - 1) == []
    assert house.wait(1)[:2] == ["bob hears goodbye protocol", "close bobv"]


def test_who_answers_in_time_may_stay(call: House) -> None:
    call.wait(0.5)
    call.say("bob", signal.RestartMedia())
    call.offer_made("bob")
    call.wait(ANSWER_TIME)
    call.agree("bob")
    assert call.wait(ANSWER_TIME) == []


def test_an_ice_restart_is_one_offer(call: House) -> None:
    assert call.say("bob", signal.RestartMedia()) == ["offer bobv ann-video restart"]


def test_an_answer_that_is_no_answer_ends_it(house: House) -> None:
    house.send("ann", "video")
    house.say("bob", wish("ann-video"))
    house.offer_made("bob")
    house.say("bob", signal.Answered("nonsense"))
    assert house.refuse("bobv")[:2] == ["bob hears goodbye protocol", "close bobv"]


def test_an_offer_that_is_refused_leaves_the_rest(house: House) -> None:
    house.say("ann", signal.Offered("offer"))
    assert house.refuse("ann^") == ["ann hears failed offer-refused"]
    del house.transports["ann^"]
    assert "TrackPublished ann" in house.send("ann", "video")


def test_a_track_of_somebody_else_cannot_be_announced(call: House) -> None:
    stolen = signal.Announce((announced("ann-video", "video"),))
    assert call.say("bob", stolen) == ["bob hears failed track-taken", "bob hears accept"]


def test_talk(house: House) -> None:
    everybody = ["ann hears line", "bob hears line"]
    assert house.say("ann", signal.Say("Hello!")) == everybody
    assert house.say("ann", signal.Say("x" * MAX_LENGTH)) == everybody
    assert house.say("ann", signal.Say("x" * (MAX_LENGTH + 1))) == ["ann hears failed bad-line"]
    assert house.say("ann", signal.Say("  ")) == ["ann hears failed bad-line"]
    for _ in range(8):
        house.say("ann", signal.Say("And another thing."))
    assert house.say("ann", signal.Say("Spam.")) == ["ann hears failed too-often"]


def test_who_comes_later_hears_the_last_lines(house: House) -> None:
    for number in range(HISTORY + 10):
        house.now += 10
        house.say("ann", signal.Say(f"line {number}"))
    lines = house.welcome("eve").lines
    assert [line.text for line in lines] == [f"line {n}" for n in range(10, HISTORY + 10)]
    assert (lines[0].speaker, lines[0].name, lines[0].time) == ("ann", "ann", 7)


def test_what_was_said_is_kept_for_a_minute_after_the_last_has_left(house: House) -> None:
    house.say("ann", signal.Say("I am back in a moment."), signal.Lock(locked=True))
    house.say("ann", signal.Goodbye("left", "Bye."))
    assert "RoomClosed studio" in house.say("bob", signal.Goodbye("left", "Bye."))
    house.wait(0.5)
    house.wait(EXPIRY - 1)
    assert len(house.welcome("ann").lines) == 1
    assert "RoomClosed studio" in house.say("ann", signal.Goodbye("left", "Bye."))
    house.wait(0.5)
    house.wait(EXPIRY)
    assert house.welcome("ann").lines == ()


def test_rooms_that_rest_take_nobodys_place() -> None:
    house = House(Limits(rooms=1))
    for room in ("one", "two", "three"):
        house.arrive("ann", room)
        house.say("ann", signal.Say("Hello?"), signal.Goodbye("left", "Bye."))
    assert house.welcome("ann").lines == ()


def test_hands_and_mutes_are_told(call: House) -> None:
    raised = signal.Status(hand_raised=True)
    assert call.say("ann", raised) == ["ann hears +ann", "bob hears +ann"]
    assert call.say("ann", raised) == []
    muted = signal.Status(mutes=((TrackId("ann-video"), True), (TrackId("nobody's"), True)))
    assert call.say("ann", muted) == ["bob hears changed ann-video"]


def test_a_locked_room_lets_nobody_in(house: House) -> None:
    changed = ["ann hears roomchanged", "bob hears roomchanged"]
    assert house.say("ann", signal.Lock(locked=True)) == changed
    with pytest.raises(Refusal, match="locked"):
        house.arrive("eve")
    with pytest.raises(Refusal, match="locked"):
        house.publish("cam")
    house.say("bob", signal.Lock(locked=False))
    assert house.arrive("eve")


def test_guests_count_against_the_limits() -> None:
    house = House(studio=Rule(participants=1))
    house.arrive("ann")
    with pytest.raises(Refusal, match="participants"):
        house.arrive("bob")


def test_a_passphrase_opens_a_room() -> None:
    house = House(studio=Rule(passphrase="sesame"))
    for wrong in ("", "Sesame", "sesame "):
        with pytest.raises(Refusal, match="passphrase") as refusal:
            house.arrive("ann", passphrase=wrong)
        assert "sesame" not in refusal.value.sentence
    assert house.arrive("ann", passphrase="sesame")
    with pytest.raises(Refusal, match="passphrase"):
        house.publish("cam")
    assert "sesame" not in repr(Rule(passphrase="sesame"))


def test_tracks_beyond_the_rule_are_named() -> None:
    house = House(studio=Rule(tracks=1))
    house.arrive("ann")
    both = signal.Announce((announced("ann-video", "video"), announced("ann-audio", "audio")))
    assert house.say("ann", both) == [
        "ann hears failed too-many-tracks",
        "ann hears accept ann-video",
    ]


def test_pings_are_answered(house: House) -> None:
    assert house.say("ann", signal.Ping(5)) == ["ann hears pong"]
    assert house.say("ann", signal.Pong(5)) == []


def test_wishes_and_media_have_bounds(house: House) -> None:
    many = wish(*map(str, range(MAX_WISHES + 1)))
    assert house.say("bob", many) == ["bob hears failed too-many-tracks"]
    shown = Downlink(TransportId(1))
    tracks = [
        Track(id=TrackId(str(n)), owner=ANN, kind="audio", name=str(n), stream="s")
        for n in range(MAX_MEDIA + 1)
    ]
    (offer,) = shown.show([(track, Wish()) for track in tracks])
    assert isinstance(offer, OfferMedia)
    assert len(offer.media) == MAX_MEDIA


def test_the_codec_of_a_track_is_told(call: House) -> None:
    assert call.start("ann^", codec="VP9") == ["TrackStarted ann", "bob hears changed ann-video"]
    view = next(iter(call.rooms.guests.rooms())).describe()
    assert view is not None
    assert [track.codec for who in view.participants for track in who.tracks] == ["VP9"]


def test_an_answer_to_no_offer_is_nothing(call: House) -> None:
    assert call.say("bob", signal.Answered("answer")) == []
    assert call.say("ann", signal.Answered("answer"), signal.RestartMedia()) == []


def test_a_refused_change_leaves_the_media(call: House) -> None:
    call.say("ann", signal.Offered("nonsense"))
    assert call.refuse("ann^") == ["ann hears failed offer-refused"]
    assert call.say("bob", wish("ann-video", paused=True)) == ["bobv/m0 shows nothing"]


def test_who_is_gone_hears_and_loses_nothing(house: House) -> None:
    house.say("ann", signal.Goodbye("left", "Bye."))
    assert house.break_off("ann") == []
    assert house.come_back("bob", room="elsewhere") is None


def test_everybody_can_be_sent_away(call: House) -> None:
    effects = call.send_away()
    assert [effect for effect in effects if "goodbye" in effect] == [
        "ann hears goodbye stopped",
        "bob hears goodbye stopped",
    ]
    assert effects[-1] == "RoomClosed studio"


@pytest.fixture
def umbrella() -> House:
    """Ann sends a picture, and an original Umbrella client has come."""
    house = House()
    house.arrive("ann")
    house.send("ann", "video")
    house.arrive("umb", like_umbrella=True)
    return house


def test_an_original_client_is_served_before_it_says_anything() -> None:
    house = House()
    house.arrive("ann")
    house.send("ann", "video")
    effects = house.arrive("umb", like_umbrella=True)
    assert effects[-2:] == ["offer umbv silence data", "umb hears tracks ann-video"]


def test_an_original_client_is_told_the_media_after_its_answer(umbrella: House) -> None:
    umbrella.say("umb", wish("ann-video"))
    assert umbrella.offer_made("umb") == ["umb hears offered"]
    assert umbrella.agree("umb") == [
        "take answer umbv",
        "umb hears mapping",
        "offer umbv silence ann-video data",
    ]
    assert umbrella.offer_made("umb") == ["umb hears offered"]
    assert umbrella.agree("umb") == [
        "take answer umbv",
        "umb hears mapping ann-video=m1",
        "umbv/m1 shows ann^/video",
    ]


def test_an_original_client_is_offered_what_ended_as_inactive(umbrella: House) -> None:
    umbrella.say("umb", wish("ann-video"))
    for _ in range(2):
        umbrella.offer_made("umb")
        umbrella.agree("umb")
    effects = umbrella.say("ann", signal.Goodbye("left", "Bye."))
    assert "offer umbv silence - data" in effects
    umbrella.offer_made("umb")
    umbrella.agree("umb", 1)
    umbrella.arrive("eve")
    umbrella.send("eve", "video")
    assert "offer umbv silence - eve-video data" in umbrella.say("umb", wish("eve-video"))


def test_an_original_client_that_loses_its_media_is_gone(umbrella: House) -> None:
    assert "ParticipantLeft umb" in umbrella.lose("umbv")


def test_a_track_that_stands_still_is_told_and_that_it_goes_on(call: House) -> None:
    assert call.stall("ann^") == ["bob hears changed ann-video stalled"]
    assert call.stall("ann^", stalled=False) == ["bob hears changed ann-video"]


def test_a_publisher_of_whip_that_stands_still_is_told(house: House) -> None:
    house.publish("cam", kinds=("video",))
    stalled = "hears changed cam-video stalled"
    assert house.stall("cam") == [f"ann {stalled}", f"bob {stalled}"]


def test_a_muted_track_does_not_stand_still(call: House) -> None:
    mute = signal.Status(mutes=((TrackId("ann-video"), True),))
    assert call.say("ann", mute) == ["bob hears changed ann-video"]
    assert call.stall("ann^") == []
    loud = signal.Status(mutes=((TrackId("ann-video"), False),))
    assert call.say("ann", loud) == ["bob hears changed ann-video stalled"]


def test_who_is_away_and_sends_nothing_of_what_it_has_is_gone_at_once(house: House) -> None:
    house.send("ann", "audio", "video")
    house.break_off("ann")
    assert house.wait(1) == []
    house.stall("ann^", "audio")
    assert house.wait(0.5) == [], "its picture comes"
    house.stall("ann^", "video")
    assert "bob hears -ann lost" in house.wait(0.5)


def test_who_is_away_with_all_tracks_muted_keeps_its_place(house: House) -> None:
    house.send("ann", "audio")
    house.say("ann", signal.Status(mutes=((TrackId("ann-audio"), True),)))
    house.stall("ann^", "audio")
    house.break_off("ann")
    assert house.wait(RESUMPTION_TIME - 1) == []


def test_who_is_there_stays_whatever_stands_still(call: House) -> None:
    call.stall("ann^")
    assert call.wait(RESUMPTION_TIME * 2) == []


def test_layers_are_told_and_what_is_sent_of_them(call: House) -> None:
    assert call.layers("ann^", (320, 180), (640, 360)) == ["bob hears changed ann-video"]
    assert call.forwarded("bobv", "m0", 1) == ["bob hears flow ann-video 1"]
    assert call.forwarded("bobv", "m9", 1) == [], "a medium that shows nothing"


@pytest.mark.parametrize(
    ("wish", "limit"),
    [
        (Wish(max_layer=1), "1"),
        (Wish(width=300, height=100), "0"),
        (Wish(width=321, height=100), "1"),
        (Wish(height=400), "2"),
        (Wish(width=640, height=360, max_layer=0), "0"),
        (Wish(width=300, max_layer=2), "0"),
        (Wish(width=4000, max_layer=1), "1"),
    ],
)
def test_a_wish_limits_the_layer(call: House, wish: Wish, limit: str) -> None:
    call.layers("ann^", (320, 180), (640, 360), (1280, 720))
    some = signal.Accept(((TrackId("ann-video"), wish),))
    assert call.say("bob", some) == [f"bobv/m0 up to {limit}"]
    assert call.say("bob", some) == []


def test_without_a_wish_for_less_the_best_is_sent(call: House) -> None:
    sizes = ((320, 180), (640, 360))
    assert call.layers("ann^", *sizes) == ["bob hears changed ann-video"]
    large = signal.Accept(((TrackId("ann-video"), Wish(width=4000)),))
    assert call.say("bob", large) == []
    small = signal.Accept(((TrackId("ann-video"), Wish(width=9)),))
    assert call.say("bob", small) == ["bobv/m0 up to 0"]
    assert call.say("bob", wish("ann-video")) == ["bobv/m0 up to best"]


def test_a_limit_by_size_follows_the_layers(call: House) -> None:
    small = signal.Accept(((TrackId("ann-video"), Wish(width=300)),))
    assert call.say("bob", small) == [], "there are none"
    assert "bobv/m0 up to 0" in call.layers("ann^", (320, 180), (640, 360))
    assert "bobv/m0 up to 1" in call.layers("ann^", (160, 90), (320, 180), (640, 360))


def test_a_limit_is_told_before_what_is_shown(house: House) -> None:
    house.send("ann", "video")
    house.say("bob", signal.Accept(((TrackId("ann-video"), Wish(max_layer=0)),)))
    house.offer_made("bob")
    assert house.agree("bob")[-2:] == ["bobv/m0 up to 0", "bobv/m0 shows ann^/video"]


def test_viewers_of_whep_take_what_comes() -> None:
    house = House()
    house.publish("cam", kinds=("video",))
    house.watch("tv", kinds=("video",))
    assert house.layers("cam", (320, 180)) == []
    assert house.forwarded("tv", "video", 0) == []


def test_which_tracks_a_guest_sends_and_gets_is_told(call: House) -> None:
    assert call.carried("ann^") == {"video": "ann-video"}
    assert call.carried("bobv") == {"m0": "ann-video"}
    call.say("bob", wish("ann-video", paused=True))
    assert call.carried("bobv") == {"m0": "ann-video paused"}
    call.say("bob", wish())
    assert call.carried("bobv") == {}


def test_who_gives_no_name_gets_one_that_is_free() -> None:
    house = House()
    names = ["Guest 2", "", "", ""]
    for number, name in enumerate(names):
        hello = signal.Hello(RoomName("studio"), ParticipantName(name))
        house.rooms.guests.enter(hello, ParticipantId(str(number)), f"back-{number}")
    (room,) = house.rooms.everywhere()
    assert [guest.name for guest in room.floor] == ["Guest 2", "Guest 1", "Guest 3", "Guest 4"]


def test_who_has_left_leaves_no_more(house: House) -> None:
    assert house.rooms.guests.leave(ANN, "left", "Bye.")
    assert house.rooms.guests.leave(ANN, "left", "Bye.") == []


def test_programs_get_what_a_guest_sends(call: House) -> None:
    room, port = RoomName("studio"), Port(call.transports["ann^"], Mid("video"))
    takings = call.rooms.takings
    kinds: tuple[Kind, ...] = ("video", "audio")
    assert takings.take_from(room, ANN, kinds)[0].ports == {"video": port}
    assert takings.take(room, ParticipantName("ann"), kinds)[0].ports == {"video": port}
    assert takings.take_from(room, ParticipantId("bob"), kinds)[0].ports == {}


def test_a_track_that_comes_on_another_medium_is_shown_from_there(house: House) -> None:
    house.send("ann", "video")
    house.say("bob", wish("ann-video"))
    house.offer_made("bob")
    house.agree("bob")
    media = tuple(Medium(Mid(mid), "video", "in", ("VP8",)) for mid in ("video", "other"))
    house.rooms.receive(Answered(house.transports["ann^"], "answer", media))
    elsewhere = signal.Mapped(((TrackId("ann-video"), Mid("other")),))
    assert house.say("ann", elsewhere) == ["bobv/m0 shows ann^/other"]


def test_what_does_not_fit_a_connection_changes_nothing(house: House) -> None:
    house.send("ann", "video")
    house.say("bob", wish("ann-video"))
    sending, taking = (house.transports[name] for name in ("ann^", "bobv"))
    assert house.rooms.receive(Offered(sending, "offer", ())) == []
    assert house.rooms.receive(Answered(taking, "answer", ())) == []
