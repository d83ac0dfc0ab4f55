"""Two relays' conversation over real sockets, with a stand-in for their rooms."""

import asyncio
import datetime
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import web

from support.trunk import WITHIN, Host, Side, dialling, host, refused, side, waiting
from support.waiting import until
from support.websocket import frame, websocket
from trunkline.client.trunk.dialler import Dialler
from trunkline.config import Settings
from trunkline.errors import Refusal, RefusalCode
from trunkline.model import signal
from trunkline.model.id import ParticipantId, RelayId, RoomName, TrackId
from trunkline.model.trunk import Hello, Policy, Wanted, Withdrawn
from trunkline.net.certificate import server_context, shown_fingerprint
from trunkline.net.line import MAX_WAITING
from trunkline.protocol.trunk import SUBPROTOCOL
from trunkline.protocol.trunk.half import Half
from trunkline.web.problem import Handler

SECRET = "sesame-sesame"
ASKED = f"Sec-WebSocket-Protocol: {SUBPROTOCOL}"


@pytest.fixture
async def cloud() -> AsyncIterator[Host]:
    async with host("cloud0001") as made:
        yield made


@pytest.fixture
def home() -> Side:
    return side("home00001")


async def test_two_relays_say_hello_and_measure_the_way(cloud: Host, home: Side) -> None:
    async with dialling(home, cloud.url, rooms=("studio",), max_layer=1) as dialler:
        here, there = await home.linked("cloud0001"), await cloud.linked("home00001")
        assert home.trunking.links[here] == cloud.trunking.me
        assert cloud.trunking.links[there] == home.trunking.me
        assert (home.trunking.dialled[here], cloud.trunking.dialled[there]) == (True, False)
        rooms = frozenset([RoomName("studio")])
        assert home.trunking.policies[here] == Policy(rooms=rooms, max_layer=1)
        assert cloud.trunking.policies[there] == Policy()
        assert 0 < await home.measured(here) < WITHIN
        assert 0 < await cloud.measured(there) < WITHIN
        assert (dialler.state, dialler.error) == ("up", None)
    assert await cloud.ended()
    assert not cloud.trunking.links


async def test_words_cross_in_both_directions_and_in_order(cloud: Host, home: Side) -> None:
    async with dialling(home, cloud.url):
        ends = (home, await home.linked("cloud0001")), (cloud, await cloud.linked("home00001"))
        words = [Withdrawn(ParticipantId(f"p{number}")) for number in range(500)]
        for one, link in ends:
            for word in words:
                one.trunking.outboxes[link].put(word)
            one.trunking.outboxes[link].put(signal.Offered("v=0\r\n"))
        for one, link in ends:

            async def look(one: Side = one) -> int:
                return len(one.trunking.heard)

            await until(look, lambda count: count == 501, within=WITHIN, what="501 words")
            assert one.trunking.heard == [(link, w) for w in (*words, signal.Offered("v=0\r\n"))]


async def test_a_relay_that_hangs_up_says_why_and_is_dialled_again(cloud: Host, home: Side) -> None:
    async with dialling(home, cloud.url):
        link = await cloud.linked("home00001")
        cloud.trunking.outboxes[link].put(signal.Goodbye("too-much", "Too many words."))
        cloud.trunking.outboxes[link].end()
        assert await home.ended() == "Too many words."
        assert await cloud.ended() == "Too many words."
        assert await cloud.linked("home00001") != link


async def test_a_relay_that_stops_says_so(home: Side) -> None:
    async with host("cloud0001") as cloud, dialling(home, cloud.url) as dialler:
        await home.linked("cloud0001")
        await cloud.links.stop()
        assert await home.ended() == "The other relay stops."

        async def look() -> str:
            return dialler.error or ""

        await until(look, lambda error: "or it stops" in error, within=WITHIN, what="503")


