"""A relay whose certificate is renewed while it runs."""

import ssl
from pathlib import Path

import aiohttp
import pytest

from support.certificates import make
from support.site import running
from support.waiting import until
from trunkline.net.renewal import EVERY


@pytest.mark.timeout(60)
async def test_new_connections_get_it_and_old_ones_go_on(tmp_path: Path) -> None:
    first, second = make(), make(serial=2)
    file = tmp_path / "relay.pem"
    file.write_bytes(first[0] + first[1])
    trusts_second = ssl.create_default_context(cadata=second[0].decode())
    trusts_second.check_hostname = False
    async with (
        running(tmp_path, tls="auto", certificate=file) as site,
        site.http.get("/api/v1/rooms") as kept,
        aiohttp.ClientSession(
            site.relay.url, connector=aiohttp.TCPConnector(ssl=trusts_second)
        ) as later,
    ):
        assert kept.status == 200
        file.write_bytes(second[0] + second[1])

        async def trusted() -> int:
            try:
                async with later.get("/healthz") as response:
                    return response.status
            except aiohttp.ClientConnectorCertificateError:
                return 0

        await until(trusted, lambda status: status == 200, within=3 * EVERY, what="the new one")
        # From the same pool of connections, opened when the first one was served.
        assert (await site.http.get("/healthz")).status == 200
