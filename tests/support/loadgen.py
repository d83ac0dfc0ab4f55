"""The load generator of `benchmarks/loadgen`: many sessions of str0m in one process."""

import asyncio
import functools
import json
import os
import subprocess
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]


@functools.cache
def path() -> str:
    """Where it is, built as the core is for tests."""
    # The make that runs these tests says how it was called; a make of ours is another one.
    environment = {name: value for name, value in os.environ.items() if name != "MAKEFLAGS"}
    done = subprocess.run(
        ("make", "--no-print-directory", "loadgen"),
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.split()[-1]


async def run(command: str, url: str, room: str, *options: str) -> dict[str, Any]:
    """Load one room to the end; its figures."""
    addresses = (f"--whip={url}/whip/{room}?name={{name}}", f"--whep={url}/whep/{room}/{{name}}")
    child = await asyncio.create_subprocess_exec(
        *(await asyncio.to_thread(path), command, *addresses, *options),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        said, errors = await child.communicate()
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()
    assert child.returncode == 0, errors.decode()
    figures: dict[str, Any] = json.loads(said)
    return figures
