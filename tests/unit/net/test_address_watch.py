import asyncio
import logging
from collections.abc import Iterator, Sequence

import pytest

from trunkline.net.address_watch import AddressWatch


async def watched(told: Sequence[str], *looks: Sequence[str]) -> list[tuple[str, ...]]:
    """What is told when these addresses are seen, one after the other."""
    tellings: list[tuple[str, ...]] = []
    over = asyncio.get_running_loop().create_future()
    left: Iterator[Sequence[str]] = iter(looks)

    def look() -> Sequence[str]:
        seen = next(left, None)
        if seen is None:
            over.get_loop().call_soon_threadsafe(over.set_result, None)
            raise OSError("seen enough")
        return seen

    watch = AddressWatch(told, look, tellings.append)
    with pytest.raises(OSError, match="seen enough"):
        await watch.run(period=0)
    await over
    return tellings


async def test_what_stays_is_not_told_again() -> None:
    assert await watched(["10.0.0.1"], ["10.0.0.1"], ["10.0.0.1"]) == []


async def test_what_comes_and_goes_is_told_in_words(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    both = ("10.0.0.1", "10.0.0.2")
    assert await watched(["10.0.0.1"], both, both, ["10.0.0.2"]) == [both, ("10.0.0.2",)]
    first, second = caplog.messages
    assert "new: 10.0.0.2; gone: none" in first
    assert "told 10.0.0.1, 10.0.0.2" in first
    assert "new: none; gone: 10.0.0.1" in second


async def test_another_order_is_told_without_words(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    assert await watched(["a", "b"], ["b", "a"]) == [("b", "a")]
    assert caplog.messages == []


async def test_no_address_at_all_changes_nothing() -> None:
    assert await watched(["10.0.0.1"], [], ["10.0.0.1"]) == []
