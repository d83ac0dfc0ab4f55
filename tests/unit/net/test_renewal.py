import asyncio
import os
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from support.certificates import make, shake
from support.waiting import until
from trunkline.config import Settings
from trunkline.net.certificate import server_context
from trunkline.net.renewal import Renewal


@dataclass
class Served:
    """A context that is kept new, and its files."""

    context: ssl.SSLContext
    folder: Path

    def put(self, certificate: bytes, key: bytes) -> None:
        """Replace both as programs that renew certificates do: written apart, then moved."""
        for name, text in (("k.pem", key), ("c.pem", certificate)):
            (self.folder / "new").write_bytes(text)
            os.replace(self.folder / "new", self.folder / name)

    async def presents(self, certificate: bytes) -> None:
        """Wait till new connections get it."""
        trusting = ssl.create_default_context(cadata=certificate.decode())

        async def trusted() -> bool:
            try:
                shake(self.context, trusting, "relay.example")
            except ssl.SSLError:
                return False
            return True

        await until(trusted, bool, within=10, what="the certificate is presented")


@asynccontextmanager
async def serving(folder: Path, certificate: bytes, key: bytes) -> AsyncIterator[Served]:
    (folder / "c.pem").write_bytes(certificate)
    (folder / "k.pem").write_bytes(key)
    settings = Settings(certificate=folder / "c.pem", key=folder / "k.pem")
    renewal = Renewal(settings, folder / "c.pem")
    context = server_context(settings)
    async with asyncio.TaskGroup() as group:
        follower = group.create_task(renewal.run(context, every=0.01))
        yield Served(context, folder)
        follower.cancel()


async def warned(caplog: pytest.LogCaptureFixture, text: str) -> None:
    async def look() -> str:
        return caplog.text

    await until(look, lambda seen: text in seen, within=10, what="the log says so")


async def test_a_renewed_certificate_is_taken_up(tmp_path: Path) -> None:
    async with serving(tmp_path, *make()) as served:
        for serial in (2, 3):
            certificate, key = make(serial=serial)
            served.put(certificate, key)
            await served.presents(certificate)


@pytest.mark.parametrize(
    ("certificate", "key", "cause"),
    [
        (b"", make()[1], "holds no certificate"),
        (*make(begin=-9, end=-2), "expired on"),
        (make()[0], make()[1], "does not belong"),
        (make()[0], b"", "holds no private key"),
    ],
    ids=["cut-off", "expired", "of-another-key", "without-key"],
)
async def test_a_wrong_one_is_named_and_changes_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, certificate: bytes, key: bytes, cause: str
) -> None:
    first, first_key = make()
    async with serving(tmp_path, first, first_key) as served:
        served.put(certificate, key)
        await warned(caplog, cause)
        await served.presents(first)
        right, right_key = make(serial=2)
        served.put(right, right_key)
        await served.presents(right)


async def test_files_that_are_gone_are_waited_for(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    first, key = make()
    async with serving(tmp_path, first, key) as served:
        (tmp_path / "c.pem").unlink()
        await warned(caplog, "cannot be read")
        await served.presents(first)
        assert caplog.text.count("cannot be read") == 1
        second, second_key = make(serial=2)
        served.put(second, second_key)
        await served.presents(second)
