"""Twelve people in a room, of whom each wants to see four."""

from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from support.browser import chromium
from support.guest import Guest, guest
from support.live import Live, live
from support.waiting import until
from trunkline.model.id import ParticipantId
from trunkline.model.report import Outgoing
from trunkline.model.view import Track

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

PEOPLE = 12
WANTED = 4
WITHIN = 90.0
"""Seconds; two processors encode twelve pictures and decode 48."""


async def sent(relay: Live) -> dict[ParticipantId, list[Outgoing]]:
    """What goes to each participant."""
    found: dict[ParticipantId, list[Outgoing]] = {}
    for one in (await relay.relay.statistics()).participants:
        found.setdefault(one.id, []).extend(one.traffic.consumers)
    return found


async def test_each_of_twelve_gets_the_four_that_it_wants_and_no_more(tmp_path: Path) -> None:
    async with live(tmp_path) as relay, chromium() as browser, AsyncExitStack() as stack:
        people: list[Guest] = []
        for number in range(PEOPLE):
            one = guest(browser, relay.relay.url, f"P{number}")
            people.append(await stack.enter_async_context(one))
            await people[-1].publish("video")
        wanted: dict[ParticipantId, list[Track]] = {}
        # Everybody wants the four that came after; nobody wants the last one but those before it.
        watched = people[:-1]
        for number, who in enumerate(people):
            tracks = {track.participant: track for track in await who.knows(PEOPLE - 1)}
            others = [one for one in (watched * 2)[number : number + WANTED + 1] if one is not who]
            wanted[who.id] = [tracks[one.id] for one in others[:WANTED]]
            await who.accept(*wanted[who.id])

        async def flowing() -> int:
            return sum(one.packets > 0 for each in (await sent(relay)).values() for one in each)

        await until(flowing, lambda count: count == PEOPLE * WANTED, within=WITHIN, what="flows")
        for who in people:
            for track in wanted[who.id]:
                await who.gets(track, within=WITHIN)
            assert who.mapping.keys() == {track.id for track in wanted[who.id]}
        ports = await _ports(relay)
        unwatched = people[-1].id
        for who in people:
            consumers = (await sent(relay))[who.id]
            assert {ports[one.source.transport] for one in consumers if one.source} == {
                track.participant for track in wanted[who.id]
            }
            # What arrived is what was sent to it, on these media and no others.
            came = await who.received()
            payload = sum(one.bytes + one.retransmitted for one in (await sent(relay))[who.id])
            assert came.keys() == set(who.mapping.values())
            assert 0.5 * payload < sum(came.values()) <= payload
        assert unwatched not in {
            ports[one.source.transport]
            for each in (await sent(relay)).values()
            for one in each
            if one.source
        }


async def _ports(relay: Live) -> dict[int, ParticipantId]:
    """Whose each transport is."""
    participants = (await relay.relay.statistics()).participants
    return {one.traffic.transport: one.id for one in participants}
