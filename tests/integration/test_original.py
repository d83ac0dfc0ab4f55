"""Original Umbrella relays as neighbours: they dial us, and we dial them."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest

from support.frames import HERE, plain, sending
from support.live import Live, live
from support.original import Original, dialling, original, serving
from support.relay import free_port
from support.waiting import until
from trunkline import AudioSettings, ConnectionLost, Guest, Peer, VideoSettings

pytestmark = [
    pytest.mark.timeout(120),
    pytest.mark.filterwarnings("ignore:.*subprotocol.*"),
]
WITHIN = 25.0
ROOM = "default"


async def knows(guest: Guest, tracks: Iterable[str]) -> None:
    """Wait till somebody is told of these tracks, and no others."""
    wanted = set(tracks)

    async def look() -> set[str]:
        return {one.id for one in guest.tracks}

    await until(look, lambda seen: seen == wanted, within=WITHIN, what=f"the tracks {wanted}")


async def gets(guest: Guest, *tracks: str) -> None:
    """Wait till somebody is sent frames of all of these tracks."""
    for track in guest.tracks:
        if track.id in tracks:
            take = guest.watch if track.kind == "video" else guest.listen
            await take(track)

    async def look() -> int:
        try:
            media = (await guest.received()).media
        except ConnectionLost:
            return 0
        return sum(one.frames_received > 3 for one in media)

    await until(look, lambda seen: seen == len(tracks), within=WITHIN, what=f"frames of {tracks}")


@asynccontextmanager
async def browser(it: Live, name: str) -> AsyncIterator[list[str]]:
    """Somebody of ours sends sound and a picture: their umbrellaIds."""
    video, audio = VideoSettings(codec="VP8"), AudioSettings()
    async with (
        it.relay.produce(ROOM, name, video=video, audio=audio) as made,
        sending(made.video, made.audio, picture=lambda: plain((9, 99, 9), 64, 48)),
    ):
        (room,) = (one for one in it.relay.rooms if one.name == ROOM)
        (one,) = (one for one in room.participants if one.name == name)
        yield [track.id for track in one.tracks]


async def joined(stack: AsyncExitStack, it: Live, name: str) -> Guest:
    return await stack.enter_async_context(
        Peer.join(it.relay.url, ROOM, name=name, network=HERE)
    )


async def add(it: Live, url: str, **settings: object) -> str:
    async with it.http.post("/api/v1/trunks", json={"url": url, **settings}) as response:
        assert response.status == 201, await response.text()
        return str((await response.json())["id"])


async def remove(it: Live, trunk: str) -> None:
    async with it.http.delete(f"/api/v1/trunks/{trunk}") as response:
        assert response.status == 204


async def stands(it: Live, trunk: str, state: str) -> dict[str, object]:
    """Wait till a trunk is in a state."""

    async def look() -> dict[str, object]:
        async with it.http.get("/api/v1/trunks") as response:
            trunks = (await response.json())["trunks"]
        return next(one for one in trunks if one["id"] == trunk)

    return await until(look, lambda one: one["state"] == state, within=WITHIN, what=state)


@pytest.mark.parametrize("dials", ["it", "we"])
async def test_both_have_what_the_other_has(tmp_path: Path, dials: str) -> None:
    async with original() as it, live(tmp_path) as relay, AsyncExitStack() as stack:
        theirs = [*await it.browser("one"), *await it.browser("two")]
        guest = await joined(stack, relay, "viewer")
        ann = await stack.enter_async_context(browser(relay, "ann"))
        if dials == "it":
            await stack.enter_async_context(dialling(it, relay.relay.url))
        else:
            url = await stack.enter_async_context(serving(it, free_port()))
            trunk = await add(relay, url)
            await stands(relay, trunk, "up")
        ben = await stack.enter_async_context(browser(relay, "ben"))
        await knows(guest, [*theirs, *ann, *ben])
        await gets(guest, *theirs)
        await it.gets(*ann, *ben)
        # Nothing went back, and both know each track by the same name.
        assert it.legs[0].mapped() == {*theirs}
        await it.leave("one")
        await knows(guest, [*theirs[2:], *ann, *ben])
