"""Queues between threads and coroutines: bounds, order, ends."""

import asyncio
import threading
from collections.abc import Iterator

import pytest

from support.waiting import until
from trunkline.frames.mailbox import Mailbox
from trunkline.frames.worker import Worker


class Gate:
    """Work that stands still till it is opened."""

    def __init__(self) -> None:
        self.open = threading.Event()
        self.begun = threading.Event()
        self.done: list[int] = []

    def __call__(self, item: int) -> None:
        self.begun.set()
        assert self.open.wait(10)
        self.done.append(item)


@pytest.fixture
def gate() -> Iterator[Gate]:
    gate = Gate()
    yield gate
    gate.open.set()


async def all_done(worker: Worker[int]) -> None:
    async def waiting() -> int:
        return worker.waiting

    await until(waiting, lambda count: count == 0, within=10, what="the worker is idle")


async def test_a_worker_does_all_in_order_and_its_thread_ends(gate: Gate) -> None:
    gate.open.set()
    worker = Worker("test", gate, 100)
    assert all(worker.put(number) for number in range(50))
    await all_done(worker)
    worker.close()
    assert worker.join(10)
    assert gate.done == list(range(50))


async def test_a_slow_worker_loses_the_oldest_and_says_so(gate: Gate) -> None:
    worker = Worker("test", gate, 2)
    worker.put(0)
    assert gate.begun.wait(10)
    assert [worker.put(number) for number in (1, 2, 3, 4)] == [True, True, False, False]
    assert worker.dropped == 2
    gate.open.set()
    await all_done(worker)
    worker.close()
    assert gate.done == [0, 3, 4]


async def test_room_is_told_when_something_was_done(gate: Gate) -> None:
    worker = Worker("test", gate, 2)
    told = threading.Event()
    assert not worker.tell_room(told.set), "there is room already"
    worker.put(0)
    assert worker.tell_room(told.set)
    assert not told.is_set()
    gate.open.set()
    assert told.wait(10)
    worker.close()


async def test_an_error_ends_the_worker_and_is_kept() -> None:
    def fail(_: int) -> None:
        raise ValueError("broken")

    worker = Worker("test", fail, 2)
    worker.put(1)
    assert worker.join(10)
    assert str(worker.error) == "broken"
    assert not worker.put(2)


async def test_who_waits_for_room_of_a_closed_worker_is_told(gate: Gate) -> None:
    worker = Worker("test", gate, 2)
    told = threading.Event()
    worker.put(0)
    assert worker.tell_room(told.set)
    worker.close()
    assert told.is_set()
    assert not worker.tell_room(told.set)


async def test_a_worker_without_work_has_no_thread() -> None:
    before = threading.active_count()
    worker = Worker("test", print, 2)
    assert threading.active_count() == before
    worker.close()
    assert worker.join(0)


async def test_a_mailbox_gives_what_another_thread_puts() -> None:
    box: Mailbox[int] = Mailbox(100)
    thread = threading.Thread(target=lambda: [box.put(number) for number in range(100)])
    thread.start()
    assert [await box.get() for _ in range(100)] == list(range(100))
    thread.join()


async def test_a_full_mailbox_loses_the_oldest() -> None:
    box: Mailbox[int] = Mailbox(3)
    assert [box.put(number) for number in range(5)] == [True, True, True, False, False]
    assert [await box.get() for _ in range(3)] == [2, 3, 4]
    assert box.dropped == 2


async def test_a_closed_mailbox_gives_what_it_has_and_then_ends() -> None:
    box: Mailbox[int] = Mailbox(3)
    box.put(1)
    box.close()
    assert not box.put(2)
    assert await box.get() == 1
    with pytest.raises(StopAsyncIteration):
        await box.get()


async def test_closing_wakes_who_waits_with_the_error() -> None:
    box: Mailbox[int] = Mailbox(3)
    async with asyncio.TaskGroup() as group:
        waiting = group.create_task(_failing(box))
        await asyncio.sleep(0)
        threading.Thread(target=box.close, args=[OSError("gone")]).start()
    assert waiting.result() == "gone"


async def _failing(box: Mailbox[int]) -> str:
    with pytest.raises(OSError, match="gone") as caught:
        await box.get()
    return str(caught.value)
