"""Who takes tracks of another relay waits for them, and not for ever."""

import asyncio

import pytest

from support.sites import World
from trunkline.errors import Refusal, RefusalCode
from trunkline.fetcher import Fetcher
from trunkline.model.id import ParticipantId, RoomName

HALL = RoomName("hall")


def two() -> tuple[World, Fetcher, ParticipantId]:
    """A picture at one relay, and who would take it at the other."""
    world = World("a", "b")
    world.link("a", "b")
    camera = world["a"].publish("camera", "video")
    world.run()
    fetcher = Fetcher(world["b"].rooms.takings, world["b"].perform)
    return world, fetcher, ParticipantId(f"a-{camera}")


async def test_it_is_there_as_soon_as_it_comes_and_let_go_after_it() -> None:
    world, fetcher, who = two()

    async def taken() -> str:
        async with fetcher.numbered(HALL, who, ("video",)) as ports:
            return " ".join(ports)

    async with asyncio.TaskGroup() as group:
        taking = group.create_task(taken())
        await asyncio.sleep(0)
        fetcher.look()
        await asyncio.sleep(0)
        assert not taking.done(), "It has not come yet."
        world.run()
        fetcher.look()
    assert taking.result() == "video"
    world.run()
    world.wait(6)
    assert world.copies("b") == []


async def test_what_does_not_come_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("trunkline.fetcher.LIMIT", 0.01)
    world, fetcher, _ = two()
    with pytest.raises(Refusal, match="Nothing came over the trunk") as refused:
        async with fetcher.named(HALL, None, ("video",)):
            pass
    assert refused.value.code is RefusalCode.FULL
    world.run()
    world.wait(6)
    assert world.copies("b") == [], "It is not wanted any more."


async def test_whose_it_is_may_leave_meanwhile() -> None:
    world, fetcher, who = two()

    async def taken() -> str:
        with pytest.raises(Refusal) as refused:
            async with fetcher.numbered(HALL, who, ("video",)):
                pass
        return str(refused.value)

    async with asyncio.TaskGroup() as group:
        taking = group.create_task(taken())
        await asyncio.sleep(0)
        for room in [*world["b"].rooms.everywhere()]:
            world["b"].perform(room.absent(who, "left", "It left."))
        fetcher.look()
    assert "just left" in taking.result()
