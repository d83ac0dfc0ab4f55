"""A real RTMP server: nginx with its module, fed with a film by FFmpeg."""

import asyncio
import os
import shutil
import threading
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import av
import pytest

from support.front import ready
from support.process import process
from support.relay import free_port

MODULE = Path("/usr/lib/nginx/modules/ngx_rtmp_module.so")

_SETTINGS = """
load_module {module};
daemon off;
master_process off;
pid {folder}/pid;
error_log stderr warn;
events {{ worker_connections 64; }}
rtmp {{ server {{ listen 127.0.0.1:{port}; application live {{ live on; }} }} }}
"""


@asynccontextmanager
async def rtmp_server(folder: Path, film: Path) -> AsyncIterator[str]:
    """Sends a film as fast as it lasts; gives its URL."""
    program = _program()
    port = free_port()
    settings = folder / "rtmp.conf"
    settings.write_text(_SETTINGS.format(module=MODULE, folder=folder, port=port))
    url = f"rtmp://127.0.0.1:{port}/live/film"
    async with process([program, "-p", str(folder), "-c", str(settings)]) as server:
        await ready(server, port, "nginx")
        stop = threading.Event()
        async with asyncio.TaskGroup() as group:
            group.create_task(asyncio.to_thread(_feed, film, url, stop))
            try:
                yield url
            finally:
                stop.set()


def _program() -> str:
    program = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
    if program is None or not MODULE.exists():
        pytest.skip("needs nginx with RTMP (tooling/test-tools.sh)")
    return program


def _feed(film: Path, url: str, stop: threading.Event) -> None:
    begin = time.monotonic()
    with av.open(str(film)) as source, av.open(url, "w", format="flv") as sink:
        streams = {one.index: sink.add_stream_from_template(one) for one in source.streams}
        for packet in source.demux():
            if packet.dts is None or packet.time_base is None:
                continue
            due = begin + float(packet.dts * packet.time_base)
            if stop.wait(max(0.0, due - time.monotonic())):
                return
            packet.stream = streams[packet.stream_index]
            sink.mux(packet)
