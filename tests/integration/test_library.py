"""A relay inside a program."""

import asyncio
import gc
import socket
import weakref
from pathlib import Path
from typing import Any

import aiohttp
import pytest

import trunkline
from support.core import FakeCore
from support.site import Site, running
from support.waiting import until
from trunkline.opening import open_on


async def test_it_says_where_it_is_and_who_is_there(tmp_path: Path) -> None:
    async with running(tmp_path) as site:
        assert site.relay.url.startswith("http://127.0.0.1:")
        assert site.relay.plain_url == site.relay.url
        assert site.relay.media_port == site.core.port
        await site.publish("studio", "cam")
        (room,) = site.relay.rooms
        assert (room.name, room.participants[0].name, room.viewers) == ("studio", "cam", 0)
        statistics = await site.relay.statistics()
        (publisher,) = statistics.participants
        assert [incoming.keyframes for incoming in publisher.traffic.producers] == [2, 2]
    assert site.core.stopped


async def test_events_come_typed_and_end_with_the_relay(tmp_path: Path) -> None:
    async with running(tmp_path) as site:
        events = site.relay.events()
        await site.publish("studio", "cam")
        site.core.connect(1)
        site.core.start(1, "1", "VP8")
        await site.relay.statistics()
    assert [type(event) for event in [event async for event in events]] == [
        trunkline.RoomOpened,
        trunkline.ParticipantJoined,
        trunkline.TrackPublished,
        trunkline.TrackPublished,
        trunkline.ParticipantConnected,
        trunkline.TrackStarted,
        trunkline.TrackEnded,
        trunkline.TrackEnded,
        trunkline.ParticipantLeft,
        trunkline.RoomClosed,
    ]


async def test_leaving_it_ends_every_session(tmp_path: Path) -> None:
    async with running(tmp_path) as site:
        events = site.relay.events()
        await site.publish()
        await site.watch()
        # An idle connection and a request that never ends must not hold it up.
        port = int(site.relay.url.rpartition(":")[2])
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"POST /whip/a HTTP/1.1\r\nHost: x\r\nContent-Type: application/sdp\r\n")
        writer.write(b"Content-Length: 9\r\n\r\n")
        await writer.drain()
    left = [event async for event in events if isinstance(event, trunkline.ParticipantLeft)]
    assert [event.code for event in left] == ["stopped", "stopped"]
    assert site.core.media == {}
    writer.close()
    await writer.wait_closed()


async def test_an_error_in_the_block_comes_out_as_it_is(tmp_path: Path) -> None:
    sites: list[Site] = []

    async def program() -> None:
        async with running(tmp_path) as site:
            sites.append(site)
            raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        await program()
    assert sites[0].core.stopped


async def test_a_core_that_dies_ends_the_block_with_its_reason(tmp_path: Path) -> None:
    sites: list[Site] = []

    async def program() -> None:
        async with running(tmp_path) as site:
            sites.append(site)
            site.core.die()
            await asyncio.Event().wait()

    with pytest.raises(trunkline.RelayError, match="a worker panicked"):
        await program()
    assert sites[0].core.stopped


async def test_with_tls_there_may_be_a_plain_port(tmp_path: Path) -> None:
    async with running(tmp_path, tls="auto", plain_port=0) as site:
        assert site.relay.url.startswith("https://127.0.0.1:")
        assert site.relay.plain_url is not None
        assert site.relay.plain_url.startswith("http://127.0.0.1:")
        for url in (site.relay.url, site.relay.plain_url):
            assert (await site.http.get(f"{url}/healthz", ssl=False)).status == 200
            listing = await (await site.http.get(f"{url}/api/v1/rooms", ssl=False)).json()
            assert site.relay.plain_url == f"http://127.0.0.1:{listing['plainPort']}"
    async with running(tmp_path, tls="auto") as site:
        assert site.relay.plain_url is None


