"""The map of relays: who tells it, what is news, and how large it may become."""

from support.row import chain
from support.sites import World
from trunkline.domain.chart import EDGES, RELAYS, Chart
from trunkline.model.id import (
    LinkId,
    RelayId,
)
from trunkline.model.trunk import (
    Charted,
    Edge,
    Hello,
    Standing,
    Tell,
)


def charted(world: World, name: str) -> dict[str, dict[str, int]]:
    """What a site knows of all: by name, how many tracks go to which neighbour."""
    every = list(world[name].rooms.trunks.chart)
    names = {one.relay: one.name for one in every}
    return {
        one.name: {names.get(edge.relay, "?"): edge.tracks for edge in one.edges} for one in every
    }


def test_every_relay_has_the_map_of_all() -> None:
    world = chain("a", "b", "c")
    world["a"].publish("camera", "video")
    world["c"].join("ann")
    world.run()
    world.wait(4)
    for name in "abc":
        assert charted(world, name) == {"a": {"b": 1}, "b": {"a": 0, "c": 1}, "c": {"b": 0}}
    (_, to_c) = world["b"].rooms.trunks.links()
    world.cut("b", to_c.id)
    world.wait(4)
    assert charted(world, "a") == {"a": {"b": 0}, "b": {"a": 0}}
    assert charted(world, "c") == {"c": {}}


def silent(world: World, name: str) -> list[tuple[str, str]]:
    """Who hears nothing of whom, as far as a site knows."""
    every = list(world[name].rooms.trunks.chart)
    names = {one.relay: one.name for one in every}
    return [(one.name, names[to.relay]) for one in every for to in one.edges if to.silent]


def test_the_map_tells_of_a_trunk_whose_other_end_is_silent() -> None:
    world = chain("a", "b", "c")
    world.wait(4)
    b = world["b"]
    (_, link) = b.rooms.trunks.links()
    b.perform(b.rooms.trunks.doubt(link.id, True, world.now))
    assert silent(world, "b") == [("b", "c")], "It is known here at once."
    assert [one.silent for one in b.rooms.trunks.standings()] == [False, True]
    world.wait(2)
    assert silent(world, "a") == silent(world, "c") == [("b", "c")]
    b.perform(b.rooms.trunks.doubt(link.id, False, world.now))
    world.wait(2)
    assert [silent(world, name) for name in "abc"] == [[], [], []]


def test_what_waits_to_be_told_is_shown_here_at_once() -> None:
    chart = Chart(Hello(RelayId("relay0001"), "me"))
    chart.pass_time(1_000)

    def look(*silent: bool, now: float) -> int:
        standings = [
            Standing(link=LinkId(number), relay=RelayId("relay0002"), name="other", silent=each)
            for number, each in enumerate(silent)
        ]
        return len(chart.look(tuple(standings), now))

    def shown() -> list[bool]:
        return [edge.silent for one in chart for edge in one.edges]

    assert (look(False, False, now=0.0), shown()) == (2, [False])
    assert (look(True, False, now=0.1), shown()) == (0, [False]), "The other trunk is alive."
    assert (look(True, True, now=0.2), shown()) == (0, [True])
    (told,) = chart.connect(LinkId(9))
    assert isinstance(told.word, Charted)
    assert not told.word.edges[0].silent, "A number has one meaning for everybody."
    assert (look(True, True, now=0.3), shown()) == (2, [True])


def test_a_relay_that_has_gone_is_not_on_the_map_for_ever() -> None:
    chart = Chart(Hello(RelayId("relay0001"), "me"))
    link = LinkId(1)
    standing = Standing(link=link, relay=RelayId("relay0002"), name="other", rtt=0.02)
    assert chart.look((standing,), 0.0) == [], "what time it is is not known yet"
    chart.pass_time(1_000)
    assert len(chart.look((standing,), 0.0)) == 1
    other = Charted(RelayId("relay0002"), "other", 1, ())
    assert chart.hear(other, link, [link, LinkId(2)]) == [Tell(LinkId(2), other)]
    assert chart.hear(other, link, [link, LinkId(2)]) == [], "it was heard already"
    assert [one.name for one in chart] == ["me", "other"]
    for number in range(RELAYS + 10):
        chart.hear(Charted(RelayId(f"unknown{number:04}"), "?", 1, ()), link, [link])
    assert chart.hear(Charted(RelayId("relay0001"), "liar", 9, ()), link, []) == []
    many = tuple(Edge(RelayId(f"edge{number:05}"), None, 0) for number in range(EDGES + 1))
    assert chart.hear(Charted(RelayId("relay0002"), "other", 2, many), link, [LinkId(2)]) == []
    assert [one.name for one in chart] == ["me", "other"]


def test_small_changes_are_no_news() -> None:
    chart = Chart(Hello(RelayId("relay0001"), "me"))
    chart.pass_time(1_000)

    def look(rtt: float | None, now: float) -> int:
        standing = Standing(link=LinkId(1), relay=RelayId("relay0002"), name="other", rtt=rtt)
        return len(chart.look((standing,), now))

    assert [look(None, 0.0), look(0.1, 0.1), look(0.1, 1.0), look(0.103, 2.0)] == [1, 0, 1, 0]
    assert [look(0.2, 3.0), look(0.2, 4.0)] == [1, 0]


def test_the_map_is_full_of_relays_that_are_reached() -> None:
    chart = Chart(Hello(RelayId("relay0001"), "me"))
    link = LinkId(1)
    relays = [RelayId(f"relay1{number:04}") for number in range(RELAYS + 1)]
    chart.pass_time(1_000)
    chart.look((Standing(link=link, relay=relays[0], name="first"),), 0.0)
    hubs = [tuple(Edge(relay, None, 0) for relay in relays[1 + at : 101 + at]) for at in (0, 100)]
    hubs.append(tuple(Edge(relay, None, 0) for relay in relays[201:]))
    edges = {relays[0]: (*hubs[0][:50], *hubs[1][:50]), relays[1]: hubs[0], relays[101]: hubs[1]}
    edges[relays[2]] = hubs[2]
    for relay in relays[:RELAYS]:
        assert chart.hear(Charted(relay, relay, 1, edges.get(relay, ())), link, [LinkId(2)])
    assert chart.hear(Charted(relays[RELAYS], "one more", 1, ()), link, [LinkId(2)]) == []