async def test_a_relay_that_returns_is_found_again(home: Side) -> None:
    async with host("cloud0001") as first:
        port = first.port
        async with dialling(home, first.url) as dialler:
            await home.linked("cloud0001")
            await first.links.stop()
            await home.ended()
            assert dialler.state != "up"
    async with dialling(home, first.url) as dialler:
        assert "Connection refused" in await waiting(dialler)
        async with host("cloud0001", instance="second", port=port):
            link = await home.linked("cloud0001")
            assert home.trunking.links[link].instance == "second"


async def test_a_changed_network_is_a_reason_to_try_at_once(home: Side) -> None:
    async with host("cloud0001") as gone:
        port = gone.port
    async with dialling(home, gone.url) as dialler:
        dialler._backoff._next = 3600.0
        assert "Connection refused" in await waiting(dialler)
        async with host("cloud0001", port=port) as cloud:
            dialler.hurry()
            await cloud.linked("home00001")


@pytest.mark.parametrize(
    ("wanted", "given", "words"),
    [
        (SECRET, {}, "wants another secret"),
        (SECRET, {"secret": "open-sesame"}, "wants another secret"),
        (SECRET, {"secret": SECRET}, ""),
        (None, {"secret": SECRET}, ""),
    ],
)
async def test_who_knows_the_secret_is_taken(
    home: Side, wanted: str | None, given: dict[str, str], words: str
) -> None:
    async with (
        host("cloud0001", secret=wanted) as cloud,
        dialling(home, cloud.url, **given) as dialler,
    ):
        if words:
            assert words in await refused(dialler)
            assert not cloud.trunking.links
        else:
            await cloud.linked("home00001")


async def test_secrets_are_not_guessed(caplog: pytest.LogCaptureFixture) -> None:
    async with host("cloud0001", secret=SECRET) as cloud:
        answers: list[str] = []
        while "429" not in answers:
            guess = f"Authorization: Bearer guess-{len(answers)}"
            with pytest.raises(AssertionError) as answer:
                async with websocket(f"{cloud.url}/wsb", ASKED, guess):
                    pass
            answers.append(str(answer.value).split()[1])
            assert len(answers) < 1_000
    assert answers.count("401") == len(answers) - 1 >= 60
    refusals = [one.getMessage() for one in caplog.records if "was refused" in one.getMessage()]
    assert len(refusals) == len(answers) - 1
    assert "127.0.0.1 was refused: It came with another trunk secret" in refusals[0]
    assert not any("guess-" in one.getMessage() for one in caplog.records)


@pytest.mark.parametrize("field", ["X-Forwarded-For: 192.0.2.1", "Forwarded: for=192.0.2.1"])
async def test_through_a_proxy_nobody_is_near(cloud: Host, field: str) -> None:
    with pytest.raises(AssertionError, match="403"):
        async with websocket(f"{cloud.url}/wsb", ASKED, field):
            pass


async def test_a_relay_that_dials_itself_is_told_so(cloud: Host) -> None:
    async with dialling(cloud, cloud.url) as dialler:
        assert "this relay itself" in await refused(dialler)
    assert not cloud.trunking.links


async def test_a_relay_that_claims_our_id_is_refused(cloud: Host) -> None:
    liar = side("cloud0001", instance="another")
    async with dialling(liar, cloud.url) as dialler:
        assert "claims the id cloud0001" in await refused(dialler)
    assert not [*cloud.trunking.links, *liar.trunking.links]


async def test_two_links_between_the_same_two_relays_are_taken(cloud: Host, home: Side) -> None:
    async with dialling(home, cloud.url), dialling(home, cloud.url):
        await cloud.linked("home00001", 2)
        await home.linked("cloud0001", 2)


async def test_of_two_relays_with_one_id_the_one_that_is_there_stays(
    cloud: Host, home: Side
) -> None:
    copy = side("home00001", instance="of a copied folder")
    async with dialling(home, cloud.url):
        link = await cloud.linked("home00001")
        async with dialling(copy, cloud.url) as dialler:
            assert "both have one state folder, or a copy of it" in await waiting(dialler)
        assert list(cloud.trunking.links) == [link]
    async with dialling(copy, cloud.url):
        await cloud.linked("home00001")


