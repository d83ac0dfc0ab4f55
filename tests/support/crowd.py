"""Many guests without a browser, over a core without sockets: all that they say is real."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager

from support.offer import offer
from trunkline.client.room import RoomClient, enter
from trunkline.model import signal
from trunkline.model.id import Mid, ParticipantName, RoomName, TrackId
from trunkline.model.media import Kind

KINDS: tuple[Kind, ...] = ("audio", "video")


@asynccontextmanager
async def crowd(
    url: str, names: Sequence[str], room: str = "studio"
) -> AsyncIterator[list[RoomClient]]:
    """Guests of these names, each of whom sends sound and picture and wants everybody's."""
    async with AsyncExitStack() as stack, asyncio.TaskGroup() as group:
        people = []
        for number, name in enumerate(names):
            hello = signal.Hello(RoomName(room), ParticipantName(name), accept_all=True)
            one = await stack.enter_async_context(enter(url, hello))
            people.append(one)
            await _publish(one, f"{room}-{number}")
        listening = [group.create_task(_listen(one)) for one in people]
        try:
            yield people
            for one in people:
                await one.say(signal.Goodbye("left", ""))
        finally:
            for task in listening:
                task.cancel()


async def _publish(one: RoomClient, who: str) -> None:
    tracks = [signal.Announced(TrackId(f"T-{who}-{kind}"), kind, kind, who) for kind in KINDS]
    pairs = tuple((track.id, Mid(str(number))) for number, track in enumerate(tracks))
    for word in (
        signal.Announce(tuple(tracks)),
        signal.Offered(offer("sendonly", KINDS)),
        signal.Mapped(pairs),
    ):
        await one.say(word)


async def _listen(one: RoomClient) -> None:
    async for told in one:
        if isinstance(told, signal.Offered):
            await one.say(signal.Answered("v=0\r\n"))