async def test_a_port_that_is_taken_is_named_and_nothing_stays_open(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as holder:
        port = holder.getsockname()[1]
        with pytest.raises(trunkline.StartupError, match=f"TCP port {port}") as error:
            async with running(tmp_path, port=port):
                pass
        assert "--port" in error.value.remedy


@pytest.mark.parametrize(
    ("number", "filename", "sentence"),
    [
        (98, "udp 0.0.0.0:8444", "UDP port 8444 of 0.0.0.0 is taken"),
        (98, "udp [::]:8444", "UDP port 8444 of :: is taken"),
        (13, "udp 0.0.0.0:8444", "may not open UDP port 8444"),
        (98, "tcp 0.0.0.0:8444", "TCP port 8444 of 0.0.0.0 is taken"),
    ],
)
async def test_a_media_port_that_cannot_be_had_is_named(
    tmp_path: Path, number: int, filename: str, sentence: str
) -> None:
    def refuse(*_: Any) -> FakeCore:
        raise OSError(number, "no", filename)

    settings = trunkline.Settings(host="127.0.0.1", port=0, tls="off", state_dir=tmp_path)
    with pytest.raises(trunkline.StartupError, match=sentence):
        async with trunkline.Relay(settings, core=refuse):
            pass


def test_without_ipv6_media_go_over_ipv4(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    def only_older(listen: Any, *others: Any) -> FakeCore:
        if any(":" in address for address, _ in listen):
            raise OSError(99, "Cannot assign requested address", "udp [::1]:0")
        return FakeCore(listen, *others)

    settings = trunkline.Settings(state_dir=tmp_path, announce=("127.0.0.1", "::1"))
    media = open_on(settings, only_older, (("127.0.0.1", 0), ("::1", 0)))
    core = media.core
    assert isinstance(core, FakeCore)
    assert core.listen == tuple(media.ports) == (("127.0.0.1", 0),)
    assert core.candidates == media.told == ("127.0.0.1",)
    assert "IPv4 only" in caplog.text
    with pytest.raises(trunkline.StartupError):
        open_on(settings, only_older, (("::1", 0),))
    core.stop()


async def test_clients_are_told_the_announced_addresses(tmp_path: Path) -> None:
    async with running(tmp_path, announce=("203.0.113.5",)) as site:
        assert site.core.candidates == ("203.0.113.5",)
        assert "203.0.113.5" in await (await site.publish()).text()


@pytest.mark.parametrize(
    ("settings", "watches"),
    [
        ({"host": "0.0.0.0"}, True),
        ({"host": "0.0.0.0", "announce": ("203.0.113.5",)}, False),
        ({"host": "127.0.0.1"}, False),
    ],
)
async def test_addresses_are_watched_where_all_are_told(
    tmp_path: Path, settings: dict[str, Any], watches: bool
) -> None:
    async with running(tmp_path, **settings):
        tasks = {task.get_name() for task in asyncio.all_tasks()}
    assert ("addresses" in tasks) == watches


async def test_two_relays_live_in_one_program(tmp_path: Path) -> None:
    async with running(tmp_path) as one, running(tmp_path) as other:
        await one.publish()
        assert (len(one.relay.rooms), len(other.relay.rooms)) == (1, 0)
        for site in (one, other):
            assert (await site.http.get("/metrics")).status == 200


async def test_a_relay_needs_no_session_to_stop(tmp_path: Path) -> None:
    async with running(tmp_path) as site:
        pass
    with pytest.raises(aiohttp.ClientError):
        async with aiohttp.ClientSession() as http:
            await http.get(f"{site.relay.url}/healthz")


async def test_a_relay_that_was_left_keeps_nothing_open(tmp_path: Path) -> None:
    """Its core has descriptors, which are closed when nobody knows it any more."""

    async def come_and_go() -> weakref.ref[FakeCore]:
        async with running(tmp_path) as site, site.http.get("/api/v1/rooms") as response:
            assert response.status == 200
        return weakref.ref(site.core)

    core = await come_and_go()

    async def is_known() -> bool:
        gc.collect()
        return core() is not None

    await until(is_known, lambda known: not known, within=10, what="it is forgotten")


def test_a_relay_that_was_not_entered_says_so() -> None:
    with pytest.raises(trunkline.RelayError, match="async with"):
        _ = trunkline.Relay().rooms


def test_public_names_are_all_there_and_no_others() -> None:
    assert dir(trunkline) == trunkline.__all__
    for name in trunkline.__all__:
        assert getattr(trunkline, name)
    with pytest.raises(AttributeError, match="no attribute 'Nothing'"):
        trunkline.Nothing  # noqa: B018
