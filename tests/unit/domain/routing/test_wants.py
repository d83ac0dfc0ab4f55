"""What is asked for, and what is sent."""

from dataclasses import replace

from support.relays import presence
from support.routing import Desk, encodings, told, versioned
from trunkline.domain.routing.effect import Absent, Present, RoutingEffect, Serve, Supply
from trunkline.domain.routing.neighbour import DOUBT
from trunkline.model.id import ParticipantId, TrackId
from trunkline.model.trunk import Announced, Policy, Tell, Wanted

ANN = versioned(presence("ann", ("cam",)), 1)
CAM = TrackId("ann-cam")
LAYERED = versioned(presence("ann", ("cam",), ("l", "m", "h")), 1)


def ask(desk: Desk, neighbour: str, *rids: str, track: str = CAM) -> Tell:
    return Tell(desk.links[neighbour], Wanted(TrackId(track), encodings(*rids)))


def serve(desk: Desk, neighbour: str, *rids: str, track: str = CAM) -> Serve:
    return Serve(desk.links[neighbour], TrackId(track), encodings(*rids))


def supply(desk: Desk, neighbour: str | None, track: str = CAM) -> Supply:
    return Supply(TrackId(track), desk.links[neighbour] if neighbour else None)


def about_media(effects: list[RoutingEffect]) -> list[RoutingEffect]:
    """Without what is told of participants."""
    return [
        effect
        for effect in effects
        if isinstance(effect, Serve | Supply)
        or (isinstance(effect, Tell) and isinstance(effect.word, Wanted))
    ]


def test_nothing_is_asked_for_until_somebody_wants_it() -> None:
    desk = Desk("b", "c")
    assert not about_media(desk.announce("b", ANN))
    assert desk.want(CAM, "") == [ask(desk, "b", ""), supply(desk, "b")]
    assert not desk.want(CAM, "")
    assert desk.router.received(desk.links["b"]) == (CAM,)
    assert desk.want(CAM) == [supply(desk, None), ask(desk, "b")]
    assert desk.router.received(desk.links["b"]) == ()


def test_own_tracks_are_sent_to_whoever_wants_them() -> None:
    desk = Desk("b", "c")
    desk.publish(presence("bob", ("cam",)))
    assert desk.ask("b", "bob-cam", "") == [serve(desk, "b", "", track="bob-cam")]
    assert desk.router.sent(desk.links["b"]) == ("bob-cam",)
    assert not desk.ask("b", "bob-cam", "")
    assert desk.ask("b", "bob-cam") == [serve(desk, "b", track="bob-cam")]
    assert not desk.ask("b", "bob-cam")


def test_wants_are_passed_on_united() -> None:
    desk = Desk("b", "c", "d")
    desk.announce("b", LAYERED)
    assert desk.ask("c", CAM, "l") == [
        ask(desk, "b", "l"),
        supply(desk, "b"),
        serve(desk, "c", "l"),
    ]
    assert desk.ask("d", CAM, "l") == [serve(desk, "d", "l")]
    assert desk.ask("d", CAM, "h") == [ask(desk, "b", "l", "h"), serve(desk, "d", "h")]
    assert desk.want(CAM, "m") == [ask(desk, "b", "l", "m", "h")]
    assert desk.disconnect("d") == [ask(desk, "b", "l", "m")]
    assert desk.ask("c", CAM) == [ask(desk, "b", "m"), serve(desk, "c")]


def test_whoever_it_comes_from_is_not_sent_it() -> None:
    desk = Desk("b", "b2", "o")
    desk.announce("b", ANN, "o")
    for each in ("b", "b2", "o"):
        assert not desk.ask(each, CAM, ""), "A loop."


def test_a_want_may_come_before_there_is_anything() -> None:
    desk = Desk("b", "c")
    assert not desk.ask("c", CAM, "")
    assert about_media(desk.announce("b", ANN)) == [
        ask(desk, "b", ""),
        supply(desk, "b"),
        serve(desk, "c", ""),
    ]
    assert about_media(desk.withdraw("b", "ann")) == [
        supply(desk, None),
        serve(desk, "c"),
        ask(desk, "b"),
    ]
    assert supply(desk, "b") in desk.announce("b", ANN), "It is kept."


def test_a_want_ends_with_its_link() -> None:
    desk = Desk("b", "c")
    desk.announce("b", ANN)
    desk.ask("c", CAM, "")
    assert desk.disconnect("c") == [supply(desk, None), ask(desk, "b")]


