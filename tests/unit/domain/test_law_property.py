"""Whatever is set where, and whatever is cut: all relays that are joined agree."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import pairwise
from random import Random

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings

from support.sites import Site, World
from trunkline.errors import Refusal
from trunkline.model import signal
from trunkline.model.id import LinkId, ParticipantId, RoomName
from trunkline.model.rule import Rule
from trunkline.model.trunk import Policy

HALL = RoomName("hall")
NAMED = Policy(rooms=frozenset({HALL}))
RULES: tuple[dict[RoomName, Rule], ...] = (
    {},
    {},
    {HALL: Rule(passphrase="sesame")},
    {HALL: Rule(listed=False)},
)
Step = tuple[int, int, int]
STEP = st.tuples(st.integers(0, 1000), st.integers(0, 1000), st.integers(0, 1000))


@pytest.fixture(scope="module", autouse=True)
def cheap() -> Iterator[None]:
    """Trying a passphrase takes no time here."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("trunkline.domain.passphrase._COST", 2)
        patch.setattr("trunkline.domain.directory.TRIES", 1_000)
        yield


class Story:
    """Lets numbers decide what happens, while words are still under way."""

    def __init__(self, count: int, seed: int) -> None:
        self.chance = Random(seed)
        names = "abcdef"[:count]
        rules = {name: self.chance.choice(RULES) for name in names}
        self.world = World(*names, rules=rules, chance=self.chance)
        self.links: dict[tuple[str, LinkId], str] = {}
        self.people: list[tuple[Site, ParticipantId]] = []
        for here, there in pairwise(names):
            self.join_up(self.world[here], self.world[there])

    def step(self, step: Step) -> None:
        what, one, other = step
        sites = [*self.world.sites.values()]
        steps: tuple[Callable[[Site, int], None], ...] = (
            self.enter,
            self.enter,
            self.leave,
            self.leave,
            self.lock,
            self.lock,
            self.lock,
            self.cut,
            self.link,
            self.link,
        )
        steps[what % len(steps)](sites[one % len(sites)], other)
        for _ in range((0, 1, 3, 10, 100)[(what + one + other) % 5]):
            self.world.arrive()
        if what % 7 == 0:
            self.world.wait(0.5 if other % 2 else 5)

    def enter(self, site: Site, other: int) -> None:
        with suppress(Refusal):  # it may be locked
            self.people.append((site, site.join(f"p{other}", passphrase="sesame")))

    def leave(self, _: Site, other: int) -> None:
        if self.people:
            home, who = self.people.pop(other % len(self.people))
            home.leave(who)

    def lock(self, _: Site, other: int) -> None:
        if self.people:
            home, who = self.people[other % len(self.people)]
            home.hear(who, signal.Lock(locked=bool(self.chance.getrandbits(1))))

    def cut(self, _: Site, other: int) -> None:
        if self.links:
            key = [*self.links][other % len(self.links)]
            del self.links[key]
            self.world.cut(*key)

    def link(self, site: Site, other: int) -> None:
        sites = [*self.world.sites.values()]
        if site is not sites[other % len(sites)] and len(self.links) < 12:
            self.join_up(site, sites[other % len(sites)])

    def join_up(self, here: Site, there: Site) -> None:
        link, _ = self.world.link(here.name, there.name, NAMED, NAMED)
        self.links[here.name, link] = there.name

    def parts(self) -> list[set[str]]:
        """Which relays are joined."""
        parts = [{name} for name in self.world.sites]
        for (here, _), there in self.links.items():
            joined = [part for part in parts if here in part or there in part]
            parts = [part for part in parts if part not in joined] + [set().union(*joined)]
        return parts


def answer(site: Site, passphrase: str) -> str:
    """What somebody hears who would enter."""
    try:
        site.rooms._directory.room(HALL, passphrase)
    except Refusal as refusal:
        return str(refusal)
    return "Welcome."


@settings(max_examples=60, deadline=None)
@given(count=st.integers(2, 5), seed=st.integers(0, 10_000), steps=st.lists(STEP, max_size=40))
def test_all_that_are_joined_answer_alike(count: int, seed: int, steps: list[Step]) -> None:
    tale = Story(count, seed)
    for step in steps:
        tale.step(step)
    tale.world.run()
    tale.world.wait(8)
    for part in tale.parts():
        sites = [tale.world[name] for name in part]
        for passphrase in ("", "sesame"):
            assert len({answer(site, passphrase) for site in sites}) == 1
        laws = {
            room.law.unlisted or not room.rule.listed
            for site in sites
            for room in site.rooms.everywhere()
        }
        assert len(laws) <= 1
        for site in sites:
            told = [
                [word.locked for word in site.told[who] if isinstance(word, signal.RoomChanged)]
                for home, who in tale.people
                if home is site
            ]
            locked = {room.floor.locked for room in site.rooms.everywhere()}
            assert all(words[-1] in locked for words in told if words)
