"""How reports get from the core's descriptor to the engine."""

import asyncio

import pytest

from support.core import FakeCore
from trunkline.media.core import deliver
from trunkline.model.report import Connected, Report


async def test_reports_come_in_order_until_cancelled() -> None:
    core = FakeCore()
    arrived: asyncio.Queue[Report] = asyncio.Queue()
    async with asyncio.TaskGroup() as group, asyncio.timeout(5):
        reader = group.create_task(deliver(core, arrived.put_nowait))
        for number in (1, 2, 3):
            core.connect(number)
        reports = [await arrived.get() for _ in range(3)]
        reader.cancel()
    assert [report.transport for report in reports if isinstance(report, Connected)] == [1, 2, 3]
    assert not asyncio.get_running_loop().remove_reader(core.fileno())
    core.stop()


async def test_an_error_of_the_receiver_ends_it() -> None:
    core = FakeCore()

    def fail(_: Report) -> None:
        raise RuntimeError("a bug")

    core.connect(1)
    with pytest.raises(RuntimeError, match="a bug"):
        async with asyncio.timeout(5):
            await deliver(core, fail)
    core.stop()