def test_when_the_way_dies_the_spare_is_asked_at_once() -> None:
    desk = Desk("b", "c")
    desk.announce("b", ANN, "o")
    desk.announce("c", ANN, "o", cost=50)
    desk.want(CAM, "")
    effects = desk.disconnect("b")
    assert about_media(effects) == [ask(desk, "c", ""), supply(desk, "c")]


def better_way() -> Desk:
    """A track comes from b, and c has had a better way for long enough."""
    desk = Desk("b", "c")
    desk.announce("b", ANN, "o", cost=100)
    desk.want(CAM, "")
    desk.announce("c", ANN, "o")
    desk.after(0.5)
    assert about_media(desk.after(5)) == [ask(desk, "c", ""), supply(desk, "c")]
    return desk


def test_the_old_way_is_kept_until_media_come_by_the_new_one() -> None:
    desk = better_way()
    assert not desk.flows("b", CAM)
    assert not desk.after(2)
    assert not desk.flows("c", CAM)
    assert not desk.after(0.9), "Pictures go over with a keyframe."
    assert not desk.flows("c", CAM)
    assert desk.after(0.2) == [ask(desk, "b")]
    assert not desk.after(10)


def test_the_old_way_is_kept_for_some_seconds_at_most() -> None:
    desk = better_way()
    assert not desk.after(4)
    assert desk.after(1) == [ask(desk, "b")]


def test_both_ways_are_asked_for_what_is_wanted_meanwhile() -> None:
    desk = better_way()
    assert desk.want(CAM, "", "h") == [ask(desk, "b", "", "h"), ask(desk, "c", "", "h")]
    assert desk.want(CAM) == [supply(desk, None), ask(desk, "b"), ask(desk, "c")]
    assert not desk.router._demand.moving()
    assert not desk.flows("c", CAM)
    assert desk.want(CAM, "") == [ask(desk, "c", ""), supply(desk, "c")]


def test_when_the_old_way_dies_meanwhile_the_new_one_is_taken() -> None:
    desk = better_way()
    assert about_media(desk.withdraw("b", "ann")) == [ask(desk, "b")]
    desk = better_way()
    assert not about_media(desk.disconnect("b"))
    assert not desk.router._demand.moving()


def test_when_the_new_way_dies_meanwhile_everything_stays() -> None:
    desk = better_way()
    assert about_media(desk.withdraw("c", "ann")) == [supply(desk, "b"), ask(desk, "c")]
    assert not about_media(desk.after(6))


def test_the_old_way_may_be_taken_again_meanwhile() -> None:
    desk = better_way()
    desk.flows("c", CAM)
    assert about_media(desk.withdraw("c", "ann")) == [supply(desk, "b"), ask(desk, "c")]


def test_a_spare_is_taken_at_once_while_the_way_is_in_doubt_and_the_old_one_goes_on() -> None:
    desk = Desk("b", "c", "d")
    desk.announce("b", ANN, "o")
    desk.announce("c", ANN, "o", cost=50)
    desk.want(CAM, "")
    effects = desk.doubt("b")
    assert about_media(effects) == [ask(desk, "c", ""), supply(desk, "c")]
    assert not desk.doubt("b"), "That is known."
    assert not about_media(desk.disconnect("b"))
    desk.doubt("c")
    assert desk.way("ann") == ("c", "o"), "There is no other one."


def test_who_is_heard_of_again_is_taken_again_when_that_has_lasted() -> None:
    desk = Desk("b", "c")
    desk.announce("b", ANN, "o")
    desk.announce("c", ANN, "o", cost=50)
    desk.want(CAM, "")
    desk.doubt("b")
    assert not about_media(desk.doubt("b", doubtful=False))
    desk.after(4.9)
    assert desk.way("ann") == ("c", "o")
    desk.after(0.2)
    assert desk.way("ann") == ("b", "o")


def test_neighbours_are_told_of_doubt_at_once() -> None:
    desk = Desk("b", "c")
    desk.announce("b", ANN, "o")
    assert not desk.doubt("b"), "Nothing comes of it."
    desk.doubt("b", doubtful=False)
    desk.want(CAM, "")
    (tell,) = desk.doubt("b")
    assert isinstance(tell, Tell)
    assert isinstance(tell.word, Announced)
    assert (tell.link, tell.word.cost > DOUBT) == (desk.links["c"], True)


def test_nobody_is_followed_who_is_still_sent_media() -> None:
    desk = Desk("b", "c")
    desk.announce("b", ANN, "o", cost=100)
    desk.ask("c", CAM, "")
    desk.announce("c", ANN, "o")
    desk.after(0.5)
    assert not desk.after(6), "It goes away from us, but has not gone yet."
    desk.ask("c", CAM)
    desk.after(0.5)
    assert desk.way("ann") == ("c", "o")


