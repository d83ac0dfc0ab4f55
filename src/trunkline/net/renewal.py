"""The operator's certificate, taken up again whenever its files change."""

import asyncio
import logging
import os
import ssl
from collections.abc import Sequence
from pathlib import Path

from trunkline.config import Settings
from trunkline.errors import StartupError
from trunkline.net.certificate import server_context

log = logging.getLogger(__name__)

EVERY = 10.0
"""Seconds between two looks at the files."""

_Stamp = tuple[int, int, int] | None


class Renewal:
    """Keeps a context as new as the operator's files; make it before the context is made.

    Connections that are there keep what they have. Files that cannot be used change nothing: the
    log says why, and they are tried again when they change.
    """

    def __init__(self, settings: Settings, certificate: Path) -> None:
        self._settings = settings
        self._files = (certificate, settings.key or certificate)
        self._taken = _stamps(self._files)

    async def run(self, context: ssl.SSLContext, every: float = EVERY) -> None:
        """Look at the files again and again, until cancelled."""
        while True:
            await asyncio.sleep(every)
            now = await asyncio.to_thread(_stamps, self._files)
            if now != self._taken:
                self._taken = now
                await self._take_up(context)

    async def _take_up(self, context: ssl.SSLContext) -> None:
        try:
            # Judged apart, so that the files' faults do not reach what serves.
            await asyncio.to_thread(server_context, self._settings)
            context.load_cert_chain(*self._files)
        except (StartupError, OSError) as error:
            log.warning("The certificate stays as it was, since the new one is wrong: %s", error)
        else:
            log.info("The certificate %s is new: connections get it from now on", self._files[0])


def _stamps(files: Sequence[Path]) -> list[_Stamp]:
    return [_stamp(file) for file in files]


def _stamp(file: Path) -> _Stamp:
    """What differs when a file was written anew, or when a link leads to another one."""
    try:
        status = os.stat(file)
    except OSError:
        return None
    return status.st_ino, status.st_size, status.st_mtime_ns
