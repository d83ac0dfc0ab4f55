"""Whatever happens to relays and trunks: afterwards everything is as it should be."""

from collections.abc import Callable

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings

from support.relays import OPEN, ROOM, Site, World, everybody, muted, presence
from support.relays_check import check, check_empty, reach
from trunkline.model.id import RoomName, TrackId
from trunkline.model.signal import Speaker
from trunkline.model.trunk import Announced, Lock, Policy, Rules, Withdrawn

pytestmark = pytest.mark.timeout(60)

RIDS = ("l", "m", "h")
ATTIC = "attic"
POLICIES = (
    OPEN,
    OPEN,
    OPEN,
    Policy(send=False),
    Policy(receive=False),
    Policy(rooms=frozenset({ROOM})),
    Policy(rooms=frozenset({RoomName(ATTIC)})),
    Policy(max_layer=0),
    Policy(max_layer=1),
)
QUIET = 30.0
"""Seconds after which everything has come to rest, whatever happened."""

WORDS = 3
"""Of one participant, over one link in one direction, for each thing that happens, at most."""

Step = tuple[int, int, int]
STEP = st.tuples(st.integers(0, 1000), st.integers(0, 1000), st.integers(0, 1000))
STEPS = st.lists(STEP, max_size=40)
CAM = TrackId("ann-cam")


def ring(count: int) -> list[tuple[int, int]]:
    return [(n, (n + 1) % count) for n in range(count)]


def star(count: int) -> list[tuple[int, int]]:
    return [(0, n) for n in range(1, count)]


def mesh(count: int) -> list[tuple[int, int]]:
    return [(n, m) for m in range(count) for n in range(m)]


def row(count: int) -> list[tuple[int, int]]:
    return [(n, n + 1) for n in range(count - 1)]


GRAPHS: list[Callable[[int], list[tuple[int, int]]]] = [ring, star, mesh, row]


class Story:
    """Lets numbers decide what happens next."""

    def __init__(self, world: World, *, strict: bool) -> None:
        self.world = world
        self.policies = POLICIES if strict else (OPEN,)
        self.names = 0
        self.steps: list[Callable[[int, int], None]] = [
            self.join,
            self.join,
            self.join,
            self.leave,
            self.change,
            self.want,
            self.want,
            self.want,
            self.want,
            self.want,
            self.forget,
            self.cut,
            self.link,
            self.link,
            self.restart,
            self.measure,
            self.speak,
            self.say,
            self.rule,
        ]

    def step(self, step: Step) -> None:
        what, one, other = step
        self.steps[what % len(self.steps)](one, other)
        self.world.run((0.0, 0.02, 0.3, 3.0, 7.0)[(what + one + other) % 5])

    def site(self, number: int) -> Site:
        return self.world.sites[number % len(self.world.sites)]

    def join(self, one: int, other: int) -> None:
        self.names += 1
        room = ATTIC if other % 4 == 0 else ROOM
        rids = RIDS if other % 2 else ()
        tracks = ("a", "b")[: other % 3]
        self.world.publish(self.site(one), presence(f"p{self.names}", tracks, rids, room))

    def leave(self, one: int, other: int) -> None:
        site = self.site(one)
        if site.own:
            self.world.withdraw(site, list(site.own)[other % len(site.own)])

    def change(self, one: int, other: int) -> None:
        site = self.site(one)
        if site.own:
            somebody = site.own[list(site.own)[other % len(site.own)]]
            self.world.publish(site, muted(somebody))

    def want(self, one: int, other: int) -> None:
        tracks = [track for _, each in everybody(self.world) for track in each.tracks]
        if tracks:
            track = tracks[other % len(tracks)]
            wish = {rid for n, rid in enumerate(RIDS) if (one >> n) % 2} if track.layers else {""}
            self.world.want(self.site(one), track.id, frozenset(wish))

    def forget(self, one: int, other: int) -> None:
        site = self.site(one)
        if site.wishes:
            self.world.want(site, list(site.wishes)[other % len(site.wishes)], frozenset())

    def cut(self, one: int, other: int) -> None:
        if self.world.wires:
            self.world.cut(self.world.wires[one % len(self.world.wires)], (other % 4) / 2)

    def link(self, one: int, other: int) -> None:
        here, there = self.site(one), self.site(other)
        if here is not there and len(self.world.wires) < 25:
            policies = (
                self.policies[one % len(self.policies)],
                self.policies[other % len(self.policies)],
            )
            self.world.wire(here, there, policies, (0.001, 0.02, 0.1)[(one + other) % 3])

    def restart(self, one: int, other: int) -> None:
        if other % 3 == 0:
            self.world.restart(self.site(one))

    def measure(self, one: int, other: int) -> None:
        site = self.site(one)
        for link in site.wires:
            self.world.measure(site, link, (0.001, 0.02, 0.3)[other % 3])

    def speak(self, one: int, other: int) -> None:
        site = self.site(one)
        here = [one.id for one in site.own.values() if one.room == ROOM]
        speakers = [Speaker(who, 20 + other % 50) for who in here[: other % 3]]
        self.world.do(site, site.router.speak(ROOM, speakers, self.world.now))

    def say(self, one: int, other: int) -> None:
        self.world.say(self.site(one), f"line {other}")

    def rule(self, one: int, other: int) -> None:
        site, room = self.site(one), RoomName(ATTIC) if other % 3 == 0 else ROOM
        rules = Rules(lock=Lock(other, site.id, locked=True)) if other % 2 else Rules()
        self.world.do(site, site.router.lay_down(room, rules, self.world.now))