def test_when_a_third_way_comes_meanwhile_the_wait_begins_anew() -> None:
    desk = better_way()
    desk.after(3)
    desk.connect("d")
    desk.announce("d", ANN, "o")
    effects = about_media(desk.withdraw("c", "ann"))
    assert effects == [ask(desk, "d", ""), supply(desk, "d"), ask(desk, "c")]
    assert not about_media(desk.after(4))
    assert not desk.flows("d", CAM)
    assert about_media(desk.after(1)) == [ask(desk, "b")]


def test_what_this_relay_wants_may_come_and_go_and_come_again() -> None:
    desk = Desk("b")
    assert not desk.want(CAM, "")
    desk.announce("b", ANN)
    effects = desk.withdraw("b", "ann", gone=1)
    assert effects == [Absent(ParticipantId("ann")), supply(desk, None), ask(desk, "b")]
    effects = desk.announce("b", versioned(ANN, 2))
    assert about_media(effects) == [ask(desk, "b", ""), supply(desk, "b")]
    assert about_media(desk.announce("b", versioned(presence("ann"), 3))) == [
        supply(desk, None),
        ask(desk, "b"),
    ]


def test_a_track_that_cannot_come_for_a_moment_is_still_wanted() -> None:
    desk = Desk("b", "c")
    desk.announce("b", ANN)
    desk.want(CAM, "")
    assert about_media(desk.disconnect("b")) == [supply(desk, None)]
    assert about_media(desk.announce("c", ANN, "b")) == [ask(desk, "c", ""), supply(desk, "c")]


def test_layers_that_do_not_cross_are_neither_sent_nor_asked_for() -> None:
    desk = Desk()
    desk.connect("b", Policy(max_layer=0))
    desk.publish(presence("bob", ("cam",), ("l", "h")))
    assert desk.ask("b", "bob-cam", "l", "h") == [serve(desk, "b", "l", track="bob-cam")]
    assert desk.ask("b", "bob-cam", "h") == [serve(desk, "b", track="bob-cam")]
    desk.announce("b", LAYERED)
    assert desk.want(CAM, "l", "h") == [ask(desk, "b", "l"), supply(desk, "b")]
    assert desk.want(CAM, "h") == [supply(desk, None), ask(desk, "b")]


def test_what_is_sent_once_crosses_whatever_the_limit() -> None:
    desk = Desk()
    desk.connect("b", Policy(max_layer=0))
    desk.announce("b", ANN)
    assert desk.want(CAM, "") == [ask(desk, "b", ""), supply(desk, "b")]


def test_a_way_on_which_nothing_crosses_is_moved_to_all_the_same() -> None:
    desk = Desk("b")
    desk.connect("c", Policy(max_layer=0))
    desk.announce("b", LAYERED, "o", cost=100)
    desk.want(CAM, "l", "h")
    desk.announce("c", LAYERED, "o")
    desk.after(0)
    assert about_media(desk.after(5)) == [ask(desk, "c", "l"), supply(desk, "c")]


def test_the_same_track_of_two_participants_is_the_first_ones() -> None:
    desk = Desk("b", "c")
    desk.announce("b", ANN)
    track = replace(ANN.tracks[0], participant=ParticipantId("ann2"))
    twin = replace(versioned(presence("ann2"), 1), tracks=(track,))
    desk.announce("c", twin)
    assert desk.want(CAM, "") == [ask(desk, "b", ""), supply(desk, "b")]
    effects = desk.withdraw("b", "ann", gone=1)
    assert told(effects, Present) == [Present(twin)]
    assert about_media(effects) == [ask(desk, "c", ""), supply(desk, "c"), ask(desk, "b")]
    desk.announce("b", versioned(ANN, 2))
    assert not about_media(desk.withdraw("b", "ann", gone=3))


def test_the_same_track_of_two_own_participants_goes_on_with_the_second() -> None:
    desk = Desk("b")
    bob = presence("bob", ("cam",))
    track = replace(bob.tracks[0], participant=ParticipantId("bob2"))
    desk.publish(bob)
    desk.publish(replace(presence("bob2"), tracks=(track,)))
    desk.ask("b", "bob-cam", "")
    effects = desk.router.withdraw(ParticipantId("bob2"), desk.now)
    assert not about_media(effects)
    assert not told(effects, Present)
    assert desk.router.withdraw(ParticipantId("bob"), desk.now)[1:] == [
        serve(desk, "b", track="bob-cam")
    ]
