"""A STUN and TURN server: coturn."""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from support.network import Namespace
from support.process import Process, process
from support.waiting import until


@asynccontextmanager
async def coturn(place: Namespace, address: str) -> AsyncIterator[Process]:
    """A server that knows ann."""
    program = shutil.which("turnserver")
    if program is None:
        pytest.skip("needs turnserver: apt-get install coturn")
    options = [
        "-n",
        "--no-cli",
        "--no-tls",
        "--no-dtls",
        "--lt-cred-mech",
        "--realm=test",
        "--user=ann:secret",
        f"--listening-ip={address}",
        f"--relay-ip={address}",
        "--log-file=stdout",
        "--pidfile=/dev/null",
    ]
    async with process([*place.inside, program, *options]) as server:

        async def listens() -> str:
            return place.run("ss", "-lnu")

        await until(listens, lambda it: f"{address}:3478" in it, within=15, what="coturn listens")
        yield server
