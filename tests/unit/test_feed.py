"""Listeners and their queues."""

import asyncio

import pytest

from trunkline.feed import LIMIT, Feed
from trunkline.model.event import EventsLost, RoomOpened
from trunkline.model.id import RoomName


def opened(number: int) -> RoomOpened:
    return RoomOpened(RoomName(f"room {number}"))


async def test_each_listener_gets_each_event_since_it_listens() -> None:
    feed = Feed()
    early = feed.listen()
    feed.publish(opened(1))
    late = feed.listen()
    feed.publish(opened(2))
    feed.end()
    assert [event async for event in early] == [opened(1), opened(2)]
    assert [event async for event in late] == [opened(2)]


async def test_a_listener_waits_for_news() -> None:
    feed = Feed()
    listener = feed.listen()
    async with asyncio.TaskGroup() as group, asyncio.timeout(5):
        first = group.create_task(listener.__anext__())
        await asyncio.sleep(0)
        assert not first.done()
        feed.publish(opened(1))
        assert await first == opened(1)


async def test_a_slow_listener_loses_the_oldest_and_is_told_how_many() -> None:
    feed = Feed()
    listener = feed.listen()
    for number in range(LIMIT + 3):
        feed.publish(opened(number))
    assert await anext(listener) == EventsLost(3)
    assert await anext(listener) == opened(3)


async def test_a_listener_that_nobody_holds_is_forgotten() -> None:
    feed = Feed()
    listener = feed.listen()
    assert len(feed._listeners) == 1
    del listener
    assert len(feed._listeners) == 0
    feed.publish(opened(1))


async def test_after_the_end_there_is_nothing() -> None:
    feed = Feed()
    listener = feed.listen()
    feed.end()
    with pytest.raises(StopAsyncIteration):
        await anext(listener)


async def test_who_hears_no_more_gets_what_waits() -> None:
    feed = Feed()
    listener = feed.listen()
    feed.publish(opened(1))
    listener.close()
    feed.publish(opened(2))
    assert [event async for event in listener] == [opened(1)]
