"""Trunks between real relays: to add them, and to see what they carry."""

import asyncio
import json
import urllib.request
from typing import Any

from support.relay import RunningRelay
from support.waiting import until


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
