"""The command as a person meets it: what it prints, how it fails, how it ends."""

import asyncio
import json
import re
import signal
import socket
import ssl
import sys
from collections.abc import Iterator
from pathlib import Path

import aiohttp
import psutil
import pytest

from support.process import Process, process
from support.waiting import until

COMMAND = (sys.executable, "-m", "trunkline")
# A relay that takes no port from anybody.
ANYWHERE = ("--host", "127.0.0.1", "--port", "0", "--media-port", "0")
READY_WITHIN = 15.0


@pytest.fixture
def state(tmp_path: Path) -> tuple[str, str]:
    return "--state-dir", str(tmp_path / "state")


@pytest.fixture
def taken() -> Iterator[tuple[str, str]]:
    """A TCP and a UDP port that this process holds."""
    with (
        socket.create_server(("127.0.0.1", 0)) as tcp,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp,
    ):
        udp.bind(("127.0.0.1", 0))
        yield str(tcp.getsockname()[1]), str(udp.getsockname()[1])


async def fails(*arguments: str, environment: dict[str, str] | None = None) -> str:
    """What the command says when it refuses to start."""
    async with process([*COMMAND, *arguments], environment=environment) as running:
        async with asyncio.timeout(30):
            status = await running.inner.wait()
    assert status in {1, 2}, running.output
    assert "Traceback" not in running.output
    return " ".join(running.output.split())


async def greeted(running: Process) -> str:
    """What it printed by the time that it runs."""

    async def look() -> str:
        assert running.running, running.output
        return running.output

    return await until(look, lambda text: "Ctrl-C" in text, within=READY_WITHIN, what="greeting")


async def rooms(url: str) -> list[str]:
    """The rooms with a publisher whose media flows."""
    trusting = ssl.create_default_context()
    trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"{url}/api/v1/rooms", ssl=trusting) as response,
    ):
        listing = json.loads(await response.text())
    return [
        room["name"]
        for room in listing["rooms"]
        if any(participant["publishing"] for participant in room["participants"])
    ]


async def test_the_operators_token_is_told_once(state: tuple[str, str]) -> None:
    told = []
    for _ in range(2):
        async with process([*COMMAND, "serve", *ANYWHERE, *state]) as running:
            told.append("operator's token is" in await greeted(running))
    assert told == [True, False]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_a_signal_ends_it_in_order(state: tuple[str, str], number: signal.Signals) -> None:
    async with process([*COMMAND, "serve", *ANYWHERE, *state]) as running:
        await greeted(running)
        running.inner.send_signal(number)
        async with asyncio.timeout(10):
            assert await running.inner.wait() == 0


@pytest.mark.timeout(40)
async def test_the_demonstration_is_published_and_ends_with_the_relay(
    state: tuple[str, str],
) -> None:
    async with process([*COMMAND, "serve", "--demo", *ANYWHERE, *state]) as running:
        text = await greeted(running)
        found = re.search(r"(https://127\.0\.0\.1:\d+)/watch/demo", text)
        assert found, text
        url = found[1]
        await until(lambda: rooms(url), lambda r: r == ["demo"], within=20, what="room demo")
        (publisher,) = psutil.Process(running.inner.pid).children()
        assert await running.stop(within=10) == 0
        assert not publisher.is_running()
    assert "Traceback" not in running.output


async def test_it_says_where_it_listens(state: tuple[str, str]) -> None:
    async with process([*COMMAND, "serve", *ANYWHERE, "--plain-port", "0", *state]) as running:
        text = await greeted(running)
    assert re.search(r"open +https://127\.0\.0\.1:\d+", text)
    assert re.search(r"publish \(WHIP\) +https://127\.0\.0\.1:\d+/whip/ROOM", text)
    assert re.search(r"without TLS +http://127\.0\.0\.1:\d+", text)
    assert re.search(r"media +UDP and TCP port \d+", text)
    assert "The certificate is our own" in text


@pytest.mark.parametrize("option", ["--port", "--plain-port"])
async def test_a_taken_port_is_named(
    state: tuple[str, str], taken: tuple[str, str], option: str
) -> None:
    said = await fails("serve", *ANYWHERE, *state, option, taken[0])
    assert f"TCP port {taken[0]} of 127.0.0.1 is taken by" in said
    assert f"process {psutil.Process().pid}" in said
    assert f"choose another port with {option}" in said


async def test_a_media_port_that_is_taken_for_tcp_is_named(
    state: tuple[str, str], taken: tuple[str, str]
) -> None:
    said = await fails("serve", *ANYWHERE, *state, "--media-port", taken[0])
    assert f"TCP port {taken[0]} of 127.0.0.1 is taken by" in said
    assert "choose another port with --media-port" in said


async def test_a_taken_media_port_is_named(state: tuple[str, str], taken: tuple[str, str]) -> None:
    said = await fails("serve", *ANYWHERE, *state, "--media-port", taken[1])
    assert f"UDP port {taken[1]} of 127.0.0.1 is taken by" in said
    assert "choose another port with --media-port" in said


@pytest.mark.parametrize(
    ("arguments", "sentences"),
    [
        (["--certificate", "/nowhere/c.pem"], ["/nowhere/c.pem cannot be read", "--certificate"]),
        (["--host", "192.0.2.77"], ["192.0.2.77 is not an address of this machine", "--host"]),
        (["--host", "nobody.invalid"], ["'nobody.invalid' cannot be resolved", "--host"]),
        (["--state-dir", "/dev/null/state"], ["/dev/null/state cannot be used", "--state-dir"]),
        (["--config", "/nowhere/t.toml"], ["/nowhere/t.toml cannot be read", "Check the path"]),
        (["--port", "70000"], ["--port is '70000'", "65535"]),
        (["--port", "many"], ["--port is 'many'", "a whole number"]),
        (["--announce", "relay"], ["'relay' is not an IP address"]),
        (["--workers", "65"], ["--workers is '65'", "one for each processor"]),
        (["--workers", "all"], ["--workers is 'all'", "one for each processor"]),
        (["--tls", "on"], ["--tls is 'on'", "'auto' or 'off'"]),
        (["--quiet", "--debug"], ["--quiet and --debug exclude each other"]),
        (["--prt", "1"], ["--prt"]),
    ],
)
async def test_what_is_wrong_is_said_with_its_remedy(
    state: tuple[str, str], arguments: list[str], sentences: list[str]
) -> None:
    said = await fails("serve", *ANYWHERE, *state, *arguments)
    for sentence in sentences:
        assert sentence in said


async def test_an_unknown_variable_is_named() -> None:
    said = await fails("serve", *ANYWHERE, environment={"TRUNKLINE_PROT": "1"})
    assert "'TRUNKLINE_PROT'" in said
    assert "Did you mean 'TRUNKLINE_PORT'?" in said


async def test_the_version_is_told() -> None:
    async with process([*COMMAND, "--version"]) as running:
        assert await running.inner.wait() == 0
    assert re.fullmatch(r"trunkline \d+\.\d+\.\d+\S*", running.output)
