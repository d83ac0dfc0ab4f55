"""Original Umbrella relays as neighbours: they dial us, and we dial them."""

from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import numpy
import pytest

from support.frames import HERE, plain, sending
from support.live import Live, live
from support.original import dialling, original, serving
from support.relay import free_port
from support.waiting import until
from trunkline import AudioSettings, ConnectionLost, Guest, Peer, VideoSettings
from trunkline.frames.array import Pixels

pytestmark = [
    pytest.mark.timeout(120),
    # aiohttp's client forgets a WebSocket's connection where the other end resets it.
    pytest.mark.filterwarnings("ignore:Unclosed connection:ResourceWarning"),
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
async def browser(
    it: Live, name: str, picture: Callable[[], Pixels] = lambda: plain((9, 99, 9), 64, 48)
) -> AsyncIterator[list[str]]:
    """Somebody of ours sends sound and a picture: their umbrellaIds."""
    video, audio = VideoSettings(codec="VP8"), AudioSettings()
    async with (
        it.relay.produce(ROOM, name, video=video, audio=audio) as made,
        sending(made.video, made.audio, picture=picture),
    ):
        (room,) = (one for one in it.relay.rooms if one.name == ROOM)
        (one,) = (one for one in room.participants if one.name == name)
        yield [track.id for track in one.tracks]


async def joined(stack: AsyncExitStack, it: Live, name: str) -> Guest:
    return await stack.enter_async_context(Peer.join(it.relay.url, ROOM, name=name, network=HERE))


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
    trunk = ""
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
        if trunk:
            told = await stands(relay, trunk, "up")
            assert (told["original"], told["relay"], told["error"]) == (True, None, None)
            assert (told["tracksSent"], told["tracksReceived"]) == (4, 4)
        await it.leave("one")
        await knows(guest, [*theirs[2:], *ann, *ben])


async def test_it_is_sent_no_more_than_may_cross(tmp_path: Path) -> None:
    chance = numpy.random.default_rng(1)
    async with original() as it, live(tmp_path) as relay, AsyncExitStack() as stack:
        # Nothing can be made smaller of it.
        noise = browser(relay, "ann", lambda: chance.integers(0, 255, (96, 128, 3), numpy.uint8))
        ann = await stack.enter_async_context(noise)
        (here,) = (one for room in relay.relay.rooms for one in room.participants)
        (picture,) = (one.id for one in here.tracks if one.kind == "video")
        (sound,) = {*ann} - {picture}
        url = await stack.enter_async_context(serving(it, free_port()))
        await stands(relay, await add(relay, url, maxKbps=150), "up")
        await it.gets(*ann)
        frames = it.legs[0].frames

        async def only_sound() -> bool:
            before = dict(frames)
            await until(
                heard, lambda now: now > before[sound] + 25, within=WITHIN, what="more sound"
            )
            return frames[picture] == before[picture]

        async def heard() -> int:
            return frames[sound]

        await until(only_sound, bool, within=2 * WITHIN, what="the picture held back")


async def test_after_a_restart_we_are_back_and_what_is_removed_can_be_added_again(
    tmp_path: Path,
) -> None:
    port = free_port()
    async with live(tmp_path) as relay, AsyncExitStack() as stack:
        guest = await joined(stack, relay, "viewer")
        ann = await stack.enter_async_context(browser(relay, "ann"))
        async with original() as it, serving(it, port) as url:
            trunk = await add(relay, url)
            theirs = await it.browser("one")
            await knows(guest, [*theirs, *ann])
            await it.gets(*ann)
            await remove(relay, trunk)
            await knows(guest, ann)
            trunk = await add(relay, url)
            await knows(guest, [*theirs, *ann])
            await gets(guest, *theirs)
        # It was killed without a word.
        await knows(guest, ann)
        async with original() as it, serving(it, port):
            theirs = await it.browser("two")
            await knows(guest, [*theirs, *ann])
            await it.gets(*ann)
            await stands(relay, trunk, "up")
            async with relay.http.get(f"/api/v1/rooms/{ROOM}") as response:
                people = (await response.json())["participants"]
            (role,) = (one["role"] for one in people if one["name"].startswith("Umbrella"))
            assert role == "relay"


async def test_one_that_dials_and_dies_is_gone_and_may_dial_again(tmp_path: Path) -> None:
    async with original() as it, live(tmp_path) as relay, AsyncExitStack() as stack:
        guest = await joined(stack, relay, "viewer")
        theirs = await it.browser("one")
        async with dialling(it, relay.relay.url):
            await knows(guest, theirs)
        await knows(guest, [])
        async with dialling(it, relay.relay.url):
            await knows(guest, theirs)
            await gets(guest, *theirs)


async def test_two_relays_with_a_trunk_share_one_original(tmp_path: Path) -> None:
    async with AsyncExitStack() as stack:
        it = await stack.enter_async_context(original())
        url = await stack.enter_async_context(serving(it, free_port()))
        east = await stack.enter_async_context(live(tmp_path / "east"))
        west = await stack.enter_async_context(live(tmp_path / "west"))
        # One without any link to the original, whose tracks go there once, too.
        far = await stack.enter_async_context(live(tmp_path / "far"))
        theirs = await it.browser("one")
        ann = await stack.enter_async_context(browser(east, "ann"))
        ben = await stack.enter_async_context(browser(west, "ben"))
        cid = await stack.enter_async_context(browser(far, "cid"))
        for relay, other in ((east, url), (west, url), (west, east.relay.url)):
            await stands(relay, await add(relay, other), "up")
        await stands(far, await add(far, west.relay.url), "up")
        everything = {*theirs, *ann, *ben, *cid}
        for relay in (east, west, far):
            guest = await joined(stack, relay, "viewer")
            await knows(guest, everything)
            await gets(guest, *theirs)

        async def brought() -> list[str]:
            return sorted(name for leg in it.legs for name in leg.heard)

        once = sorted({*ann, *ben, *cid})
        await until(brought, lambda seen: seen == once, within=WITHIN, what="each track once")
        for leg in range(2):
            await it.gets(*it.legs[leg].heard, leg=leg)


async def test_one_that_has_two_addresses_and_no_tracks_has_everything_once(
    tmp_path: Path,
) -> None:
    async with original() as it, live(tmp_path) as relay, AsyncExitStack() as stack:
        ann = await stack.enter_async_context(browser(relay, "ann"))
        url = await stack.enter_async_context(serving(it, free_port()))
        for address in (url, url.replace("127.0.0.1", "localhost")):
            await stands(relay, await add(relay, address), "up")

        async def accepted() -> list[set[str]]:
            # It announced to the second what the first brought.
            return [leg.mapped() for leg in it.legs]

        await until(accepted, lambda now: {*ann} in now, within=WITHIN, what="Ann by the other")
        ben = await stack.enter_async_context(browser(relay, "ben"))
        everything = {*ann, *ben}
        await until(accepted, lambda now: everything in now, within=WITHIN, what="Ben by the other")
        brought = sorted(name for leg in it.legs for name in leg.heard)
        assert brought == sorted(everything)


async def test_one_that_is_dialled_twice_has_everything_once(tmp_path: Path) -> None:
    async with original() as it, live(tmp_path) as relay, AsyncExitStack() as stack:
        theirs = await it.browser("one")
        ann = await stack.enter_async_context(browser(relay, "ann"))
        url = await stack.enter_async_context(serving(it, free_port()))
        first = await add(relay, url)
        await stands(relay, first, "up")
        await stands(relay, await add(relay, url), "up")
        guest = await joined(stack, relay, "viewer")
        await knows(guest, [*theirs, *ann])

        async def brought() -> list[str]:
            return sorted(name for leg in it.legs for name in leg.heard)

        await until(brought, lambda seen: seen == sorted(ann), within=WITHIN, what="Ann once")
        await remove(relay, first)
        await until(brought, lambda seen: seen == sorted(ann), within=WITHIN, what="Ann again")
        await knows(guest, [*theirs, *ann])
        await gets(guest, *theirs)
        await it.gets(*ann)
