"""A certificate as clients judge it, shown by a server on loopback."""

import asyncio
import datetime
from ipaddress import ip_address
from pathlib import Path

import pytest

from trunkline.client.doctor import tls
from trunkline.client.doctor.finding import Finding, Grade
from trunkline.client.doctor.target import Target
from trunkline.config import Settings
from trunkline.net.certificate import server_context, shown_fingerprint
from trunkline.net.listener import listen

NOW = datetime.datetime.now(datetime.UTC)
DAY = datetime.timedelta(days=1)


async def judged(folder: Path, host: str, now: datetime.datetime) -> list[Finding]:
    """What is said of our own certificate, made now for relay.example and 127.0.0.1."""
    names = ["relay.example", "127.0.0.1"]
    context = server_context(Settings(state_dir=folder), names, NOW)
    (made,) = listen("127.0.0.1", 0)
    server = await asyncio.start_server(lambda _, writer: writer.close(), sock=made, ssl=context)
    async with server:
        target = Target("https", host, server.sockets[0].getsockname()[1])
        return await tls.inspect(target, ip_address("127.0.0.1"), now)


async def test_our_own_is_a_warning(tmp_path: Path) -> None:
    finding, mark = await judged(tmp_path, "127.0.0.1", NOW)
    assert finding.grade is Grade.WARNING
    assert "relay's own" in finding.sentence
    assert mark.grade is Grade.OK
    assert shown_fingerprint(Settings(state_dir=tmp_path)) in mark.sentence


async def test_another_name_is_said(tmp_path: Path) -> None:
    finding, *_ = await judged(tmp_path, "other.example", NOW)
    assert "valid for relay.example, 127.0.0.1, not for other.example" in finding.sentence


@pytest.mark.parametrize(
    ("away", "words", "grade"),
    [
        (900 * DAY, "expired on", Grade.WRONG),
        (795 * DAY, "expires on", Grade.WARNING),
        (-30 * DAY, "valid only from", Grade.WRONG),
    ],
)
async def test_time_is_judged(
    tmp_path: Path, away: datetime.timedelta, words: str, grade: Grade
) -> None:
    finding, *_ = await judged(tmp_path, "relay.example", NOW + away)
    assert words in finding.sentence
    assert finding.grade is grade


@pytest.mark.parametrize(
    ("host", "name", "fits"),
    [
        ("relay.example", "RELAY.example", True),
        ("a.example", "*.example", True),
        ("b.a.example", "*.example", False),
        ("example", "*.example", False),
        ("0:0::1", "::1", True),
        ("127.0.0.1", "*.0.0.1", False),
    ],
)
def test_names_are_compared_as_clients_do(host: str, name: str, fits: bool) -> None:
    assert tls._matches(host, name) is fits
