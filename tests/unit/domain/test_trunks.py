"""Rooms that span relays: who is told, what crosses, and how often."""

import json
from itertools import pairwise

import pytest

from support.sites import Site, World
from trunkline.domain.chart import EDGES, RELAYS, Chart
from trunkline.domain.directory import Limits
from trunkline.domain.link import Link
from trunkline.model import signal
from trunkline.model.command import Close
from trunkline.model.event import TrunkRemarked
from trunkline.model.id import (
    LinkId,
    Mid,
    ParticipantId,
    ParticipantName,
    RelayId,
    RoomName,
    TrackId,
    TransportId,
)
from trunkline.model.media import Kind, Layer, Port, Wish
from trunkline.model.report import (
    Answered,
    Closed,
    Counted,
    Forwarded,
    Layers,
    Offered,
    Outgoing,
    Refused,
    Speakers,
    Started,
    Traffic,
)
from trunkline.model.request import Call
from trunkline.model.trunk import (
    Announced,
    Charted,
    Edge,
    Hello,
    Policy,
    Presence,
    Standing,
    Tell,
    Wanted,
)


def chain(*names: str) -> World:
    world = World(*names)
    for one, next_one in pairwise(names):
        world.link(one, next_one)
    return world


def people(site: Site) -> set[str]:
    return {one.name for room in site.rooms.everywhere() for one in room.remotes}


def tracks_told(site: Site, who: ParticipantId) -> list[str]:
    told = [each for each in site.told[who] if isinstance(each, signal.Tracks)]
    return [track.id for track in told[-1].tracks] if told else []


def attached(site: Site, who: ParticipantId) -> int:
    """How many tracks a guest is sent."""
    downlink = next(
        guest.downlink
        for room in site.rooms.everywhere()
        for guest in room.floor
        if guest.id == who
    )
    return len([*downlink.shown()]) if downlink else 0


def test_a_participant_is_known_at_every_relay() -> None:
    world = chain("a", "b", "c")
    camera = world["a"].publish("camera", "video")
    world.run()
    assert people(world["b"]) == people(world["c"]) == {"camera"}
    world["a"].leave(camera)
    world.run()
    world.wait(5)
    assert people(world["b"]) == people(world["c"]) == set()
    assert [*world["c"].rooms.everywhere()] == []


def test_who_was_there_before_the_trunk_is_known_when_it_is_up() -> None:
    world = World("a", "b")
    world["a"].publish("camera", "video")
    ann = world["b"].join("ann")
    world.run()
    world.link("b", "a")
    assert len(tracks_told(world["b"], ann)) == 1
    assert people(world["a"]) == {"ann"}


def test_nothing_crosses_that_nobody_wants() -> None:
    world = chain("a", "b", "c")
    world["a"].publish("camera", "video", "audio")
    world["c"].join("ann", accept_all=False)
    world.run()
    assert world.copies("b") == world.copies("c") == []


def test_ten_who_watch_cost_one_copy() -> None:
    world = chain("a", "b", "c")
    world["a"].publish("camera", "video")
    guests = [world["c"].join(f"guest {number}") for number in range(10)]
    world.run()
    assert len(world.copies("b")) == len(world.copies("c")) == 1
    assert {attached(world["c"], who) for who in guests} == {1}
    for who in guests[1:]:
        world["c"].leave(who)
    world.run()
    assert len(world.copies("c")) == 1
    world["c"].leave(guests[0])
    world.run()
    world.wait(6)
    assert world.copies("b") == world.copies("c") == []


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


def test_both_sides_send() -> None:
    world = chain("a", "b")
    world["a"].publish("camera", "video")
    world["b"].publish("stage", "video", "audio")
    ann, bob = world["a"].join("ann"), world["b"].join("bob")
    world.run()
    assert (attached(world["a"], ann), attached(world["b"], bob)) == (3, 3)
    assert (len(world.copies("a")), len(world.copies("b"))) == (2, 1)


