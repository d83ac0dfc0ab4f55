"""What a relay that nobody uses yet has loaded: its memory is a figure that is published."""

import asyncio
import sys
from pathlib import Path

import pytest

from support.process import process
from support.waiting import until
from trunkline.config import Settings
from trunkline.net.certificate import server_context

pytestmark = pytest.mark.timeout(60)

LIBRARIES = {
    "av",
    "cryptography",
    "google",
    "numpy",
    "prometheus_client",
    "pydantic",
    "pydantic_core",
    "rich",
    "zeroconf",
}
OURS = {
    "trunkline.bridge",
    "trunkline.cli.camera",
    "trunkline.cli.client",
    "trunkline.cli.doctor",
    "trunkline.cli.publish",
    "trunkline.cli.signal",
    "trunkline.cli.trunk",
    "trunkline.cli.watch",
    "trunkline.client.trunk.dialler",
    "trunkline.frames",
    "trunkline.listing.settings",
    "trunkline.net.mdns",
    "trunkline.net.x509",
    "trunkline.protocol.flitter.server",
    "trunkline.protocol.gstreamer.server",
    "trunkline.protocol.room",
    "trunkline.protocol.sfu_pb2",
    "trunkline.protocol.webrtcsink.server",
    "trunkline.snapshot",
    "trunkline.sources.camera",
    "trunkline.studio",
    "trunkline.web.api.shape",
}


async def test_an_idle_relay_loads_what_it_needs_alone(tmp_path: Path) -> None:
    heard = tmp_path / "imports"
    command = [
        *("sh", "-c", 'exec "$@" 2>"$0"', str(heard)),
        *(sys.executable, "-X", "importtime", "-m", "trunkline", "serve"),
        *("--host", "127.0.0.1", "--port", "0", "--media-port", "0", "--state-dir", str(tmp_path)),
    ]
    # At its first start it makes a certificate.
    await asyncio.to_thread(server_context, Settings(host="127.0.0.1", state_dir=tmp_path))
    async with process(command) as server:

        async def said() -> str:
            return server.output

        await until(said, lambda text: "Ctrl-C" in text, within=40, what="relay ready")
        assert await server.stop(10) == 0
    # A line: time of its own, time with what it imports, a module.
    loaded = {line.rpartition("|")[2].strip() for line in heard.read_text().splitlines()}
    assert {"aiohttp", "trunkline.app"} <= loaded
    assert loaded & (LIBRARIES | OURS) == set()