async def test_what_routing_refuses_is_said(cloud: Host, home: Side) -> None:
    cloud.trunking.refusal = Refusal(RefusalCode.FULL, "This relay has enough trunks.")
    async with dialling(home, cloud.url) as dialler:
        assert await refused(dialler) == "This relay has enough trunks."
    assert not cloud.trunking.ends


async def test_a_flood_of_garbage_ends_its_own_conversation_alone(cloud: Host, home: Side) -> None:
    half = Half()
    hello = half.send(Hello(RelayId("eve000001"), "Eve"))
    junk = [
        b"",
        b"\xff" * 1000,
        half.send(Wanted(TrackId("x" * 100), frozenset())),
        hello,
        half.send(Hello(RelayId("eve"), "")),
    ]
    async with dialling(home, cloud.url):
        await cloud.linked("home00001")
        for said in junk:
            async with websocket(f"{cloud.url}/wsb", ASKED) as eve:
                eve.writer.write(frame(0x2, hello) + frame(0x2, said) * 100)
                assert await eve.closed(answering=True) in (1000, None)
        async with websocket(f"{cloud.url}/wsb", ASKED) as eve:
            eve.writer.write(frame(0x2, hello) + frame(0x2, bytes(600_000)))
            assert await eve.closed(answering=True) in (1009, None)
        async with websocket(f"{cloud.url}/wsb", ASKED) as eve:
            eve.writer.write(frame(0x1, b"text"))
            assert await eve.closed(answering=True) in (1000, None)
        assert [one.relay for one in cloud.trunking.links.values()] == ["home00001"]
        assert not home.trunking.ends


async def test_who_says_nothing_is_hung_up_on(cloud: Host) -> None:
    async with websocket(f"{cloud.url}/wsb", ASKED) as silent:
        assert await silent.closed() in (1000, 1006, None)
    async with websocket(f"{cloud.url}/wsb", ASKED) as silent:
        hello = Half().send(Hello(RelayId("mute00001"), "mute"))
        silent.writer.write(frame(0x2, hello))
        await silent.closed()
        assert await cloud.ended() == "Nothing was heard of the other relay for 1.5 s."
        assert [doubtful for _, doubtful in cloud.trunking.doubts] == [True]


