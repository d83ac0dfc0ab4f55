"""What is measured of a connection."""

from dataclasses import replace

from trunkline.flitter_plugin.figures import measure
from trunkline.model.id import Mid
from trunkline.model.link import LinkStatistics, MediumStatistics

NOTHING = MediumStatistics(Mid("0"), "video", 0, 0, 0, 0, None, 0, 0, 0, 0, None, None)


def counted(*media: MediumStatistics) -> LinkStatistics:
    return LinkStatistics(True, None, False, 0, 0, None, media)


def test_what_comes_in_is_told() -> None:
    sound = replace(NOTHING, mid=Mid("1"), kind="audio", bytes_received=9_000)
    later = replace(NOTHING, frames_received=60, bytes_received=50_000, loss_received=0.1)
    busy = replace(later, frames_sent=10, bytes_sent=10, loss_sent=0.5, rtt=0.02)
    told = measure(counted(NOTHING), counted(busy, sound), 2.0)
    assert told == {"fps": 30.0, "kbps": 200.0, "rtt": 0.02, "loss": 0.1}


def test_what_goes_out_is_told_where_nothing_comes_in() -> None:
    later = replace(NOTHING, frames_sent=15, bytes_sent=1_000, loss_sent=0.5)
    assert measure(counted(NOTHING), counted(later), 1.0) == {"fps": 15, "kbps": 8, "loss": 0.5}
