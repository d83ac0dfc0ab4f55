"""Whether the HTTP port can be reached, and whether a relay answers there."""

import asyncio
import datetime
import errno
import json
import ssl
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any

import aiohttp

from trunkline.client.doctor.finding import Finding, ok, warning, wrong
from trunkline.client.doctor.target import Target
from trunkline.net.interface import Address

CONNECT_TIME = 3.0
"""Seconds for a TCP connection."""

HTTP_TIME = 8.0
"""Seconds for an answer."""

BODY = 64 * 1024
"""Bytes of an answer that are read."""

SKEW = 60
"""Seconds by which two clocks may differ."""


def client() -> aiohttp.ClientSession:
    """For requests to a relay whose certificate is judged elsewhere."""
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(ssl=False, force_close=True),
        timeout=aiohttp.ClientTimeout(total=HTTP_TIME),
    )


@dataclass(frozen=True, slots=True)
class Reply:
    """An HTTP answer."""

    status: int
    headers: dict[str, str]
    """Names in lower case."""
    text: str

    @property
    def detail(self) -> str:
        """The sentence of a problem (RFC 9457), or what there is."""
        try:
            problem: Any = json.loads(self.text)
            return str(problem["detail"])
        except (ValueError, TypeError, KeyError):
            return " ".join(self.text.split())[:200] or f"status {self.status}"


async def ask(http: aiohttp.ClientSession, method: str, url: str, **more: Any) -> Reply:
    """Send a request; redirections are not followed.

    Raises:
        aiohttp.ClientError, TimeoutError: there is no answer.
    """
    async with http.request(method, url, allow_redirects=False, **more) as response:
        body = await response.content.read(BODY)
        headers = {name.lower(): value for name, value in response.headers.items()}
        return Reply(response.status, headers, body.decode(errors="replace"))


async def reach(target: Target, addresses: list[Address]) -> list[Finding]:
    """One finding per address: does its TCP port accept connections?"""
    errors = await asyncio.gather(*(_connect(address, target.port) for address in addresses))
    all_fail = all(error is not None for error in errors)
    findings = []
    for address, error in zip(addresses, errors, strict=True):
        place = f"TCP port {target.port} of {address}"
        if error is None:
            findings.append(ok("http port", f"{place} accepts connections."))
        else:
            sentence, remedy = _explain(error, place, target.port)
            findings.append((wrong if all_fail else warning)("http port", sentence, remedy))
    return findings


async def _connect(address: Address, port: int) -> OSError | None:
    try:
        async with asyncio.timeout(CONNECT_TIME):
            _, writer = await asyncio.open_connection(str(address), port)
    except OSError as error:
        return error
    writer.close()
    return None


def _explain(error: OSError, place: str, port: int) -> tuple[str, str]:
    match error:
        case ConnectionRefusedError():
            return (
                f"Nothing listens on {place}.",
                "Start the relay there, or give the port that it says at its start.",
            )
        case TimeoutError():
            return (
                f"{place} does not answer: a firewall drops what is sent there, "
                "or no machine has this address.",
                f"Let TCP port {port} through (sudo ufw allow {port}/tcp), forward it in the "
                "router, and check the address.",
            )
        case OSError(errno=errno.ENETUNREACH | errno.EHOSTUNREACH | errno.EADDRNOTAVAIL):
            return (
                f"There is no way from here to {place}: {error.strerror}.",
                "Check this machine's network, and whether it has IPv6 if this is such an address.",
            )
        case _:
            return f"{place} cannot be reached: {error.strerror or error}.", (
                "Check the network between this machine and the relay."
            )


async def identify(
    http: aiohttp.ClientSession, target: Target, now: datetime.datetime
) -> list[Finding]:
    """Whether it is a relay of ours, ready, and has the same time as this machine."""
    try:
        alive = await ask(http, "GET", f"{target.url}/healthz")
        ready = await ask(http, "GET", f"{target.url}/readyz")
    except (aiohttp.ClientError, TimeoutError, ssl.SSLError) as error:
        return [_mute(target, error)]
    findings = [_who(target, alive)]
    if alive.status == 200 and ready.status != 200:
        findings.append(
            wrong(
                "relay",
                f"The relay runs, but is not ready: {ready.detail}",
                "Look into its log; if it does not recover, restart it.",
            )
        )
    return [*findings, *_clock(alive.headers.get("date"), now)]


def _who(target: Target, alive: Reply) -> Finding:
    if alive.status == 200 and alive.text.strip() == "alive":
        return ok("relay", f"A relay answers at {target.url}.")
    if alive.status == 403:
        return wrong("access", f"The relay refuses this machine (403): {alive.detail}", OPEN)
    if alive.status in range(300, 400):
        return wrong(
            "relay",
            f"{target.url} sends clients elsewhere: {alive.headers.get('location', 'nowhere')}.",
            "Examine that address instead.",
        )
    server = alive.headers.get("server", "another program")
    return wrong(
        "relay",
        f"What answers at {target.url} is no trunkline relay (status {alive.status}, {server}).",
        "Check host and port; a proxy in front of the relay must pass every path on.",
    )


OPEN = "Ask from loopback or a private network, or start the relay with --open to serve everybody."
"""The remedy of 403."""


def _mute(target: Target, error: Exception) -> Finding:
    if target.is_tls:
        remedy = f"If the port is one without TLS, use http://…:{target.port}."
    else:
        remedy = f"If the port is one with TLS, use https://…:{target.port}."
    reason = "no answer in time" if isinstance(error, TimeoutError) else str(error)
    return wrong("relay", f"No HTTP answer comes from {target.url}: {reason}.", remedy)


def _clock(date: str | None, now: datetime.datetime) -> list[Finding]:
    try:
        theirs = parsedate_to_datetime(date or "")
        away = (theirs - now).total_seconds()
    except (TypeError, ValueError):
        return []
    if abs(away) <= SKEW:
        return [ok("clock", "The relay's clock and this machine's agree.")]
    direction = "ahead of" if away > 0 else "behind"
    return [
        warning(
            "clock",
            f"The relay's clock is {abs(away):.0f} s {direction} this machine's.",
            "Set both by NTP (timedatectl set-ntp true): certificates are judged by them.",
        )
    ]
