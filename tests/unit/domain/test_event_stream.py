"""Event streams: what is told, and when."""

import pytest

from support.rooms import OFFER, House
from trunkline.domain.event_stream import STREAMS, WAITING, EventStream
from trunkline.errors import Refusal
from trunkline.model.id import RoomName, SessionId, StreamId
from trunkline.model.notice import Active, Inactive, NoticeKind, Reconnect, ViewerCount
from trunkline.model.request import Publish

ALL: frozenset[NoticeKind] = frozenset({"active", "inactive", "reconnect", "viewercount"})
STREAM = StreamId("stream")


def listening(house: House, who: str = "vera", kinds: frozenset[NoticeKind] = ALL) -> EventStream:
    house.rooms.open_stream(SessionId(f"s-{who}"), STREAM, kinds)
    return house.rooms.find_stream(SessionId(f"s-{who}"), STREAM)


@pytest.fixture
def house() -> House:
    house = House()
    house.reserve("pia", Publish(RoomName("studio"), None, OFFER))
    house.answer("pia", "in")
    house.watch("vera")
    return house


def test_there_is_no_first_inactive(house: House) -> None:
    assert listening(house).take() == (ViewerCount(1),)


def test_a_publisher_that_is_there_is_told_at_once(house: House) -> None:
    house.connect("pia")
    assert listening(house).take() == (Active(), ViewerCount(1))


def test_publishers_that_come_and_go_are_told_in_order(house: House) -> None:
    stream = listening(house)
    stream.take()
    house.connect("pia")
    house.leave("pia")
    house.publish("paul")
    assert stream.take() == (Active(), Inactive(), Active())
    assert stream.take() == ()


def test_viewers_are_counted(house: House) -> None:
    stream = listening(house)
    house.watch("victor")
    house.leave("victor")
    assert stream.take() == (ViewerCount(1), ViewerCount(2), ViewerCount(1))


def test_only_what_was_asked_for_is_told(house: House) -> None:
    stream = listening(house, kinds=frozenset({"inactive"}))
    house.connect("pia")
    house.leave("pia")
    assert stream.take() == (Inactive(),)


def test_a_session_that_can_be_mended_says_reconnect(house: House) -> None:
    stream = listening(house, kinds=frozenset({"reconnect"}))
    house.cannot_play("vera")
    assert stream.take() == (Reconnect(),)
    assert stream.ended
    with pytest.raises(Refusal):
        house.rooms.find_stream(SessionId("s-vera"), STREAM)


def test_a_viewer_that_leaves_is_told_nothing(house: House) -> None:
    stream = listening(house, kinds=frozenset({"reconnect"}))
    house.leave("vera")
    assert stream.ended
    assert stream.take() == ()


def test_a_stream_that_is_closed_drops_what_waits(house: House) -> None:
    stream = listening(house)
    house.rooms.close_stream(SessionId("s-vera"), STREAM)
    assert stream.ended
    assert stream.take() == ()
    with pytest.raises(Refusal):
        house.rooms.close_stream(SessionId("s-vera"), STREAM)


def test_publishers_have_no_events(house: House) -> None:
    with pytest.raises(Refusal, match="that watch"):
        listening(house, "pia")


def test_the_streams_of_a_session_are_bounded(house: House) -> None:
    for number in range(STREAMS):
        house.rooms.open_stream(SessionId("s-vera"), StreamId(str(number)), ALL)
    with pytest.raises(Refusal, match="already has"):
        listening(house)


def test_of_what_nobody_reads_the_oldest_is_dropped() -> None:
    stream = EventStream(ALL)
    for viewers in range(WAITING + 10):
        stream.see(active=False, viewers=viewers)
    taken = stream.take()
    assert len(taken) == WAITING
    assert taken[-1] == ViewerCount(WAITING + 9)
