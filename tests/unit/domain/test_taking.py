"""Programs take tracks of other relays, as far as they want them."""

from support.sites import World
from trunkline.model.id import ParticipantId, ParticipantName, RoomName
from trunkline.model.media import Kind

HALL = RoomName("hall")
KINDS: tuple[Kind, ...] = ("video", "audio")


def test_what_a_program_takes_crosses_as_long_as_it_does() -> None:
    world = World("a", "b", "c")
    world.link("a", "b")
    world.link("b", "c")
    world["a"].publish("camera", "video", "audio")
    world.run()
    takings = world["c"].rooms.takings
    one, effects = takings.take(HALL, ParticipantName("camera"), KINDS)
    assert not one.is_settled()
    assert one.is_remote
    world["c"].perform(effects)
    world.run()
    assert one.is_settled()
    assert not one.is_gone()
    assert {*one.ports} == {*KINDS}
    assert len(world.copies("b")) == len(world.copies("c")) == 2
    other, effects = takings.take(HALL, None, ("video",))
    world["c"].perform(effects)
    assert other.is_settled(), "It comes already."
    world["c"].perform(takings.let_go(one))
    world.run()
    assert len(world.copies("c")) == 1
    world["c"].perform(takings.let_go(other))
    world.run()
    world.wait(6)
    assert world.copies("b") == world.copies("c") == []


def test_what_is_taken_ends_with_whose_it_is() -> None:
    world = World("a", "b")
    link, _ = world.link("a", "b")
    camera = world["a"].publish("camera", "video")
    world.run()
    takings = world["b"].rooms.takings
    who = ParticipantId(f"a-{camera}")
    taking, effects = takings.take_from(HALL, who, KINDS)
    world["b"].perform(effects)
    world.run()
    assert not taking.is_gone()
    world.cut("a", link)
    world.wait(5)
    assert taking.is_gone()
    assert taking.is_settled()
    world["b"].perform(takings.let_go(taking))
    assert [*world["b"].rooms.everywhere()] == []
