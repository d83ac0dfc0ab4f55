"""Who feeds producers hears when somebody is shown them, and in which codec."""

import pytest

from support.rooms import House, announced
from trunkline.model import signal
from trunkline.model.id import TrackId
from trunkline.model.media import Wish


@pytest.fixture
def house() -> House:
    return House()


def wanting(house: House, who: str, track: str, *, paused: bool = False) -> list[str]:
    return house.say(who, signal.Accept(((TrackId(track), Wish(paused=paused)),)))


def shown_to_a_guest(house: House) -> None:
    """A guest takes the camera's picture."""
    house.arrive("ann")
    wanting(house, "ann", "cam-0")
    house.offer_made("ann")


def test_the_first_viewer_and_the_end_of_the_last_are_told(house: House) -> None:
    assert not [told for told in house.produce("cam", "video", name="cam") if "wanted" in told]
    assert house.watch("vic", kinds=("video",))[-1] == "cam/0 is wanted"
    assert not [told for told in house.watch("eve", kinds=("video",)) if "wanted" in told]
    assert not [told for told in house.leave("vic") if "wanted" in told]
    assert house.leave("eve")[-1] == "cam/0 is not wanted"


def test_only_what_is_shown_is_wanted(house: House) -> None:
    house.produce("cam", "video", "audio", name="cam")
    assert house.watch("vic", kinds=("audio",))[-1] == "cam/1 is wanted"
    house.publish("ann")
    assert "cam/1 is not wanted" not in house.watch("eve", publisher="cam", kinds=("audio",))
    assert house.leave("eve")[-1] == "cam/1 is not wanted", "vic follows who came last"


def test_a_guest_wants_a_track_from_its_answer_till_it_pauses_it(house: House) -> None:
    house.produce("cam", "video", name="cam")
    shown_to_a_guest(house)
    assert house.agree("ann")[-1] == "cam/0 is wanted"
    assert wanting(house, "ann", "cam-0", paused=True)[-1] == "cam/0 is not wanted"
    assert wanting(house, "ann", "cam-0")[-1] == "cam/0 is wanted"
    assert house.say("ann", signal.Goodbye("left", ""))[-1] == "cam/0 is not wanted"


def test_a_tap_is_somebody(house: House) -> None:
    house.produce("cam", "video", name="cam")
    assert house.tap("cam", "video") == ["cam/0 is wanted"]
    assert house.tap("cam", "audio") == [], "There is none."
    assert house.tap("cam", "video") == []
    house.watch("vic", kinds=("video",))
    house.leave("vic")
    assert house.untap() == house.untap() == []
    assert house.untap() == ["cam/0 is not wanted"]


def test_a_tap_of_who_is_told_nothing_changes_nothing(house: House) -> None:
    house.publish("ann")
    house.arrive("bob")
    house.send("bob", "video")
    for who in ("ann", "bob"):
        assert house.tap(who, "video") == []
        assert house.untap() == []


def test_a_tap_ends_with_the_producer(house: House) -> None:
    house.produce("cam", "video", name="cam")
    house.tap("cam", "video")
    assert house.tapped[0].is_settled()
    assert not house.tapped[0].is_gone()
    house.leave("cam")
    assert house.tapped[0].is_gone()
    assert house.untap() == []


def test_a_viewer_that_cannot_play_the_first_producer_is_shown_the_other(house: House) -> None:
    house.produce("cam", "video", name="cam", fallbacks=True)
    house.start("cam", "0", "H265")
    house.watch("vic", kinds=("video",))
    assert house.cannot_play("vic", "H265") == [
        "vic/video shows cam/1",
        "cam/0 is not wanted",
        "cam/1 is wanted",
    ]
    assert house.carried("vic") == {"video": "cam-0"}
    assert house.carried("cam") == {"0": "cam-0", "1": "cam-0"}


def test_who_was_shown_the_other_goes_back_when_the_codec_changes(house: House) -> None:
    house.produce("cam", "video", name="cam", fallbacks=True)
    house.watch("vic", kinds=("video",))
    # The core's workers may tell this before the codec.
    assert house.cannot_play("vic", "H265") == []
    assert "vic/video shows cam/1" in house.start("cam", "0", "H265")
    assert house.start("cam", "1", "H264") == []
    assert "vic/video shows cam/0" in house.start("cam", "0", "VP8")


def test_a_viewer_that_can_play_neither_leaves(house: House) -> None:
    house.produce("cam", "video", name="cam", fallbacks=True)
    house.start("cam", "0", "H265")
    house.watch("vic", kinds=("video",))
    house.cannot_play("vic", "H265")
    assert house.cannot_play("vic", "H264")[0] == "close vic"
    assert house.cannot_play("vic", "H264") == []


def test_a_guest_that_cannot_play_the_first_producer_is_shown_the_other(house: House) -> None:
    house.produce("cam", "video", name="cam", fallbacks=True)
    house.start("cam", "0", "H265")
    shown_to_a_guest(house)
    house.agree("ann")
    assert house.cannot_play("annv", "H265", "m0") == [
        "annv/m0 shows cam/1",
        "cam/0 is not wanted",
        "cam/1 is wanted",
    ]
    assert house.cannot_play("annv", "H264", "m0") == ["ann hears flow cam-0 codec"]


def test_an_offer_is_compared_with_what_most_can_play(house: House) -> None:
    house.produce("cam", "video", name="cam", fallbacks=True)
    assert house.watch("vic")[0] == "accept vic cam/1"


def test_a_program_has_the_tracks_that_it_says(house: House) -> None:
    house.produce("cam", "video", "audio", name="cam")
    house.watch("vic")
    assert house.has("cam", "video") == ["TrackEnded cam", "vic/audio shows nothing"]
    assert house.has("cam", "video") == []
    assert house.start("cam", "1", "opus") == []
    assert house.has("cam", "video", "audio") == [
        "TrackPublished cam",
        "vic/audio shows cam/1",
        "cam/1 is wanted",
    ]
    house.leave("cam")
    assert house.has("cam", "video") == []


def test_what_a_guest_sends_is_not_asked_for(house: House) -> None:
    house.arrive("bob")
    house.say("bob", signal.Announce((announced("bob-video", "video"),)))
    house.send("bob", "video")
    assert not [told for told in house.watch("vic") if "wanted" in told]


def test_who_is_shown_nothing_has_nothing_to_fall_back_to(house: House) -> None:
    house.produce("cam", "video", name="cam", fallbacks=True)
    assert house.cannot_play("cam", "H265", "0")[0] == "close cam"
