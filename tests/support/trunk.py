"""The HTTP side of a relay that takes trunks, over a stand-in for its rooms."""

import asyncio
import random
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from aiohttp import web

from support.trunking import FakeTrunking
from support.waiting import until
from trunkline.client.trunk.dialler import Dialler
from trunkline.listing.settings import TrunkSettings
from trunkline.model.id import LinkId, ParticipantId
from trunkline.model.trunk import Hello
from trunkline.net.links import Links
from trunkline.web.problem import explain
from trunkline.web.trunk import Trunks

WITHIN = 15.0


@dataclass(frozen=True, slots=True)
class Side:
    """One relay."""

    trunking: FakeTrunking
    links: Links

    async def linked(self, relay: str, count: int = 1) -> LinkId:
        """Wait for so many links with a relay, and no others; the last of them."""

        async def look() -> list[Hello]:
            return list(self.trunking.links.values())

        def good(hellos: list[Hello]) -> bool:
            return [one.relay for one in hellos] == [relay] * count

        await until(look, good, within=WITHIN, what=f"{count} links with {relay}")
        return list(self.trunking.links)[-1]

    async def measured(self, link: LinkId) -> float:
        """Wait for a link's round-trip time."""

        async def look() -> float | None:
            return self.trunking.rtts.get(link)

        rtt = await until(look, lambda rtt: rtt is not None, within=WITHIN, what="a measurement")
        assert rtt is not None
        return rtt

    async def ended(self, count: int = 1) -> str:
        """Wait for links to end; the last one's reason."""

        async def look() -> list[tuple[LinkId, str]]:
            return self.trunking.ends

        ends = await until(look, lambda ends: len(ends) >= count, within=WITHIN, what="an end")
        return ends[-1][1]


@dataclass(frozen=True, slots=True)
class Host(Side):
    """One that is dialled."""

    url: str
    port: int


class NoGuests:
    """For those who meet no original relay."""

    def enter(self, *_: object, **__: object) -> ParticipantId:
        raise AssertionError("nobody here is an original relay")

    def hear(self, *_: object) -> None:
        raise AssertionError("nobody here is an original relay")

    def hang_up(self, *_: object, **__: object) -> None:
        raise AssertionError("nobody here is an original relay")


def side(relay: str, *, instance: str = "first") -> Side:
    """A relay."""
    trunking = FakeTrunking(relay, instance=instance)
    return Side(trunking, Links(trunking, NoGuests()))


@asynccontextmanager
async def host(
    relay: str = "relay0001",
    *,
    instance: str = "first",
    secret: str | None = None,
    port: int = 0,
    context: ssl.SSLContext | None = None,
) -> AsyncIterator[Host]:
    """A relay that may be dialled."""
    made = side(relay, instance=instance)
    trunks = Trunks(made.links, secret, frozenset(), asyncio.get_running_loop().time)
    application = web.Application(middlewares=[explain])
    application.router.add_get("/wsb", trunks.talk)
    runner = web.AppRunner(application, shutdown_timeout=1, access_log=None)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", port, ssl_context=context, reuse_address=True)
        await site.start()
        number = int(runner.addresses[0][1])
        scheme = "http" if context is None else "https"
        yield Host(made.trunking, made.links, f"{scheme}://127.0.0.1:{number}", number)
        await made.links.stop()
    finally:
        await runner.cleanup()


@asynccontextmanager
async def dialling(one: Side, url: str, **settings: object) -> AsyncIterator[Dialler]:
    """A trunk that a relay dials, for as long as the block lasts."""
    chosen = TrunkSettings.model_validate({"url": url, **settings})
    dialler = Dialler(one.links, chosen, random.Random(1))
    task = asyncio.get_running_loop().create_task(dialler.run())
    try:
        yield dialler
    finally:
        task.cancel()
        await asyncio.wait([task])
        if not task.cancelled():
            task.result()


async def refused(dialler: Dialler) -> str:
    """Wait for a trunk to be refused; why."""
    return await _standing(dialler, "refused")


async def waiting(dialler: Dialler) -> str:
    """Wait for a trunk to be waiting; why."""
    return await _standing(dialler, "waiting")


async def _standing(dialler: Dialler, state: str) -> str:
    async def look() -> tuple[str, str | None]:
        return dialler.state, dialler.error

    _, error = await until(look, lambda seen: seen[0] == state, within=WITHIN, what=state)
    return error or ""
