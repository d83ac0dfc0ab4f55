"""What does not cross a trunk that may carry only so much."""

from trunkline.domain.throttle import Throttle
from trunkline.model.id import TrackId

CAMERA, SCREEN, VOICE = TrackId("camera"), TrackId("screen"), TrackId("voice")
PICTURES = {CAMERA: 1, SCREEN: 1}


class Scale:
    """Tracks that send so many kbit/s, as long as they are not held back."""

    def __init__(self, limit: int, **rates: int) -> None:
        self.throttle = Throttle(limit)
        self.rates = {TrackId(name): rate for name, rate in rates.items()}
        self.sent = dict.fromkeys(self.rates, 0)
        self.now = 0.0
        self.throttle.weigh(dict(self.sent), PICTURES, 0.0)

    def run(self, seconds: int) -> set[str]:
        for _ in range(2 * seconds):
            self.now += 0.5
            for track, rate in self.rates.items():
                if track not in self.throttle.held:
                    self.sent[track] += rate * 1000 // 8 // 2
            self.throttle.weigh(dict(self.sent), PICTURES, self.now)
        return set(self.throttle.held)


def test_what_fits_crosses() -> None:
    assert Scale(3_000, camera=1_000, screen=1_500, voice=60).run(10) == set()


def test_the_largest_picture_is_held_back_first() -> None:
    assert Scale(2_000, camera=1_000, screen=1_500, voice=60).run(10) == {SCREEN}
    assert Scale(500, camera=1_000, screen=1_500, voice=60).run(10) == {SCREEN, CAMERA}


def test_sound_always_crosses() -> None:
    assert Scale(30, voice=60).run(5) == set()


def test_a_picture_comes_back_when_there_is_room_for_long_enough() -> None:
    scale = Scale(2_000, camera=1_000, screen=1_500, voice=60)
    assert scale.run(3) == {SCREEN}
    scale.rates[CAMERA] = 100
    assert scale.run(3) == {SCREEN}
    assert scale.run(5) == set()


def test_what_would_not_fit_stays_away() -> None:
    scale = Scale(2_000, camera=1_000, screen=1_500, voice=60)
    scale.run(3)
    scale.rates[CAMERA] = 400
    assert scale.run(20) == {SCREEN}


def test_who_is_not_wanted_any_more_is_forgotten() -> None:
    scale = Scale(2_000, camera=1_000, screen=1_500, voice=60)
    scale.run(3)
    scale.throttle.forget({CAMERA, VOICE})
    assert scale.throttle.held == set()


def test_a_medium_that_counts_anew_is_no_burst() -> None:
    throttle = Throttle(1_000)
    throttle.weigh({CAMERA: 10_000_000}, PICTURES, 0.0)
    assert not throttle.weigh({CAMERA: 5}, PICTURES, 1.0)
    assert not throttle.weigh({CAMERA: 10, SCREEN: 10_000_000}, PICTURES, 2.0)


class Ladder:
    """A camera in three encodings of which the highest that may cross is sent, and a voice."""

    def __init__(self, limit: int, *rates: int) -> None:
        self.throttle = Throttle(limit)
        self.rates = rates
        self.sent = {CAMERA: 0, VOICE: 0}
        self.now = 0.0
        self.throttle.weigh(dict(self.sent), {CAMERA: 3}, 0.0)

    def run(self, seconds: int) -> int:
        """How many encodings may cross in the end."""
        for _ in range(seconds):
            self.now += 1
            height = self.throttle.caps.get(CAMERA, 3)
            self.sent[CAMERA] += 125 * (self.rates[height - 1] if height else 0)
            self.sent[VOICE] += 125 * 40
            self.throttle.weigh(dict(self.sent), {CAMERA: height}, self.now)
        return self.throttle.caps.get(CAMERA, 3)


def test_of_a_picture_in_several_encodings_a_lower_one_crosses() -> None:
    assert Ladder(2_000, 150, 500, 1_500).run(10) == 3
    assert Ladder(1_000, 150, 500, 1_500).run(10) == 2
    ladder = Ladder(300, 150, 500, 1_500)
    assert [ladder.run(1) for _ in range(3)] == [2, 1, 1]
    assert not ladder.throttle.held
    assert Ladder(150, 150, 500, 1_500).run(10) == 0


def test_a_burst_when_the_lowest_encoding_begins_is_no_reason_to_hold_it_back() -> None:
    ladder = Ladder(300, 900, 900, 1_500)
    assert ladder.run(4) == 1
    ladder.rates = (150, 500, 1_500)
    assert ladder.run(10) == 1


def test_encodings_come_back_one_after_the_other() -> None:
    ladder = Ladder(1_000, 400, 1_200, 3_000)
    assert ladder.run(4) == 1
    ladder.rates = (100, 300, 700)
    assert ladder.run(20) == 1, "What they took when they were held back would not fit."
    ladder.throttle.max_kbps = 4_000
    assert [ladder.run(6), ladder.run(6)] == [2, 3]


def test_a_lower_encoding_counts_less_before_it_was_measured() -> None:
    throttle = Throttle(1_100)
    pictures = {CAMERA: 2, SCREEN: 2}
    throttle.weigh({CAMERA: 0, SCREEN: 0}, pictures, 0.0)
    assert throttle.weigh({CAMERA: 125_000, SCREEN: 100_000}, pictures, 1.0)
    assert throttle.caps == {CAMERA: 1}
