"""Fixtures for tests with whole programs."""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser

from support.browser import chromium
from support.relay import RunningRelay, running_relay


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
