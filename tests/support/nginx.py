"""A real nginx with TLS in front of a relay, as docs/guide/proxy.md has it."""

import os
import re
import shutil
import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from support.certificates import make
from support.process import Process, process
from support.relay import free_port
from support.waiting import until

GUIDE = Path(__file__).parents[2] / "docs/guide/proxy.md"

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


def documented() -> str:
    """The configuration that the guide gives."""
    found = re.search(r"```nginx\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
    assert found, "the guide has no configuration of nginx"
    return found[1]


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
    certificate, key = make()
    (folder / "site.pem").write_bytes(certificate)
    (folder / "site.key").write_bytes(key)
    port = free_port()
    block = (
        (block or documented())
        .replace("listen 443 ssl", f"listen 127.0.0.1:{port} ssl")
        .replace("listen [::]:443 ssl;", "")
        .replace("/etc/ssl/site.pem", f"{folder}/site.pem")
        .replace("/etc/ssl/site.key", f"{folder}/site.key")
        .replace("127.0.0.1:8080", f"127.0.0.1:{relay_port}")
    )
    file = folder / "nginx.conf"
    file.write_text(_AROUND.format(folder=folder, block=block))
    async with process([program, "-p", str(folder), "-c", str(file)]) as running:
        await ready(running, port)
        yield f"https://127.0.0.1:{port}"


async def ready(running: Process, port: int) -> None:
    """Wait till it listens."""

    async def answers() -> str:
        assert running.running, running.output
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError as error:
            return f"{error}\n{running.output}"
        return ""

    await until(answers, lambda trouble: not trouble, within=10, what="nginx is ready")


def trusting() -> ssl.SSLContext:
    """For clients that take any certificate."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context
