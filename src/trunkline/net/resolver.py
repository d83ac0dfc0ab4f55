"""Names for clients of ours: those of the local network are asked for there."""

import socket

from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver

from trunkline.net.local_name import is_local


class LocalResolver(AbstractResolver):
    """The system's, but for `.local` names, which it often does not know."""

    def __init__(self) -> None:
        self._system = ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """The addresses of a name.

        Raises:
            OSError: it is not known.
        """
        if not is_local(host):
            return await self._system.resolve(host, port, family)
        # Imported where it is needed: it takes four megabytes.
        from trunkline.net.mdns import resolve_local

        found = [_result(host, port, address) for address in await resolve_local(host)]
        known = [one for one in found if family in (socket.AF_UNSPEC, one["family"])]
        return known or await self._system.resolve(host, port, family)

    async def close(self) -> None:
        """Nothing is kept."""
        await self._system.close()


def _result(host: str, port: int, address: str) -> ResolveResult:
    return ResolveResult(
        hostname=host,
        host=address,
        port=port,
        family=socket.AF_INET6 if ":" in address else socket.AF_INET,
        proto=0,
        flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV,
    )
