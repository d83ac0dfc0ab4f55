"""Original Umbrella clients see and are seen, as browsers and as the far end of a trunk."""

from pathlib import Path

import pytest
from playwright.async_api import Browser

from support.browser import ONE_LOOP
from support.guest import guest
from support.live import Live, live
from support.umbrella import umbrella
from support.waiting import until
from trunkline.protocol import sfu_pb2 as pb

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120), ONE_LOOP]


CONNECTED = ["connected", "connected"]


async def _status(relay: Live) -> pb.SFUStatus:
    """What an original client's page asks for."""
    headers = {"Content-Type": "application/x-protobuf"}
    async with relay.http.get("/status", headers=headers) as response:
        return pb.SFUStatus.FromString(await response.read())


async def _states(relay: Live) -> list[str]:
    """Those of the connections of who came last."""
    client = (await _status(relay)).clients[-1]
    return [client.incomingPC.connectionState, client.outgoingPC.connectionState]


@pytest.mark.parametrize("trunk", [False, True], ids=["browser", "trunk"])
async def test_an_original_client_sees_and_is_seen(
    tmp_path: Path, browser: Browser, *, trunk: bool
) -> None:
    async with (
        live(tmp_path) as relay,
        guest(browser, relay.relay.url, "Ann", "default", accept_all=True) as ann,
    ):
        await ann.publish("audio", "video")
        async with umbrella(browser, relay.relay.url) as original:
            await original.begin("audio", "video", trunk=trunk)
            for track in await ann.knows(2):
                await ann.gets(track)

            async def told() -> int:
                return len(original.upstream)

            await until(told, lambda count: count == 2, within=10, what="Ann's tracks")
            seen = next(one for one in original.upstream if one.kind == 2)
            await original.gets(seen.umbrellaId)
            # Both come whether or not the client has said anything.
            assert set(original.order[:2]) == {"offer", "upstreamTracks"}
            assert {one.streamId for one in original.upstream} == {seen.streamId}
            await until(
                lambda: _states(relay), lambda states: states == CONNECTED, within=10, what="states"
            )
            status = await _status(relay)
            assert len(status.relayingTracks) == 4
            client = status.clients[-1]
            assert client.label.startswith("Incoming client from 127.0.0.1:")
            assert len(client.incomingTracks) == len(client.outgoingTracks) == 2
            # The silent medium comes first.
            assert [one.hasTrack for one in client.senders] == [False, True, True]
            assert {one.umbrellaId for one in client.midMapping} == {
                one.umbrellaId for one in original.upstream
            }
        await ann.knows(0)


async def test_a_publisher_that_leaves_is_offered_as_inactive(
    tmp_path: Path, browser: Browser
) -> None:
    async with (
        live(tmp_path) as relay,
        umbrella(browser, relay.relay.url) as original,
    ):
        await original.begin()
        async with guest(browser, relay.relay.url, "Ann", "default") as ann:
            await ann.publish("video")

            async def shown() -> int:
                return len(original.mapping)

            await until(shown, lambda count: count == 1, within=10, what="Ann is shown")
            await original.gets(next(iter(original.mapping)))
            offers = original.order.count("offer")
        await until(shown, lambda count: count == 0, within=10, what="Ann is gone")
        assert original.order.count("offer") == offers + 1