def test_in_any_graph_each_track_arrives_once() -> None:
    names = "abcde"
    pairs = {
        "ring": ["ab", "bc", "cd", "de", "ea"],
        "star": ["ab", "ac", "ad", "ae"],
        "mesh": [one + other for one in names for other in names if one < other],
        "twice": ["ab", "ab", "bc", "cb", "cd", "de"],
    }
    for graph in pairs.values():
        world = World(*names)
        for one, other in map(tuple, graph):
            world.link(one, other)
        world["a"].publish("camera", "video")
        guests = {name: world[name].join(f"guest of {name}") for name in names[1:]}
        world.run()
        world.wait(10)
        for name, who in guests.items():
            assert attached(world[name], who) == 1
            assert len(world.copies(name)) == 1
        assert world.copies("a") == []


def test_a_line_is_heard_once_everywhere() -> None:
    world = World("a", "b", "c")
    for one, other in (("a", "b"), ("b", "c"), ("c", "a")):
        world.link(one, other)
    ann, bob = world["a"].join("ann"), world["c"].join("bob")
    world.run()
    world["a"].hear(ann, signal.Say("hello"))
    world.run()
    lines = [each for each in world["c"].told[bob] if isinstance(each, signal.Line)]
    assert [(line.name, line.text) for line in lines] == [("ann", "hello")]


def welcome(site: Site, who: ParticipantId) -> signal.Welcome:
    return next(each for each in site.told[who] if isinstance(each, signal.Welcome))


def test_who_comes_late_elsewhere_learns_what_those_here_know() -> None:
    world = World("a", "b", "c")
    link, _ = world.link("a", "b")
    ann = world["a"].join("ann")
    world["a"].hear(ann, signal.Status(hand_raised=True))
    world["a"].hear(ann, signal.Say("before"))
    world.run()
    bob = world["b"].join("bob")
    assert [one.text for one in welcome(world["b"], bob).lines] == ["before"]
    assert [one.hand_raised for one in welcome(world["b"], bob).people] == [True]
    world.cut("a", link)
    world.wait(1)
    world["b"].hear(bob, signal.Say("alone"))
    world.wait(1)
    world["a"].hear(ann, signal.Say("meanwhile"))
    world.link("a", "b")
    world.link("b", "c")
    said = ["before", "alone", "meanwhile"]
    for name in "abc":
        eve = world[name].join("eve")
        seen = welcome(world[name], eve)
        assert [one.text for one in seen.lines] == said
        assert "ann" in {one.name for one in seen.people if one.hand_raised}


def test_what_was_said_before_everybody_left_is_not_told() -> None:
    world = World("a", "b")
    ann = world["a"].join("ann")
    world["a"].hear(ann, signal.Say("secret"))
    world["a"].leave(ann)
    for now in (0.0, 100.0):
        world["a"].rooms.guests.pass_time(now)
    world["a"].join("cat")
    bob = world["b"].join("bob")
    world.link("a", "b")
    assert not [each for each in world["b"].told[bob] if isinstance(each, signal.Line)]


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


def test_a_muted_track_and_a_raised_hand_are_seen_afar() -> None:
    world = chain("a", "b")
    ann, bob = world["a"].join("ann"), world["b"].join("bob")
    world.run()
    world["a"].hear(ann, signal.Status(hand_raised=True))
    world.run()
    people_told = [each for each in world["b"].told[bob] if isinstance(each, signal.People)]
    assert people_told[-1].present[0].hand_raised


def test_who_wants_a_paused_track_wants_nothing() -> None:
    world = chain("a", "b")
    world["a"].publish("camera", "video")
    ann = world["b"].join("ann", accept_all=False)
    world.run()
    (track,) = tracks_told(world["b"], ann)
    world["b"].hear(ann, signal.Accept(((TrackId(track), Wish()),)))
    world.run()
    assert len(world.copies("b")) == 1
    world["b"].hear(ann, signal.Accept(((TrackId(track), Wish(paused=True)),)))
    world.run()
    assert world.copies("b") == []


