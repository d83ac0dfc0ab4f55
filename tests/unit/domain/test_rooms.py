"""Who is shown whom, as conversations."""

import pytest

from support.rooms import OFFER, House
from trunkline.domain.directory import Limits
from trunkline.errors import Refusal, RefusalCode
from trunkline.model.event import RoomOpened
from trunkline.model.id import Mid, ParticipantId, ParticipantName, RoomName, SessionId, TransportId
from trunkline.model.media import Port
from trunkline.model.report import Counted, Traffic
from trunkline.model.request import Publish, Watch
from trunkline.model.rule import Rule


@pytest.fixture
def house() -> House:
    return House()


def test_a_publisher_opens_a_room_and_its_end_closes_it(house: House) -> None:
    assert house.publish("ann", name="cam") == [
        "accept ann",
        "RoomOpened studio",
        "ParticipantJoined ann",
        "TrackPublished ann",
        "TrackPublished ann",
        "ParticipantConnected ann",
    ]
    assert house.leave("ann") == [
        "close ann",
        "TrackEnded ann",
        "TrackEnded ann",
        "ParticipantLeft ann",
        "RoomClosed studio",
    ]
    assert house.rooms.describe() == ()


def test_a_viewer_is_shown_who_publishes(house: House) -> None:
    house.publish("ann")
    assert house.watch("vic") == [
        "accept vic ann/audio ann/video",
        "ParticipantJoined vic",
        "vic/audio shows ann/audio",
        "vic/video shows ann/video",
    ]


def test_a_viewer_of_a_room_goes_to_who_published_last(house: House) -> None:
    house.publish("ann")
    house.watch("vic")
    assert house.publish("bob")[-2:] == ["vic/audio shows bob/audio", "vic/video shows bob/video"]


def test_a_publisher_that_is_not_connected_takes_no_viewer_from_one_that_is(house: House) -> None:
    house.publish("ann")
    house.watch("vic")
    house.reserve("bob", Publish(RoomName("studio"), None, OFFER))
    assert [line for line in house.answer("bob", "in") if "shows" in line] == []
    assert "vic/video shows bob/video" in house.connect("bob")


def test_a_publisher_may_be_watched_before_it_is_connected(house: House) -> None:
    house.reserve("ann", Publish(RoomName("studio"), None, OFFER))
    house.answer("ann", "in")
    assert "vic/video shows ann/video" in house.watch("vic")


def test_when_the_last_leaves_viewers_go_to_the_latest_that_remains(house: House) -> None:
    for who in ("ann", "bob", "cid"):
        house.publish(who)
    house.watch("vic")
    assert house.leave("cid")[-2:] == ["vic/audio shows bob/audio", "vic/video shows bob/video"]
    assert house.lose("bob")[-2:] == ["vic/audio shows ann/audio", "vic/video shows ann/video"]
    assert house.leave("ann")[-2:] == ["vic/audio shows nothing", "vic/video shows nothing"]


def test_the_picture_comes_back_with_the_publisher_in_the_same_session(house: House) -> None:
    house.publish("ann", name="cam")
    house.watch("vic")
    house.watch("val", publisher="cam")
    house.lose("ann")
    assert [line for line in house.publish("new", name="cam") if "shows" in line] == [
        "vic/audio shows new/audio",
        "vic/video shows new/video",
        "val/audio shows new/audio",
        "val/video shows new/video",
    ]


def test_a_viewer_of_one_participant_stays_with_it(house: House) -> None:
    house.publish("ann", name="cam")
    house.watch("vic", publisher="cam")
    assert [line for line in house.publish("bob") if "shows" in line] == []
    assert house.leave("ann")[-2:] == ["vic/audio shows nothing", "vic/video shows nothing"]


def test_only_kinds_that_both_have_are_shown(house: House) -> None:
    house.publish("ann", kinds=("video",))
    assert "vic/video shows ann/video" in house.watch("vic")
    assert [line for line in house.publish("bob", kinds=("audio",)) if "shows" in line] == [
        "vic/audio shows bob/audio",
        "vic/video shows nothing",
    ]


@pytest.mark.parametrize("publisher", [None, "cam"])
def test_nobody_to_watch_is_a_refusal_and_leaves_no_room(
    house: House, publisher: str | None
) -> None:
    with pytest.raises(Refusal) as refusal:
        house.watch("vic", publisher=publisher)
    assert refusal.value.code == RefusalCode.NOBODY_PUBLISHES
    assert refusal.value.retry_after == 2
    assert house.rooms.describe() == ()


