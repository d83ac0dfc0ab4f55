"""A real traefik with TLS in front of a relay, as docs/guide/proxy.md has it."""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest

from support.front import documented, placed, trusting, write_certificate
from support.process import Process, process
from support.relay import free_port
from support.waiting import until


@asynccontextmanager
async def traefik(folder: Path, relay_port: int, rules: str = "") -> AsyncIterator[str]:
    """Run traefik in front of a relay; the address of the site.

    Args:
        folder: for its files.
        relay_port: of HTTP, on 127.0.0.1.
        rules: what its file provider has; what the guide gives if there is none.
    """
    program = shutil.which("traefik")
    if program is None:
        pytest.skip("needs traefik in the path: no package of it can be had where tests run")
    write_certificate(folder)
    port = free_port()
    start, live = documented("yaml")
    static, dynamic = folder / "traefik.yml", folder / "live.yml"
    static.write_text(
        start.replace('":443"', f'"127.0.0.1:{port}"').replace(
            "/etc/traefik/live.yml", str(dynamic)
        )
    )
    dynamic.write_text(
        placed(rules or live, folder, relay_port).replace("site.example", "127.0.0.1")
    )
    async with process([program, f"--configFile={static}"]) as running:
        site = f"https://127.0.0.1:{port}"
        await _ready(running, f"{site}/readyz" if rules else f"{site}/live/readyz")
        yield site


async def _ready(running: Process, url: str) -> None:
    """Wait until it leads to the relay: it listens before it knows where to."""
    connector = aiohttp.TCPConnector(ssl=trusting())
    async with aiohttp.ClientSession(connector=connector) as http:

        async def answer() -> str:
            assert running.running, running.output
            try:
                async with http.get(url) as response:
                    return str(response.status)
            except aiohttp.ClientConnectionError as error:
                return f"{error}\n{running.output}"

        await until(answer, lambda said: said == "200", within=60, what="traefik is ready")
