"""The demonstration: a test picture and a tone, published into a room by WHIP like any other.

The publisher is a process of its own: drawing takes time from the interpreter, which the relay
needs for its guests.
"""

import asyncio
import sys
from contextlib import suppress
from dataclasses import dataclass

from trunkline.errors import TrunklineError
from trunkline.net.supervise import supervise

ROOM = "demo"
NAME = "test-picture"
# Seconds that the publisher has to say goodbye (WHIP's DELETE) before it is killed.
_GOODBYE = 1.0
# Bytes of its last words that are kept.
_LAST_WORDS = 2000


@dataclass(frozen=True, slots=True)
class Demo:
    """Publishes to a WHIP endpoint, and again whenever that ends."""

    url: str
    """The endpoint, as "https://127.0.0.1:8443/whip/demo"; its certificate is not checked."""

    async def run(self) -> None:
        """Publish until cancelled."""
        await supervise("The demonstration", self._publish)

    async def _publish(self) -> None:
        # Its own session: Ctrl-C at the terminal is for us, who then end it in order.
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "trunkline.sources.demo_publisher",
            self.url,
            stdin=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            start_new_session=True,
        )
        try:
            words = await _last_words(process)
            raise TrunklineError(words or f"its process ended with {await process.wait()}")
        finally:
            await _end(process)


async def _last_words(process: asyncio.subprocess.Process) -> str:
    """What a process says at last; returns when it ends."""
    assert process.stderr is not None
    words = b""
    while chunk := await process.stderr.read(_LAST_WORDS):
        words = (words + chunk)[-_LAST_WORDS:]
    lines = words.decode(errors="replace").strip().splitlines()
    return lines[-1] if lines else ""


async def _end(process: asyncio.subprocess.Process) -> None:
    """Close its standard input, which tells it to stop; kill it when it does not."""
    assert process.stdin is not None
    process.stdin.close()
    try:
        with suppress(TimeoutError):
            async with asyncio.timeout(_GOODBYE):
                await process.wait()
    finally:
        if process.returncode is None:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()
