"""Where commands change trunks: the running relay of this machine, or its store."""

import json
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Protocol

import aiohttp

from trunkline.client.trunk.roster import keep, kept
from trunkline.errors import RelayError
from trunkline.listing.settings import TrunkSettings
from trunkline.net import whereabouts
from trunkline.state import Store

ANSWER_LIMIT = 10.0
"""Seconds that a relay has for each answer."""

Listed = dict[str, Any]
"""A trunk as the API tells of it."""


class Office(Protocol):
    """Takes changes."""

    async def list(self) -> list[Listed]:
        """All trunks."""

    async def add(self, settings: TrunkSettings) -> Listed:
        """One more."""

    async def change(self, trunk: str, settings: TrunkSettings) -> Listed:
        """Replace what is laid down for one."""

    async def remove(self, trunk: str) -> None:
        """Forget one."""


@dataclass(frozen=True, slots=True)
class RelayOffice:
    """A relay that runs."""

    http: aiohttp.ClientSession
    url: str

    async def list(self) -> list[Listed]:
        """See `Office`."""
        answer = await self._ask("GET", "")
        return list(answer["trunks"])

    async def add(self, settings: TrunkSettings) -> Listed:
        """See `Office`."""
        return await self._ask("POST", "", settings)

    async def change(self, trunk: str, settings: TrunkSettings) -> Listed:
        """See `Office`."""
        return await self._ask("PUT", f"/{trunk}", settings)

    async def remove(self, trunk: str) -> None:
        """See `Office`."""
        await self._ask("DELETE", f"/{trunk}")

    async def _ask(
        self, method: str, path: str, settings: TrunkSettings | None = None
    ) -> dict[str, Any]:
        body = _written(settings, exclude_unset=True) if settings else None
        async with self.http.request(
            method, f"{self.url}/api/v1/trunks{path}", json=body
        ) as response:
            text = await response.text()
        try:
            answer = json.loads(text or "{}")
            if response.ok:
                return dict(answer)
            raise RelayError(str(answer["detail"]))
        except (ValueError, KeyError, TypeError):
            said = f"What answers at {self.url} is not the relay of this state folder"
            raise RelayError(f"{said}: it says {response.status}.") from None


@dataclass(frozen=True, slots=True)
class StoreOffice:
    """The store of a relay that does not run."""

    store: Store

    async def list(self) -> list[Listed]:
        """See `Office`."""
        return [_listed(trunk, settings) for trunk, settings in kept(self.store).items()]

    async def add(self, settings: TrunkSettings) -> Listed:
        """See `Office`."""
        return await self.change(secrets.token_hex(4), settings)

    async def change(self, trunk: str, settings: TrunkSettings) -> Listed:
        """See `Office`."""
        trunks = kept(self.store)
        old = trunks.get(trunk)
        if old is not None and "secret" not in settings.model_fields_set:
            settings = settings.model_copy(update={"secret": old.secret})
        keep(self.store, {**trunks, trunk: settings})
        return _listed(trunk, settings)

    async def remove(self, trunk: str) -> None:
        """See `Office`."""
        keep(self.store, {one: told for one, told in kept(self.store).items() if one != trunk})


def _written(settings: TrunkSettings, **which: Any) -> dict[str, Any]:
    """As the API has it."""
    return settings.model_dump(mode="json", by_alias=True, **which)


def _listed(trunk: str, settings: TrunkSettings) -> Listed:
    told = _written(settings, exclude={"secret"})
    return {"id": trunk, "direction": "out", "state": "stored", "error": None, **told}


@asynccontextmanager
async def office(store: Store, token: str | None) -> AsyncIterator[Office]:
    """The relay that runs with this state folder, or the folder itself.

    Args:
        store: the state folder.
        token: the operator's, where it is known.

    Raises:
        RelayError: the relay does not answer as it should, or refuses; the text is its own.
        StartupError: the folder cannot be used.
    """
    url = whereabouts.find(store)
    if url is None:
        yield StoreOffice(store)
        return
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    # It is this machine's, so whether its certificate is known says nothing.
    connector = aiohttp.TCPConnector(ssl=False)
    timeout = aiohttp.ClientTimeout(total=ANSWER_LIMIT)
    async with aiohttp.ClientSession(connector=connector, headers=headers, timeout=timeout) as http:
        try:
            async with http.get(f"{url}/healthz"):
                pass
        except aiohttp.ClientConnectionError:
            # It was killed, and could not take its note away.
            yield StoreOffice(store)
            return
        try:
            yield RelayOffice(http, url)
        except (aiohttp.ClientError, TimeoutError) as error:
            raise RelayError(f"The relay at {url} does not answer: {error}") from error