def story(graph: int, count: int, seed: int, *, strict: bool) -> Story:
    """Relays joined by a graph of some kind."""
    world = World(seed)
    sites = [world.site() for _ in range(count)]
    for one, other in GRAPHS[graph](count):
        world.wire(sites[one], sites[other], delay=world.random.choice((0.001, 0.02, 0.1)))
    return Story(world, strict=strict)


@settings(max_examples=80, deadline=None)
@given(
    graph=st.integers(0, len(GRAPHS) - 1),
    count=st.integers(2, 6),
    seed=st.integers(0, 10_000),
    strict=st.booleans(),
    steps=STEPS,
)
def test_everything_comes_to_rest_as_it_should(
    graph: int, count: int, seed: int, strict: bool, steps: list[Step]
) -> None:
    tale = story(graph, count, seed, strict=strict)
    world = tale.world
    links = len(world.wires)
    events = len(steps) + links
    for step in steps:
        tale.step(step)
        links = max(links, len(world.wires))
    world.run(QUIET)
    check(world)
    words = world.words[Announced] + world.words[Withdrawn]
    assert words <= WORDS * events * tale.names * 2 * links
    words = world.words.total()
    world.run(QUIET)
    assert world.words.total() == words, "They go on talking, though nothing happens."
    for site, one in list(everybody(world)):
        world.withdraw(site, one.id)
    world.run(QUIET)
    check_empty(world)


@settings(max_examples=40, deadline=None)
@given(
    graph=st.integers(0, len(GRAPHS) - 1),
    count=st.integers(2, 6),
    seed=st.integers(0, 10_000),
    steps=STEPS,
)
def test_a_line_is_heard_once_by_everybody_who_can(
    graph: int, count: int, seed: int, steps: list[Step]
) -> None:
    tale = story(graph, count, seed, strict=False)
    world = tale.world
    for step in steps:
        tale.step(step)
    world.run(QUIET)
    for speaker in world.sites:
        for site in world.sites:
            site.lines.clear()
        world.say(speaker, "well?")
        world.run(QUIET)
        heard = {site: len(site.lines) for site in world.sites if site.lines}
        assert heard == {site: 1 for site in reach(world, speaker, ROOM) if site is not speaker}


@settings(max_examples=40, deadline=None)
@given(
    graph=st.integers(0, len(GRAPHS) - 1),
    count=st.integers(2, 6),
    seed=st.integers(0, 10_000),
    steps=STEPS,
)
def test_all_that_are_joined_have_the_same_rules(
    graph: int, count: int, seed: int, steps: list[Step]
) -> None:
    tale = story(graph, count, seed, strict=False)
    for step in steps:
        tale.step(step)
    for number, site in enumerate(tale.world.sites):
        tale.rule(number, 2 * number + 1)
        assert site.router.rules(ROOM) or site.router.rules(RoomName(ATTIC))
    tale.world.run(QUIET)
    for site in tale.world.sites:
        for other in reach(tale.world, site, ROOM):
            for room in (ROOM, RoomName(ATTIC)):
                assert other.router.rules(room) == site.router.rules(room)


@settings(max_examples=15, deadline=None)
@given(
    graph=st.integers(0, len(GRAPHS) - 1),
    count=st.integers(3, 6),
    seed=st.integers(0, 10_000),
    steps=st.lists(STEP, min_size=1, max_size=8),
)
def test_no_picture_breaks_while_nothing_fails(
    graph: int, count: int, seed: int, steps: list[Step]
) -> None:
    tale = story(graph, count, seed, strict=False)
    world = tale.world
    world.publish(world.sites[0], presence("ann", ("cam",)))
    world.run(15)
    watching = [site for site in world.sites[1:] if world.random.random() < 0.7]
    for site in watching:
        world.want(site, CAM)
    world.run(10)
    for what, one, other in steps:
        if what % 2:
            tale.link(one, other)
        for number, wire in enumerate(world.wires):
            delay = (0.001, 0.02, 0.1, 0.25)[(other + number * one) % 4]
            for link, site in zip(wire.links, wire.ends, strict=True):
                world.measure(site, link, 2 * delay)
        for _ in range(300):
            world.run(0.02)
            for site in watching:
                assert world.comes(site, CAM)
