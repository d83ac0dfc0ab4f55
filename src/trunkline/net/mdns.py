"""Multicast DNS (RFC 6762) and service discovery (RFC 6763): names of the local network."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from ipaddress import ip_address

# AddressResolver is not in __all__, though it is documented.
from zeroconf import (  # type: ignore[attr-defined]
    AddressResolver,
    BadTypeInNameException,
    IPVersion,
    ServiceStateChange,
    Zeroconf,
)
from zeroconf.asyncio import AsyncServiceBrowser, AsyncServiceInfo, AsyncZeroconf

from trunkline.model.nearby import Nearby
from trunkline.net.interface import local_addresses
from trunkline.net.local_name import is_local

log = logging.getLogger(__name__)

SERVICE = "_trunkline._tcp.local."

PERIOD = 5.0
"""Seconds between two looks at this machine's addresses: others are told new ones."""

ANSWER_WITHIN = 3.0
"""Seconds that the network has to answer a question."""

MOST = 64
"""Relays of the network that are kept in mind; further ones are not seen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Announcement:
    """What the network is told of this relay."""

    id: str
    host: str
    """The name of this machine, as in `<host>.local`."""
    port: int
    path: str
    """Under which it lives, or empty."""
    tls: bool


async def resolve_local(host: str, within: float = ANSWER_WITHIN) -> tuple[str, ...]:
    """The addresses of a `.local` name, IPv4 first; none where nobody answers.

    The system's resolver often does not know such names; this asks the network itself.

    Args:
        host: with `.local` at its end.
        within: seconds for an answer.
    """
    resolver = AddressResolver(f"{host.rstrip('.')}.")
    own = await asyncio.to_thread(local_addresses)
    if not own:
        return ()
    try:
        async with _joined([str(address) for address in own]) as network:
            await resolver.async_request(network.zeroconf, within * 1000)
    except (OSError, RuntimeError, BadTypeInNameException) as error:
        log.debug("%s cannot be asked for: %s", host, error)
        return ()
    return _sorted(resolver.parsed_scoped_addresses())


class Neighbourhood:
    """Tells the local network of this relay, and hears of others.

    `announcement` is asked for once the relay runs. `look` may block; it says which addresses this
    relay has on the network now.
    """

    def __init__(
        self, announcement: Callable[[], Announcement], look: Callable[[], Sequence[str]]
    ) -> None:
        self._announcement = announcement
        self._look = look
        self._names: set[str] = set()  # bounded by MOST
        self._network: AsyncZeroconf | None = None

    async def run(self) -> None:
        """Take part for as long as the addresses stay as they are."""
        addresses = tuple(await asyncio.to_thread(self._look))
        if not addresses:
            await self._changed(addresses)
            return
        async with _joined(addresses) as network:
            try:
                await self._take_part(network, addresses)
            finally:
                self._network = None
                self._names.clear()

    async def relays(self) -> tuple[Nearby, ...]:
        """The others that are there now, by name."""
        network = self._network
        if network is None:
            return ()
        asked = (self._ask(network.zeroconf, name) for name in tuple(self._names))
        found = [each for each in await asyncio.gather(*asked) if each is not None]
        own = self._announcement().id
        others = (each for each in found if each.id != own)
        return tuple(sorted(others, key=lambda each: (each.name, each.id)))

    async def _take_part(self, network: AsyncZeroconf, addresses: Sequence[str]) -> None:
        # Found at once by those who look, and with another name where ours is taken.
        announcing = await network.async_register_service(
            self._service(addresses), allow_name_change=True
        )
        self._network = network
        browser = AsyncServiceBrowser(network.zeroconf, SERVICE, handlers=[self._hear])
        try:
            await announcing
            await self._changed(addresses)
        finally:
            await browser.async_cancel()

    async def _changed(self, addresses: Sequence[str]) -> None:
        """Wait until this machine has other addresses."""
        while True:
            await asyncio.sleep(PERIOD)
            if tuple(await asyncio.to_thread(self._look)) != tuple(addresses):
                return

    def _service(self, addresses: Sequence[str]) -> AsyncServiceInfo:
        own = self._announcement()
        return AsyncServiceInfo(
            SERVICE,
            f"{own.host} {own.port}.{SERVICE}",
            port=own.port,
            server=f"{own.host}.local.",
            parsed_addresses=list(addresses),
            properties={"id": own.id, "path": own.path, "tls": "1" if own.tls else "0"},
        )

    def _hear(
        self, zeroconf: Zeroconf, service_type: str, name: str, state_change: ServiceStateChange
    ) -> None:
        # The names of the arguments are the library's: it gives them by name.
        del zeroconf, service_type
        if state_change is ServiceStateChange.Removed:
            self._names.discard(name)
        elif len(self._names) < MOST:
            self._names.add(name)

    async def _ask(self, network: Zeroconf, name: str) -> Nearby | None:
        info = AsyncServiceInfo(SERVICE, name)
        known = info.load_from_cache(network) or await info.async_request(
            network, ANSWER_WITHIN * 1000
        )
        return _nearby(info) if known else None


def _nearby(info: AsyncServiceInfo) -> Nearby | None:
    """What a relay tells of itself; None where that is nonsense."""
    told = {key: value or "" for key, value in info.decoded_properties.items()}
    host, path = (info.server or "").rstrip("."), told.get("path", "")
    if not is_local(host) or not info.port or (path and not path.startswith("/")):
        return None
    scheme = "http" if told.get("tls") == "0" else "https"
    return Nearby(
        id=told.get("id", "")[:64],
        name=host.removesuffix(".local")[:64],
        url=f"{scheme}://{host}:{info.port}{path[:200]}",
        addresses=_sorted(info.parsed_scoped_addresses()),
    )


def _sorted(addresses: Sequence[str]) -> tuple[str, ...]:
    """IPv4 first; of IPv6, those that need no interface before those that do."""
    return tuple(
        sorted(
            set(addresses),
            key=lambda text: (
                (address := ip_address(text)).version,
                address.is_link_local,
                int(address),
            ),
        )
    )


@asynccontextmanager
async def _joined(addresses: Sequence[str]) -> AsyncIterator[AsyncZeroconf]:
    """Be heard and hear at some addresses of this machine."""
    newer = any(":" in each for each in addresses)
    versions = IPVersion.All if newer else IPVersion.V4Only
    network = AsyncZeroconf(interfaces=list(addresses), ip_version=versions)
    try:
        yield network
    finally:
        await network.async_close()
