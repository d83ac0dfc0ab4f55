"""What real reverse proxies in front of a relay have in common; the guide has their settings."""

import re
import socket
import ssl
from pathlib import Path

from support.certificates import make
from support.process import Process
from support.waiting import until

GUIDE = Path(__file__).parents[2] / "docs/guide/proxy.md"


def documented(language: str) -> list[str]:
    """The configurations in a language that the guide gives."""
    text = GUIDE.read_text(encoding="utf-8")
    found = re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)
    assert found, f"the guide has no configuration in {language}"
    return found


def write_certificate(folder: Path) -> None:
    """Put the site's certificate where `placed` says."""
    certificate, key = make()
    (folder / "site.pem").write_bytes(certificate)
    (folder / "site.key").write_bytes(key)


def placed(text: str, folder: Path, relay_port: int) -> str:
    """A configuration of the guide with files and ports of the test."""
    return (
        text.replace("/etc/ssl/site.pem", f"{folder}/site.pem")
        .replace("/etc/ssl/site.key", f"{folder}/site.key")
        .replace("127.0.0.1:8080", f"127.0.0.1:{relay_port}")
    )


async def ready(running: Process, port: int, what: str) -> None:
    """Wait until a proxy answers."""

    async def answers() -> str:
        assert running.running, running.output
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError as error:
            return f"{error}\n{running.output}"
        return ""

    await until(answers, lambda trouble: not trouble, within=30, what=f"{what} is ready")


def trusting() -> ssl.SSLContext:
    """For clients that take any certificate."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context