def test_a_live_name_is_taken_and_a_name_that_left_is_free(house: House) -> None:
    house.publish("ann", name="cam")
    with pytest.raises(Refusal) as refusal:
        house.publish("bob", name="cam")
    assert refusal.value.code == RefusalCode.NAME_TAKEN
    house.publish("cid", room="other", name="cam")
    house.leave("ann")
    house.publish("bob", name="cam")


def test_the_nameless_get_the_first_free_number(house: House) -> None:
    for who in ("ann", "bob", "cid"):
        house.publish(who)
    house.leave("bob")
    house.publish("dan")
    (room,) = house.rooms.describe()
    assert [(one.id, one.name) for one in room.participants] == [
        ("ann", "publisher-1"),
        ("cid", "publisher-3"),
        ("dan", "publisher-2"),
    ]


def test_a_refused_offer_leaves_nothing(house: House) -> None:
    house.reserve("ann", Publish(RoomName("studio"), ParticipantName("cam"), OFFER))
    assert house.rooms.describe() == ()
    assert house.refuse("ann") == []
    house.publish("bob", name="cam")


def test_a_room_with_an_offer_under_way_outlives_its_last_member(house: House) -> None:
    house.publish("ann")
    house.reserve("vic", Watch(RoomName("studio"), None, OFFER))
    assert house.leave("ann")[-1] == "RoomClosed studio"
    assert house.answer("vic", "out") == ["RoomOpened studio", "ParticipantJoined vic"]


def test_a_codec_that_was_not_negotiated_ends_the_viewer(house: House) -> None:
    house.publish("ann")
    house.watch("vic")
    assert house.cannot_play("vic") == ["close vic", "ParticipantLeft vic"]
    with pytest.raises(Refusal):
        house.rooms.find(SessionId("s-vic"))


def test_reports_about_who_left_have_no_effect(house: House) -> None:
    house.publish("ann")
    house.leave("ann")
    assert house.answer("ann", "in") == []
    assert house.connect("ann") == []
    assert house.start("ann") == []
    assert house.lose("ann") == []
    assert house.cannot_play("ann") == []
    assert house.leave("ann") == []


def test_a_track_has_a_codec_once_it_started(house: House) -> None:
    house.publish("ann", name="cam", kinds=("video",))
    house.watch("vic")
    assert house.start("ann") == ["TrackStarted ann"]
    (room,) = house.rooms.describe()
    (track,) = room.participants[0].tracks
    assert (track.id, track.kind, track.codec) == ("ann-video", "video", "VP8")
    assert room.viewers == 1


def test_a_start_of_what_is_no_track_has_no_effect(house: House) -> None:
    house.publish("ann")
    house.watch("vic")
    assert house.start("ann", mid="slides") == []
    assert house.start("vic") == []


def test_media_that_the_core_did_not_take_are_no_tracks(house: House) -> None:
    house.reserve("ann", Publish(RoomName("studio"), None, OFFER))
    house.answer("ann", "out")
    (room,) = house.rooms.describe()
    assert room.participants[0].tracks == ()
    house.reserve("vic", Watch(RoomName("studio"), None, OFFER))
    assert house.answer("vic", "in") == ["ParticipantJoined vic"]


def test_a_session_is_found_from_its_answer_to_its_end(house: House) -> None:
    house.reserve("ann", Publish(RoomName("studio"), None, OFFER))
    with pytest.raises(Refusal) as refusal:
        house.rooms.find(SessionId("s-ann"))
    assert refusal.value.code == RefusalCode.UNKNOWN
    house.answer("ann", "in")
    assert house.rooms.find(SessionId("s-ann")).id == "ann"
    house.lose("ann")
    with pytest.raises(Refusal):
        house.rooms.find(SessionId("s-ann"))


@pytest.mark.parametrize(
    ("limits", "room", "sentence"),
    [
        (Limits(sessions=1), "studio", "1 sessions"),
        (Limits(rooms=1), "other", "1 rooms"),
        (Limits(), "studio", "1 participants"),
    ],
)
def test_limits_are_refusals(limits: Limits, room: str, sentence: str) -> None:
    house = House(limits, studio=Rule(participants=1))
    house.publish("ann")
    with pytest.raises(Refusal, match=sentence) as refusal:
        house.publish("bob", room=room)
    assert refusal.value.code == RefusalCode.FULL
    assert refusal.value.retry_after == 10
    house.leave("ann")
    house.publish("bob", room=room)


def test_all_can_be_sent_away(house: House) -> None:
    house.publish("ann")
    house.watch("vic")
    effects = house.rooms.leave_all("stopped", "The relay stops.")
    assert not any(isinstance(effect, RoomOpened) for effect in effects)
    assert house.rooms.describe() == ()