LAYERS = (Layer("l", 320, 180), Layer("m", 640, 360), Layer("h", 1280, 720))


def crossing(world: World, dialler: str) -> set[str]:
    """The encodings that a site sends its neighbours."""
    return {rid for rids in world[dialler].core.chosen.values() for rid in rids}


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


def test_a_media_connection_that_ends_is_made_anew() -> None:
    world = chain("a", "b")
    world["a"].publish("camera", "video")
    ann = world["b"].join("ann")
    world.run()
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


def test_an_offer_of_ours_that_is_refused_ends_there() -> None:
    world = chain("a", "b")
    camera = world["a"].publish("camera", "video")
    world["b"].join("ann")
    world.run()
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


def test_when_a_relay_stops_its_people_are_gone_at_once() -> None:
    world = chain("a", "b", "c")
    world["a"].publish("camera", "video")
    world.run()
    assert people(world["c"]) == {"camera"}
    world["a"].perform(world["a"].rooms.trunks.leave_all("The relay stops."))
    world.run()
    assert people(world["b"]) == people(world["c"]) == set()


def test_who_speaks_is_known_afar() -> None:
    world = chain("a", "b")
    microphone = world["a"].publish("microphone", "audio")
    ann, bob = world["a"].join("ann"), world["b"].join("bob")
    world.run()
    levels = Speakers(((Port(microphone, Mid("0")), 30),))
    world["a"].perform(world["a"].rooms.speech.receive(levels))
    world.run()
    world.wait(2)
    for site, who in (("a", ann), ("b", bob)):
        told = [each for each in world[site].told[who] if isinstance(each, signal.Speakers)]
        assert [(one.id, one.level) for one in told[-1].speakers] == [(f"a-{microphone}", 30)]


def test_a_trunk_with_a_limit_holds_the_largest_picture_back() -> None:
    world = World("a", "b")
    link, _ = world.link("a", "b", Policy(max_kbps=1_000))
    world["a"].publish("camera", "video", "audio")
    ann = world["b"].join("ann")
    world.run()
    assert attached(world["b"], ann) == 2
    assert world["a"].rooms.trunks.limited
    (trunk,) = world["a"].rooms.trunks.links()
    assert trunk.downlink is not None
    for second in range(3):
        world.now += 1
        report = Counted(second, (sending(trunk.downlink.transport, second * 500_000),), 0)
        world["a"].perform(world["a"].rooms.trunks.weigh(report, world.now))
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
    assert trunk.downlink is not None
    crossed = []
    for second in range(7):
        world.now += 1
        report = Counted(second, (sending(trunk.downlink.transport, second * 500_000),), 0)
        world["a"].perform(world["a"].rooms.trunks.weigh(report, world.now))
        world.run()
        crossed.append((crossing(world, "a"), trunk.held_back, len(world.copies("b"))))
    assert crossed[:3] == [({"h"}, 0, 1), ({"m"}, 1, 1), ({"l"}, 1, 1)]
    assert crossed[3:5] == [({"l"}, 1, 1)] * 2, "It may have been a burst."
    assert [each[1:] for each in crossed[5:]] == [(1, 0)] * 2, "The lowest is too much, too."


def sends(link: Link) -> bool:
    """Whether there is a connection on which a neighbour is sent anything."""
    return link.downlink is not None


def sending(transport: TransportId, count: int) -> Traffic:
    """A transport whose media have sent so much each."""
    kinds: tuple[tuple[str, Kind], ...] = (("0", "video"), ("1", "audio"))
    media = tuple(
        Outgoing(Mid(mid), kind, None, 0, count, 0, 0, 0, None, None) for mid, kind in kinds
    )
    return Traffic(transport, True, None, 0, 0, (), media)


def test_a_viewer_of_another_relays_participant_is_shown_it() -> None:
    world = chain("a", "b")
    world["a"].publish("camera", "video", "audio")
    world.run()
    viewer = world["b"].watch("camera")
    world.run()
    assert len(world.copies("b")) == 2
    (told,) = world["b"].rooms.measured(Counted(1, (sending(viewer, 1),), 0)).participants
    assert len(told.carried) == 2
    world["b"].leave(viewer)
    world.run()
    assert world.copies("b") == []


