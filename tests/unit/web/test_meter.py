"""Bit rates of media that come, go on and begin anew."""

from hypothesis import given
from hypothesis.strategies import floats, integers, lists, tuples

from trunkline.model.id import Mid, ParticipantId, RoomName, TransportId
from trunkline.model.report import Incoming, Outgoing, Traffic
from trunkline.model.view import ParticipantStatistics, Statistics
from trunkline.web.api.meter import Medium, Meter

CAMERA: Medium = (TransportId(1), Mid("0"), "in")
SCREEN: Medium = (TransportId(1), Mid("0"), "out")


def look(received: int, sent: int | None = None) -> Statistics:
    """One medium that has received, and perhaps sent, so many bytes."""
    incoming = Incoming(Mid("0"), "video", "VP8", 1, received, 0, 0, 0, None)
    outgoing = Outgoing(Mid("0"), "video", None, 1, sent or 0, 0, 0, 0, None, None)
    traffic = Traffic(
        TransportId(1), True, None, 0, 0, (incoming,), () if sent is None else (outgoing,)
    )
    who = ParticipantStatistics(RoomName("r"), ParticipantId("p"), "client", None, traffic)
    return Statistics((who,), 0)


def test_a_rate_is_known_after_a_second_and_follows() -> None:
    meter = Meter()
    assert meter.rates(look(1000, 0), 10.0) == {}
    assert meter.rates(look(2000, 500), 11.0) == {CAMERA: 8000, SCREEN: 4000}
    assert meter.rates(look(2000, 500), 12.0) == {CAMERA: 0, SCREEN: 0}


def test_those_who_ask_in_between_do_not_disturb_each_other() -> None:
    meter = Meter()
    for tenth in range(10):
        assert meter.rates(look(100 * tenth), tenth / 10) == {}
    for tenth in range(10, 40):
        assert meter.rates(look(100 * tenth), tenth / 10) == {CAMERA: 8000}


def test_a_medium_that_is_new_has_no_rate_yet() -> None:
    meter = Meter()
    meter.rates(look(0), 0.0)
    assert meter.rates(look(1000, 99_000), 1.0) == {CAMERA: 8000}


def test_a_look_after_long_begins_anew() -> None:
    meter = Meter()
    meter.rates(look(0), 0.0)
    assert meter.rates(look(1_000_000), 100.0) == {}
    assert meter.rates(look(1_001_000), 101.0) == {CAMERA: 8000}


def test_a_medium_that_begins_anew_has_no_rate_yet() -> None:
    meter = Meter()
    meter.rates(look(1_000_000), 0.0)
    assert meter.rates(look(1000), 1.0) == {}
    assert meter.rates(look(2000), 2.0) == {CAMERA: 8000}


@given(lists(tuples(integers(0, 10**12), floats(0, 10))))
def test_rates_are_never_negative_and_never_of_what_is_not_there(
    looks: list[tuple[int, float]],
) -> None:
    meter, now = Meter(), 0.0
    for received, pause in looks:
        now += pause
        rates = meter.rates(look(received), now)
        assert set(rates) <= {CAMERA}
        assert all(rate >= 0 for rate in rates.values())
