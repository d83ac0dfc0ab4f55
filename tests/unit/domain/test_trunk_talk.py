"""What is said in rooms that span relays: chat, who speaks, muted tracks and raised hands."""

from support.row import chain
from support.sites import Site, World
from trunkline.model import signal
from trunkline.model.id import (
    Mid,
    ParticipantId,
)
from trunkline.model.media import Port
from trunkline.model.report import (
    Speakers,
)


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


def test_a_muted_track_and_a_raised_hand_are_seen_afar() -> None:
    world = chain("a", "b")
    ann, bob = world["a"].join("ann"), world["b"].join("bob")
    world.run()
    world["a"].hear(ann, signal.Status(hand_raised=True))
    world.run()
    people_told = [each for each in world["b"].told[bob] if isinstance(each, signal.People)]
    assert people_told[-1].present[0].hand_raised


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
