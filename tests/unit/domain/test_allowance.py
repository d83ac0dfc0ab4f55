"""Token buckets."""

from hypothesis import given
from hypothesis import strategies as st

from trunkline.domain.allowance import Allowance, Rate

RATE = Rate(burst=3, per_second=2)


def test_a_burst_is_granted_then_some_each_second() -> None:
    allowance = Allowance(RATE)
    assert [allowance.take("a", 0) for _ in range(4)] == [0, 0, 0, 0.5]
    assert allowance.take("a", 0.25) == 0.25
    assert allowance.take("a", 0.5) == 0
    assert allowance.take("a", 0.5) > 0


def test_each_has_a_bucket_of_its_own() -> None:
    allowance = Allowance(RATE)
    while allowance.take("a", 0) == 0:
        pass
    assert allowance.take("b", 0) == 0


def test_who_asked_longest_ago_is_forgotten() -> None:
    allowance = Allowance(RATE, limit=2)
    for who in ("a", "a", "a", "b", "c"):
        allowance.take(who, 0)
    assert len(allowance) == 2
    assert allowance.take("a", 0) == 0


@given(st.lists(st.floats(0, 5)))
def test_never_more_than_the_burst_and_what_grew(pauses: list[float]) -> None:
    allowance = Allowance(RATE)
    now, granted = 0.0, 0
    for pause in pauses:
        now += pause
        granted += allowance.take("a", now) == 0
    assert granted <= RATE.burst + now * RATE.per_second + 1e-6


def test_looking_at_the_wait_takes_nothing() -> None:
    allowance = Allowance(RATE)
    assert [allowance.wait("a", 0) for _ in range(9)] == [0] * 9
    for _ in range(RATE.burst):
        allowance.take("a", 0)
    assert allowance.wait("a", 0) == 0.5
