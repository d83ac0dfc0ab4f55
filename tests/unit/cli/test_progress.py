"""The line that tells how a connection does."""

import pytest

from trunkline.cli.progress import Measured, line, sent
from trunkline.model.id import Mid
from trunkline.model.link import LinkStatistics, MediumStatistics
from trunkline.model.media import Kind


def medium(kind: Kind, loss: float | None, rtt: float | None) -> MediumStatistics:
    return MediumStatistics(
        Mid(kind), kind, 0, 0, 0, 0, None, 90, 1_000, 30, 0, loss_sent=loss, rtt=rtt
    )


def test_a_line_tells_rates_since_the_last_one() -> None:
    now = Measured(90, 500_000, 0.0123, 0.045)
    said = line(now, Measured(60, 250_000), 1.0, 61)
    assert said == "01:01  30.0 frames/s  2000 kbit/s  loss 1.2%  latency 45 ms"


def test_what_is_not_known_is_left_out() -> None:
    said = line(Measured(note="connecting"), Measured(), 1.0, 5)
    assert said == "00:05  0.0 frames/s  0 kbit/s  connecting"


@pytest.mark.parametrize("known", [True, False])
def test_what_is_sent_is_added_up(known: bool) -> None:
    media = (
        medium("video", 0.1 if known else None, 0.04 if known else None),
        medium("audio", 0.0 if known else None, None),
    )
    measured = sent(LinkStatistics(True, None, False, 0, 0, None, media))
    assert (measured.frames, measured.bytes) == (30, 2_000)
    assert measured.loss == (0.1 if known else None)
    assert measured.latency == (0.02 if known else None)
