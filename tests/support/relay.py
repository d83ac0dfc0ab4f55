"""The relay as its users run it: a process started by the command."""

import asyncio
import itertools
import json
import os
import random
import socket
import ssl
import sys
import tempfile
import urllib.error
import urllib.request
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from support.network import Namespace, prefix
from support.process import Process, process
from support.waiting import until

READY_WITHIN = 30.0

# What it trusts is read from the disk for each one that verifies: tens of milliseconds, many times.
ANYBODY = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
ANYBODY.check_hostname = False
ANYBODY.verify_mode = ssl.CERT_NONE

PORTS = range(12_000, 32_000)
"""Below those that the kernel gives to who asks for any: nobody is given one before it is bound."""


@dataclass(frozen=True, slots=True)
class RunningRelay:
    """A relay that is ready."""

    url: str
    media_port: int
    process: Process
    place: Namespace | None
    state: Path
    """Its folder; the certificate is in there."""

    @property
    def address(self) -> str:
        """Where it can be reached, without a port."""
        return self.url.split("://")[1].rsplit(":", 1)[0]

    async def get(self, path: str) -> str:
        """The body of a path, asked for from where the relay runs."""
        status, body = await asyncio.to_thread(_fetch, self.url + path, self.place)
        assert status == 200, f"GET {path}: {status}: {body}"
        return body

    async def rooms(self) -> dict[str, Any]:
        """Name → room, as the API for pages tells it."""
        listing = json.loads(await self.get("/api/v1/rooms"))
        return {room["name"]: room for room in listing["rooms"]}

    async def metric(self, name: str) -> float:
        """A metric's value, added up over its labels."""
        lines = (await self.get("/metrics")).splitlines()
        values = [
            float(line.rsplit(" ", 1)[1])
            for line in lines
            if line.startswith((f"{name} ", f"{name}{{"))
        ]
        assert values, f"no metric {name}; there are:\n" + "\n".join(lines)
        return sum(values)


@asynccontextmanager
async def running_relay(
    *options: str,
    place: Namespace | None = None,
    address: str = "127.0.0.1",
    host: str | None = None,
    port: int | None = None,
    tls: bool = False,
    machine: str = "",
) -> AsyncIterator[RunningRelay]:
    """Start the command and wait till it is ready.

    Args:
        options: more options of `trunkline serve`.
        place: the namespace to run in.
        address: the one that it is called by.
        host: what it listens on; the same when not given.
        port: the HTTP port; any free one when not given.
        tls: whether to serve https, with a certificate of its own.
        machine: the host name that it finds; that of this machine when not given.
    """
    scheme = "https" if tls else "http"
    port = port or (8080 if place is not None else free_port())
    media_port = 8444 if place is not None else free_port()
    url = f"{scheme}://{bracketed(address)}:{port}"
    with tempfile.TemporaryDirectory(prefix="trunkline-relay-") as folder:
        command = [
            *prefix(place),
            *(_named(machine) if machine else ()),
            *(sys.executable, "-m", "trunkline", "serve", "--host", host or address),
            *("--port", str(port), "--media-port", str(media_port), "--state-dir", folder),
            *("--tls", "auto" if tls else "off", *options),
        ]
        async with process(command) as server:

            async def ready() -> str:
                assert server.running, f"the relay ended:\n{server.output}"
                try:
                    return str((await asyncio.to_thread(_fetch, f"{url}/readyz", place))[0])
                except OSError as error:
                    return f"{error}\n{server.output}"

            await until(ready, lambda seen: seen == "200", within=READY_WITHIN, what="relay ready")
            yield RunningRelay(url, media_port, server, place, Path(folder))


def _named(machine: str) -> tuple[str, ...]:
    """The command that runs another one where the machine has this name."""
    return ("unshare", "--uts", "sh", "-c", 'hostname "$0" && exec "$@"', machine)


def bracketed(address: str) -> str:
    """An address as URLs have it."""
    return f"[{address}]" if ":" in address else address


def _shuffled() -> Iterator[int]:
    """The ports of this process: of those that test beside each other, each has its own."""
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    own = PORTS[worker :: int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))]
    return itertools.cycle(random.SystemRandom().sample(own, len(own)))


_ports = _shuffled()


def free_port() -> int:
    """A port that is free for UDP and TCP at this moment, and is not given again for long."""
    for port in itertools.islice(_ports, 50):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp, socket.socket() as tcp:
            try:
                udp.bind(("127.0.0.1", port))
                tcp.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise RuntimeError("no port is free for both UDP and TCP")


def _fetch(url: str, place: Namespace | None) -> tuple[int, str]:
    """Status and body; in a namespace where one is given."""

    def ask() -> tuple[int, str]:
        try:
            with urllib.request.urlopen(url, timeout=5, context=ANYBODY) as response:
                return response.status, response.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode()

    return ask() if place is None else place.call(ask)
