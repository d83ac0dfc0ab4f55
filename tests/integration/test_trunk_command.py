"""`trunkline trunk`, with relays as their operators run them."""

import asyncio
import json
import re
import shlex
import signal
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from support.relay import RunningRelay, running_relay
from support.waiting import until
from trunkline.cli.main import application

WITHIN = 60.0
pytestmark = pytest.mark.timeout(240)


async def trunk(state: Path, *arguments: str, status: int = 0) -> str:
    """What the command says of the relay of a state folder."""
    command = ["trunk", *arguments, "--state-dir", str(state)]
    # Its loop is one of its own, in a thread: a process would take ten times as long to begin.
    result = await asyncio.to_thread(CliRunner().invoke, application, command)
    assert result.exit_code == status, result.output
    wrong = str(result.exception) if status else ""
    return " ".join(f"{result.output} {wrong}".split())


async def trunks(relay: RunningRelay) -> list[dict[str, Any]]:
    listing = json.loads(await relay.get("/api/v1/trunks"))
    return list(listing["trunks"])


async def standing(relay: RunningRelay, state: str, words: str = "") -> None:
    """Wait for the one trunk of a relay to be in a state."""

    async def look() -> list[tuple[str, str]]:
        return [(one["state"], one["error"] or "") for one in await trunks(relay)]

    def good(seen: list[tuple[str, str]]) -> bool:
        return [(name, words in error) for name, error in seen] == [(state, True)]

    await until(look, good, within=WITHIN, what=f"a trunk that is {state}")


async def logs(relay: RunningRelay, words: str) -> None:
    """Wait for words in a relay's log."""

    async def look() -> str:
        return relay.process.output

    await until(look, lambda text: words in text, within=WITHIN, what=words)


async def test_a_trunk_to_a_relay_with_a_certificate_of_its_own() -> None:
    async with running_relay(tls=True) as cloud, running_relay() as home:
        assert "There are no trunks" in await trunk(home.state, "list")
        said = await trunk(home.state, "add", cloud.url, "--room", "studio", "--max-kbps", "500")
        assert "refused" in said
        assert "not trusted" in said
        shown = re.search(r"SHA-256 ([0-9A-F:]{95})", cloud.process.output)
        assert shown is not None, cloud.process.output
        remedy = re.search(r"trunkline trunk (add .*)$", said)
        assert remedy is not None, said
        assert remedy[1].endswith(shown[1])
        assert re.search(
            r" up .*by fingerprint rooms: studio kbit/s: 500",
            await trunk(home.state, *shlex.split(remedy[1])),
        )
        assert len(await trunks(home)) == 1, "the second time changed the first"
        assert "by fingerprint" in await trunk(home.state, "list")
        assert "dialled by" in await trunk(cloud.state, "list")
        loud = await trunk(home.state, "add", cloud.url, "--insecure")
        assert "INSECURE: any certificate is taken" in loud
        assert await trunk(home.state, "remove", cloud.url) == "Removed."
        assert await trunks(home) == []
        assert "There is no trunk" in await trunk(home.state, "remove", cloud.url, status=1)
        wrong = await trunk(home.state, "add", "https://me:sesame@x", status=1)
        assert "no user and password" in wrong
        assert "sesame" not in wrong


async def test_without_a_relay_the_store_is_changed(tmp_path: Path) -> None:
    given = ("relay.example", "--secret", "sesame-sesame", "--room", "studio", "--no-receive")
    assert "No relay runs with the state folder" in await trunk(
        tmp_path, "add", *given, "--max-kbps", "500"
    )
    listed = await trunk(tmp_path, "list")
    assert "stored relay.example rooms: studio receive: no kbit/s: 500" in listed
    assert "sesame" not in listed
    assert json.loads((tmp_path / "trunks.json").read_text()).popitem()[1] == {
        "url": "relay.example",
        "secret": "sesame-sesame",
        "rooms": ["studio"],
        "receive": False,
        "max_kbps": 500,
    }
    assert await trunk(tmp_path, "remove", "relay.example") == "Removed."
    assert "relay.example" not in await trunk(tmp_path, "list")


async def test_a_relay_that_is_stopped_or_killed_is_missed_and_found_again() -> None:
    async with running_relay("--relay-name", "home") as home:
        port = 0
        async with running_relay("--relay-name", "cloud") as cloud:
            port = int(cloud.url.rsplit(":", 1)[1])
            assert " up " in await trunk(home.state, "add", cloud.url)
            cloud.process.inner.send_signal(signal.SIGSTOP)
            await logs(home, "Nothing was heard of the other relay for 1.5 s.")
            cloud.process.inner.send_signal(signal.SIGCONT)
            await standing(home, "up")
            await standing(cloud, "up")
            home.process.inner.send_signal(signal.SIGSTOP)

            async def look() -> list[dict[str, Any]]:
                return await trunks(cloud)

            await until(look, lambda seen: not seen, within=WITHIN, what="home to be missed")
            home.process.inner.send_signal(signal.SIGCONT)
            await standing(cloud, "up")
            await cloud.process.kill()
            await standing(home, "waiting", "Connection refused")
            assert "No relay runs with the state folder" in await trunk(cloud.state, "list")
        async with running_relay("--relay-name", "cloud", port=port):
            await standing(home, "up")
