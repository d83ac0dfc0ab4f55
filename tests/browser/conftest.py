"""Fixtures for tests in a browser: one Chromium for each file, since it takes long to start."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from support.browser import chromium
from support.relay import RunningRelay, running_relay


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def chromium_of_file() -> AsyncIterator[Browser]:
    """Started by the first test that needs it."""
    async with chromium() as started:
        yield started


@pytest_asyncio.fixture(loop_scope="module")
async def browser(chromium_of_file: Browser) -> AsyncIterator[Browser]:
    """What a test opens in it is gone after it, with all that the pages have stored."""
    yield chromium_of_file
    for context in chromium_of_file.contexts:
        await context.close()


@pytest_asyncio.fixture(loop_scope="module")
async def relay(request: pytest.FixtureRequest) -> AsyncIterator[RunningRelay]:
    """A relay on the loopback interface, without TLS; a parameter is one more option."""
    options = [request.param] if hasattr(request, "param") else []
    async with running_relay(*options) as started:
        yield started