def test_counters_of_trunks_are_told_by_track() -> None:
    world = chain("a", "b")
    world["a"].publish("camera", "video")
    world["b"].join("ann")
    world.run()
    (link,), (far,) = (world[name].rooms.trunks.links() for name in "ab")
    assert link.downlink
    assert far.uplink
    for site, transport in (("a", link.downlink.transport), ("b", far.uplink.transport)):
        (told,) = world[site].rooms.measured(Counted(1, (sending(transport, 1),), 0)).trunks
        assert [one.track for one in told.carried.values()] == [f"a-{1}-0"]
    assert world["a"].rooms.trunks.standings()[0].name == "b"
    (way,) = world["b"].rooms.trunks.ways()
    assert way.path == (world["a"].rooms.trunks.me.relay,)


def test_what_was_wanted_in_a_room_that_is_gone_is_asked_for_again() -> None:
    world = World("a", "b")
    link, _ = world.link("b", "a")
    world["a"].publish("camera", "video")
    ann = world["b"].join("ann")
    world.run()
    assert len(world.copies("b")) == 1
    # All at once: nobody is in the room any more when it is looked at.
    site = world["b"]
    effects = [*site.rooms.trunks.hang_up(link, world.now)]
    world.now += 60
    effects += site.rooms.trunks.pass_time(world.now, 1_000)
    effects += site.rooms.guests.leave(ann, "left", "It left.")
    site.perform(effects)
    assert [*site.rooms.everywhere()] == []
    (far,) = world["a"].rooms.trunks.links()
    world["a"].perform(world["a"].rooms.trunks.hang_up(far.id, world.now))
    world.link("b", "a")
    site.join("bob")
    world.run()
    assert len(world.copies("b")) == 1


def test_who_is_not_on_the_line_any_more_says_nothing() -> None:
    world = chain("a", "b")
    trunks = world["b"].rooms.trunks
    (link,) = trunks.links()
    world["b"].perform(trunks.hang_up(link.id, world.now))
    for word in (signal.Offered("offer"), Wanted(TrackId("t"), frozenset({""}))):
        assert trunks.hear(link.id, word, world.now) == []
    assert trunks.measure(link.id, 0.02, world.now) == []
    assert trunks.doubt(link.id, True, world.now) == []
    assert trunks.hang_up(link.id, world.now) == []
    assert trunks.standings() == ()


def test_what_comes_before_it_is_said_which_track_it_is_waits() -> None:
    world = chain("a", "b")
    world["a"].publish("camera", "video")
    ann = world["b"].join("ann")
    world.run()
    (link,) = world["b"].rooms.trunks.links()
    assert link.uplink is not None
    early = Started(Port(link.uplink.transport, Mid("9")), "VP8")
    assert world["b"].rooms.receive(early) == []
    assert attached(world["b"], ann) == 1