async def test_who_does_not_read_is_cut_off(cloud: Host) -> None:
    async with websocket(f"{cloud.url}/wsb", ASKED) as deaf:
        hello = Half().send(Hello(RelayId("deaf00001"), "deaf"))
        deaf.writer.write(frame(0x2, hello))
        link = await cloud.linked("deaf00001")
        word = signal.Offered("x" * 100_000)
        for _ in range(MAX_WAITING // 100_000 + 1):
            cloud.trunking.outboxes[link].put(word)
        assert await cloud.ended() == "The other relay does not read what it is sent."


async def umbrella(request: web.Request) -> web.StreamResponse:
    """A WebSocket that knows no subprotocol, as an original's."""
    socket = web.WebSocketResponse()
    await socket.prepare(request)
    async for _ in socket:
        pass
    return socket


@asynccontextmanager
async def something(answer: Handler) -> AsyncIterator[str]:
    """What answers on /wsb, and is no relay."""
    application = web.Application()
    application.router.add_get("/wsb", answer)
    runner = web.AppRunner(application, shutdown_timeout=1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield f"ws://127.0.0.1:{runner.addresses[0][1]}/wsb"
    finally:
        await runner.cleanup()


@pytest.mark.filterwarnings("ignore:.*subprotocol.*")
async def test_an_original_is_recognized(home: Side) -> None:
    async with something(umbrella) as url, dialling(home, url) as dialler:
        assert "original Umbrella" in await refused(dialler)


@pytest.mark.filterwarnings("ignore:.*subprotocol.*")
async def test_what_speaks_otherwise_than_an_original_is_none(home: Side) -> None:
    async def talk(request: web.Request) -> web.StreamResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.send_str("HELLO")
        await socket.receive()
        return socket

    async with something(talk) as url, dialling(home, url) as dialler:
        assert "does not speak as an original Umbrella relay" in await waiting(dialler)


@pytest.mark.parametrize(
    ("status", "state", "words"),
    [
        (200, refused, "there is no relay: it answers 200."),
        (400, refused, "it may be an older version of trunkline"),
        (404, refused, "there is no relay at this address"),
        (429, waiting, "it was asked too often"),
        (503, waiting, "it has too many trunks, or it stops"),
        (599, refused, "there is no relay: it answers 599."),
    ],
)
async def test_every_answer_is_said_in_words(
    home: Side, status: int, state: Callable[[Dialler], Awaitable[str]], words: str
) -> None:
    async def answer(_: web.Request) -> web.StreamResponse:
        return web.Response(status=status)

    async with something(answer) as url, dialling(home, url) as dialler:
        assert words in await state(dialler)


class Tls:
    """A relay with a certificate of its own."""

    def __init__(self, folder: Path) -> None:
        settings = Settings(state_dir=folder)
        names = ["127.0.0.1", "localhost"]
        self.context = server_context(settings, names, datetime.datetime.now(datetime.UTC))
        self.fingerprint = shown_fingerprint(settings)


@pytest.fixture
def tls(tmp_path: Path) -> Tls:
    return Tls(tmp_path)


async def test_a_certificate_that_nobody_vouches_for_is_refused_with_the_remedy(
    home: Side, tls: Tls
) -> None:
    async with host("cloud0001", context=tls.context) as cloud:
        async with dialling(home, cloud.url) as dialler:
            said = await refused(dialler)
        assert not cloud.trunking.links
        assert "not trusted" in said
        command = f"trunkline trunk add {cloud.url} --fingerprint {tls.fingerprint}"
        assert said.endswith(command)
        async with dialling(home, cloud.url, fingerprint=tls.fingerprint):
            await cloud.linked("home00001")


async def test_another_fingerprint_is_refused(home: Side, tls: Tls) -> None:
    async with (
        host("cloud0001", context=tls.context) as cloud,
        dialling(home, cloud.url, fingerprint="00" * 32) as dialler,
    ):
        said = await refused(dialler)
        assert f"another fingerprint, SHA-256 {tls.fingerprint}" in said
        assert not cloud.trunking.links


async def test_insecure_is_said_loudly(
    home: Side, tls: Tls, caplog: pytest.LogCaptureFixture
) -> None:
    async with (
        host("cloud0001", context=tls.context) as cloud,
        dialling(home, cloud.url, insecure=True),
    ):
        await cloud.linked("home00001")
    assert any("is INSECURE" in one.getMessage() for one in caplog.records)


async def test_tls_where_there_is_none_is_said(cloud: Host, home: Side) -> None:
    async with dialling(home, f"https://127.0.0.1:{cloud.port}") as dialler:
        assert "without TLS, write http://" in await refused(dialler)


async def test_a_name_alone_is_tried_on_both_ports(home: Side) -> None:
    async with dialling(home, "name.invalid") as dialler:
        said = await waiting(dialler)
        assert "https://name.invalid:8443/wsb" in said
        assert "https://name.invalid/wsb" in said


async def test_what_is_retired_ends(cloud: Host, home: Side) -> None:
    async with dialling(home, cloud.url) as dialler:
        await home.linked("cloud0001")
        dialler.retire()
        assert await cloud.ended() == "The trunk was taken away at the other end."
        await asyncio.sleep(0)
    assert not home.trunking.links


async def test_a_secret_that_can_be_read_on_the_way_is_said(
    home: Side, caplog: pytest.LogCaptureFixture
) -> None:
    async with (
        host("cloud0001", secret=SECRET) as cloud,
        dialling(home, cloud.url, secret=SECRET),
    ):
        await cloud.linked("home00001")
    assert any("has no TLS" in one.getMessage() for one in caplog.records)
    assert not any(SECRET in one.getMessage() for one in caplog.records)
