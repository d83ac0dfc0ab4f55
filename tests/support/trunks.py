"""Trunks between real relays: to add them, and to see what they carry."""

import asyncio
import json
import re
import sys
import urllib.request
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from support.network import Namespace, prefix
from support.process import Process, process
from support.relay import RunningRelay
from support.waiting import until

FLOWS = r"\d\d:\d\d  [1-9][\d.]* frames/s"
"""What `publish` and `watch` say while pictures flow."""


async def ask(relay: RunningRelay, method: str, path: str, body: object = None) -> Any:
    """Use the API of a relay from where it runs."""

    def send() -> Any:
        request = urllib.request.Request(
            relay.url + path,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json"},
            method=method,
        )
        with urllib.request.urlopen(request, timeout=10) as response:
            text = response.read()
            return json.loads(text) if text else None

    place = relay.place
    return await asyncio.to_thread(send if place is None else lambda: place.call(send))


async def join(dialler: RunningRelay, url: str, **settings: object) -> str:
    """Add a trunk, and wait until it is up; its id."""
    entry = await ask(dialler, "POST", "/api/v1/trunks", {"url": url, **settings})
    number = str(entry["id"])
    await stands(dialler, number, "up")
    return number


async def stands(relay: RunningRelay, trunk: str, wanted: str, within: float = 20) -> None:
    """Wait until a trunk is in a state."""

    async def state() -> str:
        every = (await ask(relay, "GET", "/api/v1/trunks"))["trunks"]
        one = next(one for one in every if one["id"] == trunk)
        return f"{one['state']}: {one['error']}"

    await until(state, lambda told: told.startswith(wanted), within=within, what=f"{wanted} trunk")


@asynccontextmanager
async def trunkline(*words: str, place: Namespace | None = None) -> AsyncIterator[Process]:
    """Run a command."""
    async with process([*prefix(place), sys.executable, "-m", "trunkline", *words]) as started:
        yield started


async def says(command: Process, pattern: str, within: float = 40) -> None:
    """Wait till something that it says from now on matches."""
    command.lines.clear()

    async def output() -> str:
        assert command.running, command.output
        return command.output

    await until(
        output, lambda text: re.search(pattern, text) is not None, within=within, what=pattern
    )
