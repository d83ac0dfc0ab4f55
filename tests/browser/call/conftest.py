"""Fixtures for tests of the call page: one Chromium for each file."""

from collections.abc import AsyncIterator

import pytest_asyncio
from playwright.async_api import Browser

from support.browser import chromium
from support.call_page import FLAGS
from support.relay import RunningRelay, running_relay


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    """One for all tests of a file."""
    async with chromium(flags=FLAGS) as started:
        yield started


@pytest_asyncio.fixture(loop_scope="module")
async def relay() -> AsyncIterator[RunningRelay]:
    """A relay on the loopback interface, without TLS."""
    async with running_relay() as started:
        yield started
