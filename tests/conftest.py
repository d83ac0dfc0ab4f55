"""Fixtures for tests with whole programs."""

import os
import signal
from collections.abc import AsyncIterator, Generator
from contextlib import nullcontext
from pathlib import Path

import pytest
from playwright.async_api import Browser

from support.browser import chromium
from support.relay import RunningRelay, running_relay
from support.turns import turn

BUSY = ("browser", "peer")
PROCESSORS = os.cpu_count() or 1
UNIT = Path(__file__).parent / "unit"

# A shell ignores Ctrl-C for what it starts in the background, and so would the programs of tests.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the unit tests, which `make test` leaves to `make cover`: before `-m` chooses."""
    for item in items:
        if item.path.is_relative_to(UNIT):
            item.add_marker(pytest.mark.unit)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Run no more browsers and peers beside each other than there are processors.

    It is the first to be asked, so that a test's time is not counted while it waits.
    """
    waits = any(item.get_closest_marker(name) for name in BUSY)
    cache = item.config.cache if waits else None
    with turn(cache.mkdir("turns"), PROCESSORS) if cache else nullcontext():
        return (yield)


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    """A Chromium with a fresh profile."""
    async with chromium() as started:
        yield started


@pytest.fixture
async def relay(request: pytest.FixtureRequest) -> AsyncIterator[RunningRelay]:
    """A relay on the loopback interface, without TLS; a parameter is one more option."""
    options = [request.param] if hasattr(request, "param") else []
    async with running_relay(*options) as started:
        yield started
