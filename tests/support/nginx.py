"""A real nginx with TLS in front of a relay, as docs/guide/proxy.md has it."""

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from support.front import documented, placed, ready, write_certificate
from support.process import process
from support.relay import free_port

_AROUND = """
daemon off;
master_process off;
pid {folder}/pid;
error_log stderr warn;
events {{ worker_connections 256; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    {block}
}}
"""


@asynccontextmanager
async def nginx(folder: Path, relay_port: int, block: str = "") -> AsyncIterator[str]:
    """Run nginx in front of a relay; the address of the site.

    Args:
        folder: for its files.
        relay_port: of HTTP, on 127.0.0.1.
        block: its configuration; what the guide gives if there is none.
    """
    program = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
    if program is None:
        pytest.skip("needs nginx: apt-get install nginx-light")
    write_certificate(folder)
    port = free_port()
    block = (
        placed(block or documented("nginx")[0], folder, relay_port)
        .replace("listen 443 ssl", f"listen 127.0.0.1:{port} ssl")
        .replace("listen [::]:443 ssl;", "")
    )
    file = folder / "nginx.conf"
    file.write_text(_AROUND.format(folder=folder, block=block))
    async with process([program, "-p", str(folder), "-c", str(file)]) as running:
        await ready(running, port, "nginx")
        yield f"https://127.0.0.1:{port}"