def test_counters_are_told_by_whose_they_are(house: House) -> None:
    house.publish("ann", name="cam")
    house.watch("vic")
    traffic = [
        Traffic(transport, False, None, 0, 0, (), ())
        for transport in (*house.transports.values(), TransportId(99))
    ]
    statistics = house.rooms.measured(Counted(1, tuple(traffic), 7))
    assert [(one.id, one.role, one.name) for one in statistics.participants] == [
        ("ann", "publisher", "cam"),
        ("vic", "viewer", None),
    ]
    assert statistics.datagrams_dropped == 7


def test_which_track_a_medium_carries_is_told(house: House) -> None:
    house.publish("ann", kinds=("video",))
    house.watch("vic")
    assert house.carried("ann") == {"video": "ann-video"}
    assert house.carried("vic") == {"video": "ann-video"}
    house.leave("ann")
    assert house.carried("vic") == {}


def test_a_viewer_of_a_guest_is_told_its_tracks(house: House) -> None:
    house.arrive("bob")
    house.send("bob", "video")
    house.watch("vic")
    assert house.carried("vic") == {"video": "bob-video"}


@pytest.mark.parametrize(
    ("rule", "listed"),
    [(Rule(), True), (Rule(listed=False), False), (Rule(passphrase="sesame"), False)],
)
def test_rooms_are_listed_unless_they_are_locked_up_or_kept_back(
    rule: Rule, *, listed: bool
) -> None:
    house = House(studio=rule)
    house.arrive("ann", passphrase="sesame")
    (room,) = house.rooms.describe()
    assert room.listed is listed


def test_a_room_is_opened_by_its_passphrase_or_its_name() -> None:
    rooms = House(studio=Rule(passphrase="sesame"), attic=Rule(listed=False)).rooms
    assert rooms.opens(RoomName("attic"), "")
    assert rooms.opens(RoomName("elsewhere"), "")
    assert rooms.opens(RoomName("studio"), "sesame")
    assert not rooms.opens(RoomName("studio"), "")


def test_the_program_itself_enters_without_an_offer_and_is_connected_at_once() -> None:
    house = House(studio=Rule(passphrase="open"))
    assert house.produce("bot", "video", "audio", name="bot") == [
        "produce bot video audio",
        "RoomOpened studio",
        "ParticipantJoined bot",
        "TrackPublished bot",
        "TrackPublished bot",
    ]
    (room,) = house.rooms.describe()
    assert [(one.name, one.connected) for one in room.participants] == [("bot", True)]
    assert house.leave("bot")[0] == "close bot"
    assert house.rooms.describe() == ()


def test_the_program_itself_is_shown_like_any_other(house: House) -> None:
    house.produce("bot", "video", name="bot")
    assert "vic/video shows bot/0" in house.watch("vic")
    with pytest.raises(Refusal) as refusal:
        house.produce("other", "video", name="bot")
    assert refusal.value.code == RefusalCode.NAME_TAKEN


def test_a_source_is_found_by_name_and_kind(house: House) -> None:
    house.publish("ann", room="other")
    house.produce("bot", "video", name="bot")
    studio, bot = RoomName("studio"), ParticipantName("bot")
    port = Port(house.transports["bot"], Mid("0"))
    takings = house.rooms.takings
    for name in (bot, None):
        taking, _ = takings.take(studio, name, ("video", "audio"))
        assert taking.ports == {"video": port}
    with pytest.raises(Refusal, match="No 'eve'"):
        takings.take(studio, ParticipantName("eve"), ("video",))
    with pytest.raises(Refusal, match="nobody in room 'empty'"):
        takings.take(RoomName("empty"), None, ("video",))


def test_the_picture_of_a_participant_is_found_by_its_id(house: House) -> None:
    house.produce("bot", "audio", "video", name="bot")
    house.publish("ann", room="other")
    takings = house.rooms.takings
    found, _ = takings.take_from(RoomName("studio"), ParticipantId("bot"), ("video",))
    assert found.ports == {"video": Port(house.transports["bot"], Mid("1"))}
    for room, who in (("studio", "ann"), ("nowhere", "bot")):
        with pytest.raises(Refusal, match=f"no '{who}' in room '{room}'"):
            takings.take_from(RoomName(room), ParticipantId(who), ("video",))


def test_what_comes_from_who_publishes_nothing_has_no_effect(house: House) -> None:
    house.publish("ann")
    house.watch("vic")
    assert house.stall("vic") == []
    assert house.layers("ann", (320, 180), mid="unknown") == []
    assert house.start("ann", "unknown") == []
