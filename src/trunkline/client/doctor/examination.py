"""All checks of one relay by its URL, in the order in which a client would meet them."""

import asyncio
import datetime
from collections.abc import AsyncIterator

from trunkline.client.doctor import door, tls
from trunkline.client.doctor.finding import Finding, has_wrong
from trunkline.client.doctor.machine import own_addresses
from trunkline.client.doctor.probe import Result, probe
from trunkline.client.doctor.session import Candidate, Told, opened
from trunkline.client.doctor.target import Target, find
from trunkline.client.doctor.verdict import Way, judge
from trunkline.net.interface import Address


async def examine(
    target: Target, now: datetime.datetime, own: list[Address] | None = None
) -> AsyncIterator[Finding]:
    """Yield findings as they are made; what cannot be looked at is left out.

    Args:
        target: the relay.
        now: the time of this machine, in UTC.
        own: this machine's addresses when the relay runs on it.
    """
    addresses, named = await find(target)
    yield named
    if not addresses:
        return
    if own is None and any(address.is_loopback for address in addresses):
        own = own_addresses()
    reached = await door.reach(target, addresses)
    for finding in reached:
        yield finding
    if has_wrong(reached):
        return
    if target.is_tls:
        for finding in await tls.inspect(target, addresses[0], now, by_name=own is None):
            yield finding
    async for finding in _answers(target, now, Way(addresses, own)):
        yield finding


async def _answers(target: Target, now: datetime.datetime, way: Way) -> AsyncIterator[Finding]:
    async with door.client() as http:
        identified = await door.identify(http, target, now)
        for finding in identified:
            yield finding
        if has_wrong(identified):
            return
        async with opened(http, target) as told:
            findings = [told] if isinstance(told, Finding) else await _media(told, way)
            for finding in findings:
                yield finding


async def _media(told: Told, way: Way) -> list[Finding]:
    results = await asyncio.gather(*(probe(told, one) for one in told.candidates))
    detours: list[Result] = []
    if not any(one.seconds is not None and one.candidate.protocol == "udp" for one in results):
        port = told.candidates[0].port
        others = [Candidate("udp", address, port) for address in way.addresses]
        unknown = [one for one in others if one not in told.candidates]
        detours = list(await asyncio.gather(*(probe(told, one) for one in unknown)))
    return judge(results, detours, way)
