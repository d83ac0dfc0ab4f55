"""The two media connections of a trunk: what is refused, what ends, and what is made anew."""

from support.row import attached, chain, watched
from support.sites import World
from trunkline.domain.link import Link
from trunkline.model import signal
from trunkline.model.command import Close
from trunkline.model.event import TrunkRemarked
from trunkline.model.id import (
    Mid,
    TransportId,
)
from trunkline.model.media import Port
from trunkline.model.report import (
    Answered,
    Closed,
    Offered,
    Refused,
    Started,
)
from trunkline.model.trunk import (
    Tell,
)


def test_what_was_wanted_once_needs_no_new_offer() -> None:
    world = chain("a", "b")
    world["a"].publish("camera", "video")
    for number in range(3):
        who = world["b"].join(f"guest {number}")
        world.run()
        assert len(world.copies("b")) == 1
        world["b"].leave(who)
        world.run()
        assert world.copies("b") == []
    (link,) = world["a"].rooms.trunks.links()
    assert link.downlink is not None
    assert len(link.downlink.mapping) == 1


def test_a_media_connection_that_ends_is_made_anew() -> None:
    world, _, ann = watched()
    (link,) = world["a"].rooms.trunks.links()
    assert link.downlink is not None
    first = link.downlink.transport
    world["a"].core.forget(first)
    world["a"].perform(world["a"].rooms.receive(Closed(first, "silent", "It was silent.")))
    world.run()
    assert link.downlink is not None
    assert link.downlink.transport != first
    assert len(world.copies("b")) == attached(world["b"], ann) == 1
    (far,) = world["b"].rooms.trunks.links()
    assert far.uplink is not None
    second = far.uplink.transport
    world["b"].core.forget(second)
    world["b"].perform(world["b"].rooms.receive(Closed(second, "silent", "It was silent.")))
    world.run()
    assert far.uplink is not None
    assert far.uplink.transport != second
    assert len(world.copies("b")) == attached(world["b"], ann) == 1


def test_what_the_core_refuses_is_said_and_not_tried_again() -> None:
    world = chain("a", "b")
    world["b"].core.refusing = True
    world["a"].publish("camera", "video")
    world["b"].join("ann")
    world.run()
    (link,) = world["a"].rooms.trunks.links()
    (far,) = world["b"].rooms.trunks.links()
    assert (link.refusal, far.uplink) == ("It is refused.", None)
    told = TrunkRemarked("'b' gets no media over the trunk: It is refused.")
    assert told in world["a"].events
    world["a"].publish("screen", "video")
    world.run()
    assert world.copies("b") == []


def sends(link: Link) -> bool:
    """Whether there is a connection on which a neighbour is sent anything."""
    return link.downlink is not None


def test_an_offer_of_ours_that_is_refused_ends_there() -> None:
    world, camera, _ = watched()
    (link,) = world["a"].rooms.trunks.links()
    assert link.downlink is not None
    refused = Refused(link.downlink.transport, "limit", "There are too many media.")
    world["a"].perform(world["a"].rooms.receive(refused))
    world.run()
    assert link.refusal == "There are too many media."
    assert not sends(link)
    world["a"].leave(camera)
    world.run()
    world["a"].perform(world["a"].rooms.trunks.leave_all("The relay stops."))
    assert [*world["a"].rooms.trunks.links()] == []


def test_what_comes_before_it_is_said_which_track_it_is_waits() -> None:
    world, _, ann = watched()
    (link,) = world["b"].rooms.trunks.links()
    assert link.uplink is not None
    early = Started(Port(link.uplink.transport, Mid("9")), "VP8")
    assert world["b"].rooms.receive(early) == []
    assert attached(world["b"], ann) == 1


def test_a_refused_change_of_what_a_neighbour_sends_leaves_what_runs() -> None:
    world, _, ann = watched()
    (link,) = world["b"].rooms.trunks.links()
    assert link.uplink is not None
    refused = Refused(link.uplink.transport, "unsupported", "It is refused.")
    told = Tell(link.id, signal.Failed("offer-refused", "It is refused."))
    assert world["b"].rooms.receive(refused) == [told]
    assert attached(world["b"], ann) == 1


def test_a_media_connection_ends_once() -> None:
    world, _, _ = watched()
    (link,) = world["b"].rooms.trunks.links()
    assert link.uplink is not None
    ended = signal.ConnectionClosed(sending=True, reason="It ended.")
    close = Close(link.uplink.transport)
    assert link.hear(ended) == [close]
    assert link.hear(ended) == []


def test_what_does_not_fit_a_trunks_connections_changes_nothing() -> None:
    world = chain("a", "b")
    (link,) = world["a"].rooms.trunks.links()
    stray = TransportId(99)
    assert link.receive(Answered(stray, "answer", ())) == []
    assert link.receive(Offered(stray, "offer", ())) == []
    assert (link.uplink, link.downlink) == (None, None)


def test_when_a_link_is_cut_the_other_way_is_taken() -> None:
    world = World("a", "b", "c")
    world.link("a", "b")
    world.link("b", "c")
    direct, _ = world.link("a", "c")
    world["a"].publish("camera", "video")
    ann = world["c"].join("ann")
    world.run()
    assert len(world.copies("c")) == 1
    assert world.copies("b") == []
    world.cut("a", direct)
    assert len(world.copies("c")) == len(world.copies("b")) == 1
    assert attached(world["c"], ann) == 1


def test_while_a_link_is_in_doubt_pictures_go_over_to_the_other_way() -> None:
    world = World("a", "b", "c")
    link, _ = world.link("b", "a")
    for pair in ("bc", "ca"):
        world.link(*pair)
    world["a"].publish("camera", "video")
    world["b"].join("ann")
    world["b"].join("bob")
    world.run()
    b = world["b"]
    b.perform(b.rooms.trunks.doubt(link, True, world.now))
    world.run()
    assert b.core.handed_over == 2
    assert len(world.copies("b")) == 2, "The old one is kept for a while."
    world.wait(2)
    assert len(world.copies("b")) == len(world.copies("c")) == 1
    b.perform(b.rooms.trunks.doubt(link, False, world.now))
    world.run()
    world.wait(6)
    assert b.core.handed_over == 4
    world.wait(6)
    assert (len(world.copies("b")), world.copies("c")) == (1, [])
