"""Rooms that span relays: who is known where, and how often what they send crosses."""

import json

import pytest

from support.row import attached, chain, people, sending, tracks_told, watched
from support.sites import World
from trunkline.domain.directory import Limits
from trunkline.model import signal
from trunkline.model.camera import CameraSummary
from trunkline.model.event import TrunkRemarked
from trunkline.model.id import (
    Mid,
    ParticipantId,
    ParticipantName,
    RoomName,
    TrackId,
)
from trunkline.model.media import Port, Wish
from trunkline.model.report import (
    Counted,
)
from trunkline.model.request import Call
from trunkline.model.trunk import (
    Announced,
    Presence,
    Wanted,
)


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


def test_how_it_is_with_a_camera_is_known_at_every_relay_and_told_once() -> None:
    def seen() -> list[CameraSummary | None]:
        (room,) = world["c"].rooms.describe()
        return [one.camera for one in room.participants]

    world = chain("a", "b", "c")
    camera = world["a"].publish("camera", "video")
    world.run()
    assert seen() == [None]
    refused = CameraSummary("failed", "login")
    world["a"].inform(camera, refused)
    world.run()
    assert seen() == [refused]
    world["a"].rooms.inform(camera, refused)
    assert world["a"].rooms.trunks.settle(world.now) == []
    there = CameraSummary("live", codec="MJPEG", remade="codec")
    world["a"].inform(camera, there)
    world.run()
    assert seen() == [there]
    world["a"].leave(camera)
    world["a"].inform(camera, refused)
    world.run()
    world.wait(5)
    assert [*world["c"].rooms.describe()] == []


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


def test_when_a_relay_stops_its_people_are_gone_at_once() -> None:
    world = chain("a", "b", "c")
    world["a"].publish("camera", "video")
    world.run()
    assert people(world["c"]) == {"camera"}
    world["a"].perform(world["a"].rooms.trunks.leave_all("The relay stops."))
    world.run()
    assert people(world["b"]) == people(world["c"]) == set()


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
    world, _, _ = watched()
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


def test_what_is_too_much_for_one_moment_is_done_in_the_next(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("trunkline.domain.trunks.ROUNDS", 1)
    world, _, ann = watched("a", "b", "c")
    assert len(world.copies("c")) == attached(world["c"], ann) == 1


def test_who_leaves_while_the_relay_stops_is_told_to_nobody() -> None:
    world, camera, _ = watched()
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
    world, camera, _ = watched()
    (link,) = world["b"].rooms.trunks.links()
    rooms, hall = world["b"].rooms, RoomName("hall")
    assert link.uplink is not None
    port = Port(link.uplink.transport, Mid("0"))
    taking, effects = rooms.takings.take_from(hall, ParticipantId(f"a-{camera}"), ("video",))
    assert taking.ports == {"video": port}
    assert effects == [], "Ann has it already."
