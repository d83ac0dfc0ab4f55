"""Fixtures for tests of the call page."""

from collections.abc import AsyncIterator

import pytest_asyncio
from playwright.async_api import Browser

from support.browser import chromium
from support.call_page import FLAGS


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def chromium_of_file() -> AsyncIterator[Browser]:
    """With the devices that the page asks for."""
    async with chromium(flags=FLAGS) as started:
        yield started