def test_what_is_too_much_for_one_moment_is_done_in_the_next(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("trunkline.domain.trunks.ROUNDS", 1)
    world = chain("a", "b", "c")
    world["a"].publish("camera", "video")
    ann = world["c"].join("ann")
    world.run()
    assert len(world.copies("c")) == attached(world["c"], ann) == 1


def test_who_leaves_while_the_relay_stops_is_told_to_nobody() -> None:
    world = chain("a", "b")
    camera = world["a"].publish("camera", "video")
    world["b"].join("ann")
    world.run()
    trunks = world["a"].rooms.trunks
    # All at once: the neighbour has not hung up yet.
    world["a"].perform([*trunks.leave_all("It stops."), *world["a"].rooms.leave_all("stopped", "")])
    world["a"].leave(camera)
    assert [*trunks.links()] == []
    assert not world["a"].core.shown


def test_who_says_too_much_is_cut_off() -> None:
    world = chain("a", "b")
    (link,) = world["a"].rooms.trunks.links()
    liar = Presence(id=ParticipantId("p"), room=RoomName("hall"), name=ParticipantName("liar"))
    # The path has to begin with who says so.
    lie = Announced(liar, (), 1.0)
    for _ in range(100):
        world["a"].perform(world["a"].rooms.trunks.hear(link.id, lie, world.now))
    assert [*world["a"].rooms.trunks.links()] == []
    assert people(world["a"]) == set()
    first, *_, last = [one for one in world["a"].events if isinstance(one, TrunkRemarked)]
    assert "That is not taken" in first.sentence
    assert "is cut" in last.sentence


def test_people_afar_of_more_rooms_than_there_may_be_are_left_out() -> None:
    world = World("a", "b", limits=Limits(rooms=2))
    world.link("b", "a")
    world["b"].join("ann", room="hall")
    world["b"].join("bob", room="lobby")
    camera = world["a"].publish("camera", "video", room="hall")
    other = world["a"].publish("other", "video", room="elsewhere")
    world.run()
    assert people(world["b"]) == {"camera"}
    world["a"].leave(other)
    world["a"].leave(camera)
    world.run()
    assert people(world["b"]) == set()
    assert [room.name for room in world["b"].rooms.everywhere()] == ["hall", "lobby"]


def test_a_refused_change_of_what_a_neighbour_sends_leaves_what_runs() -> None:
    world = chain("a", "b")
    world["a"].publish("camera", "video")
    ann = world["b"].join("ann")
    world.run()
    (link,) = world["b"].rooms.trunks.links()
    assert link.uplink is not None
    refused = Refused(link.uplink.transport, "unsupported", "It is refused.")
    told = Tell(link.id, signal.Failed("offer-refused", "It is refused."))
    assert world["b"].rooms.receive(refused) == [told]
    assert attached(world["b"], ann) == 1


def test_a_media_connection_ends_once() -> None:
    world = chain("a", "b")
    world["a"].publish("camera", "video")
    world["b"].join("ann")
    world.run()
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


def test_a_trunk_without_a_limit_holds_nothing_back() -> None:
    world = World("a", "b", "c")
    world.link("a", "b", Policy(max_kbps=1_000))
    world.link("a", "c")
    world["a"].publish("camera", "video", "audio")
    world["c"].join("ann")
    world.run()
    (_, free) = world["a"].rooms.trunks.links()
    assert free.downlink is not None
    for second in range(3):
        world.now += 1
        report = Counted(second, (sending(free.downlink.transport, second * 500_000),), 0)
        world["a"].perform(world["a"].rooms.trunks.weigh(report, world.now))
    world.run()
    assert len(world.copies("c")) == 2


def test_a_caller_is_shown_another_relays_participant() -> None:
    world = chain("a", "b")
    world["a"].publish("camera", "video")
    world.run()
    site = world["b"]
    transport, cat = site.rooms.number(), ParticipantId("cat")
    offer = json.dumps({"from": ["caller cat", 0], "kinds": ["video"]})
    request = Call(
        room=RoomName("hall"),
        name=ParticipantName("cat"),
        follows=None,
        steady=False,
        offer=offer,
        publishes=False,
    )
    site.core.viewers.add(transport)
    site.perform(site.rooms.callers.enter(request, transport, cat))
    world.run()
    assert len(world.copies("b")) == 1
    assert [port.transport for port in site.core.shown] == [transport]


def test_programs_get_what_comes_over_a_trunk() -> None:
    world = chain("a", "b")
    camera = world["a"].publish("camera", "video")
    world["b"].join("ann")
    world.run()
    (link,) = world["b"].rooms.trunks.links()
    rooms, hall = world["b"].rooms, RoomName("hall")
    assert link.uplink is not None
    port = Port(link.uplink.transport, Mid("0"))
    taking, effects = rooms.takings.take_from(hall, ParticipantId(f"a-{camera}"), ("video",))
    assert taking.ports == {"video": port}
    assert effects == [], "Ann has it already."
