"""Which encodings of a picture cross a trunk, and what is held back where there is a limit."""

from support.row import attached, chain, sending, tracks_told
from support.sites import World
from trunkline.domain.link import Link
from trunkline.model import signal
from trunkline.model.event import TrunkRemarked
from trunkline.model.id import (
    Mid,
    TrackId,
)
from trunkline.model.media import Layer, Port, Wish
from trunkline.model.report import (
    Counted,
    Forwarded,
    Layers,
)
from trunkline.model.trunk import (
    Policy,
)

LAYERS = (Layer("l", 320, 180), Layer("m", 640, 360), Layer("h", 1280, 720))


def crossing(world: World, dialler: str) -> set[str]:
    """The encodings that a site sends its neighbours."""
    return {rid for rids in world[dialler].core.chosen.values() for rid in rids}


def sends_much(world: World, link: Link, second: int) -> None:
    """A second goes by, in which each medium of a trunk sends 4 Mbit/s."""
    assert link.downlink is not None
    world.now += 1
    report = Counted(second, (sending(link.downlink.transport, second * 500_000),), 0)
    world["a"].perform(world["a"].rooms.trunks.weigh(report, world.now))


def test_layers_cross_as_far_as_somebody_wants_them() -> None:
    world = chain("a", "b", "c")
    camera = world["a"].publish("camera", "video")
    small, large = (world["c"].join(name, accept_all=False) for name in ("small", "large"))
    world["a"].perform(world["a"].rooms.receive(Layers(Port(camera, Mid("0")), LAYERS)))
    world.run()
    (track,) = tracks_told(world["c"], small)
    world["c"].hear(small, signal.Accept(((TrackId(track), Wish(width=300, height=100)),)))
    world.run()
    assert crossing(world, "a") == crossing(world, "b") == {"l"}
    world["c"].hear(large, signal.Accept(((TrackId(track), Wish()),)))
    world.run()
    assert crossing(world, "a") == crossing(world, "b") == {"l", "h"}
    assert len(world.copies("c")) == 1
    # Of the two that come, the guest is sent the one that it wants.
    limits = {consumer.transport: layer for consumer, layer in world["c"].core.limits.items()}
    downlinks = {
        guest.id: guest.downlink.transport
        for room in world["c"].rooms.everywhere()
        for guest in room.floor
        if guest.downlink
    }
    assert limits[downlinks[small]] == 0
    assert limits.get(downlinks[large]) is None
    world["c"].leave(small)
    world.run()
    assert crossing(world, "a") == {"h"}


def test_a_guest_is_told_its_layer_by_its_place_among_all() -> None:
    world = chain("a", "b")
    camera = world["a"].publish("camera", "video")
    ann = world["b"].join("ann")
    world["a"].perform(world["a"].rooms.receive(Layers(Port(camera, Mid("0")), LAYERS)))
    world.run()
    assert crossing(world, "a") == {"h"}
    downlink = next(
        guest.downlink for room in world["b"].rooms.everywhere() for guest in room.floor
    )
    assert downlink is not None
    # The core knows only of what crosses.
    forwarded = Forwarded(Port(downlink.transport, Mid("0")), 0)
    world["b"].perform(world["b"].rooms.receive(forwarded))
    (told,) = (each for each in world["b"].told[ann] if isinstance(each, signal.Forwarding))
    assert [flow.layer for flow in told.flows] == [2]


def test_encodings_that_cannot_be_offered_cross_as_one() -> None:
    world = chain("a", "b")
    camera = world["a"].publish("camera", "video")
    ann = world["b"].join("ann")
    port = Port(camera, Mid("0"))
    odd = (Layer("low one", 320, 180), Layer("high-one", 640, 360))
    world["a"].perform(world["a"].rooms.receive(Layers(port, odd)))
    world.run()
    assert crossing(world, "a") == set()
    assert len(world.copies("b")) == attached(world["b"], ann) == 1


def test_a_layer_that_stops_gives_way() -> None:
    world = chain("a", "b")
    camera = world["a"].publish("camera", "video")
    ann = world["b"].join("ann")
    port = Port(camera, Mid("0"))
    world["a"].perform(world["a"].rooms.receive(Layers(port, LAYERS)))
    world.run()
    assert crossing(world, "a") == {"h"}
    world["a"].perform(world["a"].rooms.receive(Layers(port, LAYERS[:2])))
    world.run()
    assert crossing(world, "a") == {"m"}
    assert attached(world["b"], ann) == 1


def test_a_trunk_with_a_limit_holds_the_largest_picture_back() -> None:
    world = World("a", "b")
    link, _ = world.link("a", "b", Policy(max_kbps=1_000))
    world["a"].publish("camera", "video", "audio")
    ann = world["b"].join("ann")
    world.run()
    assert attached(world["b"], ann) == 2
    assert world["a"].rooms.trunks.limited
    (trunk,) = world["a"].rooms.trunks.links()
    for second in range(3):
        sends_much(world, trunk, second)
    world.run()
    kinds = [
        track.kind for room in world["b"].rooms.everywhere() for track in room.remotes.tracks()
    ]
    assert sorted(kinds) == ["audio", "video"]
    assert len(world.copies("b")) == 1
    assert trunk.id == link
    (standing,) = world["a"].rooms.trunks.standings()
    assert standing.held_back == 1
    (remark,) = [each for each in world["a"].events if isinstance(each, TrunkRemarked)]
    assert "'b' gets nothing more of 1 of the pictures" in remark.sentence
    assert "Raise its max_kbps" in remark.sentence


def test_a_trunk_with_a_limit_carries_a_lower_encoding() -> None:
    world = World("a", "b")
    world.link("a", "b", Policy(max_kbps=1_000))
    camera = world["a"].publish("camera", "video")
    world["b"].join("ann")
    world["a"].perform(world["a"].rooms.receive(Layers(Port(camera, Mid("0")), LAYERS)))
    world.run()
    (trunk,) = world["a"].rooms.trunks.links()
    crossed = []
    for second in range(7):
        sends_much(world, trunk, second)
        world.run()
        crossed.append((crossing(world, "a"), trunk.held_back, len(world.copies("b"))))
    assert crossed[:3] == [({"h"}, 0, 1), ({"m"}, 1, 1), ({"l"}, 1, 1)]
    assert crossed[3:5] == [({"l"}, 1, 1)] * 2, "It may have been a burst."
    assert [each[1:] for each in crossed[5:]] == [(1, 0)] * 2, "The lowest is too much, too."


def test_a_trunk_without_a_limit_holds_nothing_back() -> None:
    world = World("a", "b", "c")
    world.link("a", "b", Policy(max_kbps=1_000))
    world.link("a", "c")
    world["a"].publish("camera", "video", "audio")
    world["c"].join("ann")
    world.run()
    (_, free) = world["a"].rooms.trunks.links()
    for second in range(3):
        sends_much(world, free, second)
    world.run()
    assert len(world.copies("c")) == 2
