"""The server under test: our own relay, started afresh, or one that runs already."""

import contextlib
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass

from benchmarks.generator import ROOT, BenchmarkError

PATIENCE = 20.0
"""Seconds that the relay may need to start, and to stop."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """Where sessions are opened, and which processes are watched."""

    whip: str
    whep: str
    pids: tuple[int, ...]

    def arguments(self, room: str) -> list[str]:
        """As the load generator takes it, for one room."""
        return [
            f"--whip={self.whip.replace('{room}', room)}",
            f"--whep={self.whep.replace('{room}', room)}",
            *(f"--pid={pid}" for pid in self.pids),
        ]


@contextlib.contextmanager
def relay(workers: int) -> Iterator[Server]:
    """Start a relay of our own on loopback, without TLS, and end it."""
    port = free_port()
    base = f"http://127.0.0.1:{port}"
    with tempfile.TemporaryDirectory() as state:
        options = (
            "--host=127.0.0.1",
            f"--port={port}",
            "--tls=off",
            "--media-port=0",
            f"--workers={workers}",
            f"--state-dir={state}",
            "--quiet",
        )
        command = (sys.executable, "-m", "trunkline", "serve", *options)
        # What is wrong it says on standard error.
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL) as process:
            try:
                await_ready(process, f"{base}/readyz")
                yield Server(
                    whip=f"{base}/whip/{{room}}?name={{name}}",
                    whep=f"{base}/whep/{{room}}/{{name}}",
                    pids=(process.pid,),
                )
            finally:
                stop(process)


def free_port() -> int:
    """A TCP port that nobody has at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def await_ready(process: subprocess.Popen[bytes], url: str) -> None:
    """Wait until the relay says that it is ready."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise BenchmarkError("the relay ended at once (see above)")
        # Nobody listens yet, or not everything is up yet.
        with contextlib.suppress(OSError), urllib.request.urlopen(url, timeout=1):
            return
        time.sleep(0.05)
    raise BenchmarkError(f"{url} does not answer after {PATIENCE:.0f} s")


def stop(process: subprocess.Popen[bytes]) -> None:
    """End it as Ctrl-C would, and by force when that does not help."""
    process.terminate()
    try:
        process.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
