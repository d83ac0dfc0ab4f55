"""Delays before something is tried again."""

import random

from trunkline.net.backoff import Backoff


def test_delays_double_up_to_the_last_with_a_quarter_by_chance() -> None:
    backoff = Backoff(0.25, 15.0, random.Random(1))
    delays = [backoff.delay() for _ in range(20)]
    plain = [min(0.25 * 2**number, 15.0) for number in range(20)]
    assert all(least <= delay <= 1.25 * least for least, delay in zip(plain, delays, strict=True))
    assert len({delay / least for least, delay in zip(plain, delays, strict=True)}) == 20
    backoff.reset()
    assert backoff.delay() <= 1.25 * 0.25
