"""Sums that only grow."""

from trunkline.model.id import Mid, ParticipantId, RoomName, TransportId
from trunkline.model.report import Incoming, Traffic
from trunkline.model.view import ParticipantStatistics, Statistics
from trunkline.web.metrics import Totals


def look(**packets: int) -> Statistics:
    """Each publisher by its name has so many packets."""
    return Statistics(
        tuple(
            ParticipantStatistics(
                RoomName("studio"),
                ParticipantId(who),
                "publisher",
                None,
                Traffic(
                    TransportId(ord(who[-1])),
                    True,
                    None,
                    10 * count,
                    0,
                    (Incoming(Mid("0"), "video", "VP8", count, count, 0, 0, 0, None),),
                    (),
                ),
            )
            for who, count in packets.items()
        ),
        0,
    )


def test_everything_is_shown_from_the_start() -> None:
    sums = Totals().update(look())
    assert sums["packets", "in"] == sums["packets", "out"] == 0
    assert ("datagram_bytes", "in") in sums


def test_a_session_that_ends_takes_nothing_away() -> None:
    totals = Totals()
    assert totals.update(look(ann=5, bob=3))["packets", "in"] == 8
    assert totals.update(look(bob=4))["packets", "in"] == 9
    assert totals.update(look())["packets", "in"] == 9
    assert totals.update(look(cid=2))["packets", "in"] == 11
    assert totals.update(look(cid=2))["datagram_bytes", "in"] == 110
