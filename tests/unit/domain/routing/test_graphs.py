"""Calls over several relays: a row, a star, a ring, a mesh, a trunk that is there twice."""

from collections.abc import Callable, Iterator

import pytest

from support.relays import Site, Wire, World, presence
from support.relays_check import check
from trunkline.model.id import ParticipantId, TrackId

CAM = TrackId("ann-cam")
Graph = list[tuple[int, int]]

ROW: Graph = [(0, 1), (1, 2)]
STAR: Graph = [(0, n) for n in range(1, 5)]
RING: Graph = [(n, (n + 1) % 5) for n in range(5)]
MESH: Graph = [(n, m) for m in range(5) for n in range(m)]
TWICE: Graph = [(0, 1), (0, 1), (1, 0)]
GRAPHS = {"row": ROW, "star": STAR, "ring": RING, "mesh": MESH, "twice": TWICE}


def world_of(graph: Graph, delay: float = 0.01) -> tuple[World, list[Site], list[Wire]]:
    """Relays, of which the first has Ann, when everybody knows everybody."""
    world = World()
    sites = [world.site() for _ in range(max(map(max, graph)) + 1)]
    wires = [world.wire(sites[one], sites[other], delay=delay) for one, other in graph]
    world.publish(sites[0], presence("ann", ("cam",)))
    world.run(10)
    return world, sites, wires


def comes(world: World, site: Site) -> bool:
    """Whether Ann's picture comes, from where it is taken."""
    return world.comes(site, CAM)


def moments(world: World, seconds: float) -> Iterator[float]:
    """Look often while time passes."""
    end = world.now + seconds
    while world.now < end:
        world.run(0.01)
        yield world.now


@pytest.mark.parametrize("graph", GRAPHS.values(), ids=GRAPHS)
def test_each_relay_that_wants_a_track_gets_it_once(graph: Graph) -> None:
    world, sites, _ = world_of(graph)
    copies = sum(len(site.served) for site in sites)
    assert copies == 0, "Nobody watches."
    for site in sites[1:]:
        world.want(site, CAM)
    world.run(10)
    check(world)
    assert all(comes(world, site) for site in sites[1:])
    copies = sum(len(site.served) for site in sites)
    assert copies == len(sites) - 1, "Each takes one copy."
    for site in sites[1:]:
        world.want(site, CAM, frozenset())
    world.run(10)
    check(world)
    assert not any(site.served for site in sites)


@pytest.mark.parametrize("graph", [ROW, STAR, RING, MESH], ids=["row", "star", "ring", "mesh"])
def test_a_relay_that_looks_on_costs_one_copy_on_each_link_of_its_way(graph: Graph) -> None:
    world, sites, _ = world_of(graph)
    world.want(sites[-1], CAM)
    world.run(5)
    length = len(next(way.path for way in sites[-1].router.ways()))
    assert sum(len(site.served) for site in sites) == length
    check(world)


def test_a_ring_heals_and_goes_back_without_a_break() -> None:
    world, sites, wires = world_of(RING)
    for site in sites[1:]:
        world.want(site, CAM)
    world.run(5)
    world.cut(wires[0])
    broken = []
    for now in moments(world, 5):
        assert all(ParticipantId("ann") in site.present for site in sites[1:])
        if not all(comes(world, site) for site in sites[1:]):
            broken.append(now)
    # Up to 1.5 s until it is noticed, then the way around: four links of 10 ms.
    assert broken[-1] - broken[0] < 1.8
    around = (*(site.id for site in sites[2:]), sites[0].id)
    assert sites[1].router.ways()[0].path == around
    check(world)
    world.wire(sites[0], sites[1])
    for _ in moments(world, 20):
        assert all(comes(world, site) for site in sites[1:])
    assert sites[1].router.ways()[0].path == (sites[0].id,)
    check(world)


@pytest.mark.parametrize("graph", [STAR, RING, MESH], ids=["star", "ring", "mesh"])
def test_each_relay_in_turn_is_restarted(graph: Graph) -> None:
    world, sites, _ = world_of(graph)
    for number in range(1, len(sites)):
        ends = [
            (wire.ends.index(sites[number]), wire.far(sites[number])[0])
            for wire in world.wires
            if sites[number] in wire.ends
        ]
        sites[number] = world.restart(sites[number])
        world.run(0.5)
        for _, far in ends:
            world.wire(sites[number], far)
        for site in sites[1:]:
            world.want(site, CAM)
        world.run(15)
        check(world)
        assert all(comes(world, site) for site in sites[1:])


def test_who_leaves_is_gone_within_a_moment_and_who_loses_its_relay_within_seconds() -> None:
    world, sites, _ = world_of(MESH)
    world.publish(sites[1], presence("bob", ("cam",)))
    world.run(1)
    world.withdraw(sites[1], ParticipantId("bob"))
    world.run(0.1)
    assert all(ParticipantId("bob") not in site.present for site in sites)
    world.restart(sites[0])
    world.run(6)
    assert not any(site.present for site in sites)
    check(world)


@pytest.mark.parametrize(
    ("act", "most"),
    [
        # A newcomer is told once over each link in one direction, and rarely both at once.
        (lambda world, sites: world.publish(sites[0], presence("bob")), 16),
        (lambda world, sites: world.withdraw(sites[0], ParticipantId("ann")), 16),
        (lambda world, sites: world.restart(sites[0]), 40),
    ],
    ids=["join", "leave", "restart"],
)
def test_in_a_mesh_of_five_few_words_are_said_of_anybody(
    act: Callable[[World, list[Site]], object], most: int
) -> None:
    world, sites, _ = world_of(MESH)
    world.words.clear()
    act(world, sites)
    world.run(20)
    assert 0 < world.words.total() <= most
