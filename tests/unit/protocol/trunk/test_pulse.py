"""Whether the other end is there, and how far away."""

from trunkline.model.signal import Ping
from trunkline.protocol.trunk.pulse import LATE, LOOK, SILENT, Pulse


class Pair:
    """Two ends that have nothing to say but that they are there."""

    def __init__(self, delay: float = 0.01) -> None:
        self.ends = (Pulse(), Pulse())
        self.pings = [0, 0]
        self.now = 0.0
        self._delay = delay

    def look(self) -> None:
        self.now += LOOK
        for index, pulse in enumerate(self.ends):
            ping = pulse.look(self.now)
            if ping is not None:
                self.pings[index] += 1
                self._ask(pulse, self.ends[1 - index], ping)

    def _ask(self, pulse: Pulse, other: Pulse, ping: Ping) -> None:
        pulse.said(self.now)
        other.heard()
        other.said(self.now + self._delay / 2)
        pulse.heard()
        assert pulse.answered(ping.id, self.now + self._delay) is not None


def test_one_end_pings_twice_a_second_and_the_other_now_and_then() -> None:
    pair = Pair()
    for _ in range(400):
        pair.look()
    seconds = 400 * LOOK
    rarely, often = sorted(count / seconds for count in pair.pings)
    assert 0.39 <= rarely <= 0.41
    assert 1.6 <= often <= 2
    assert rarely + often <= 2.41
    assert not any(pulse.is_late for pulse in pair.ends)
    assert all(pulse.rtt is not None and abs(pulse.rtt - 0.01) < 1e-6 for pulse in pair.ends)


def test_who_is_not_heard_is_late_and_then_dead() -> None:
    pulse = Pulse()
    seen = []
    for look in range(SILENT + 1):
        pulse.look(look * LOOK)
        seen.append((pulse.is_late, pulse.is_dead))
    assert seen.index((True, False)) == LATE - 1
    assert seen.index((True, True)) == SILENT - 1
    pulse.heard()
    assert (pulse.is_late, pulse.is_dead) == (False, False)


def test_who_says_something_anyway_pings_only_to_measure() -> None:
    pulse = Pulse()
    pings = []
    for look in range(5 * 10):
        pulse.said(look * LOOK)
        ping = pulse.look(look * LOOK)
        if ping is not None:
            pings.append(ping)
            pulse.answered(ping.id, look * LOOK)
    assert len(pings) == 5


def test_the_round_trip_time_is_smoothed() -> None:
    pulse = Pulse()
    took = iter((0.1, 0.5))
    for now in (0, 1):
        ping = pulse.look(now)
        assert ping is not None
        pulse.answered(ping.id, now + next(took))
    assert pulse.rtt is not None
    assert abs(pulse.rtt - 0.2) < 1e-9


def test_an_answer_that_was_not_asked_for_says_nothing() -> None:
    pulse = Pulse()
    ping = pulse.look(0)
    assert ping is not None
    assert pulse.answered(ping.id + 1, 1) is None
    assert pulse.answered(ping.id, 1) == 1
    assert pulse.answered(ping.id, 2) is None
    assert pulse.rtt == 1


def test_few_pings_without_an_answer_are_kept() -> None:
    pulse = Pulse()
    numbers = [ping.id for look in range(40) if (ping := pulse.look(look)) is not None]
    assert [pulse.answered(number, 40) is not None for number in numbers].count(True) == 8
