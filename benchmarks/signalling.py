"""What a signalling server costs: CPU for each forwarded message, memory for each connection.

Without --url it starts ours; with --url and --pid it measures any server of the dialect, which is
asked for nothing but what its own clients ask for.
"""

import argparse
import contextlib
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil

from benchmarks.server import free_port

IDLE = 2_000
PAIRS = 50
SECONDS = 10.0


class Load:
    """The process that makes the load."""

    def __init__(self, dialect: str, url: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.signalling_load", dialect, url],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def say(self, words: str) -> None:
        assert self._process.stdin is not None
        print(words, file=self._process.stdin, flush=True)

    def hear(self) -> dict[str, int]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, "the load ended"
        told: dict[str, int] = json.loads(line)
        return told

    def end(self) -> None:
        self._process.kill()
        self._process.communicate()


def cpu(server: psutil.Process) -> float:
    """Seconds that a process has worked."""
    times = server.cpu_times()
    return float(times.user + times.system)


def measure(dialect: str, url: str, server: psutil.Process) -> dict[str, float]:
    """Both phases, each with a load of its own."""
    load = Load(dialect, url)
    try:
        # What is made once, for the first connection.
        load.say("connect 10")
        load.hear()
        memory, work = server.memory_info().rss, cpu(server)
        load.say(f"connect {IDLE}")
        load.hear()
        told: dict[str, float] = {
            "bytes_per_idle_connection": (server.memory_info().rss - memory) / IDLE,
            "us_per_connection": (cpu(server) - work) / IDLE * 1e6,
        }
    finally:
        load.end()
    time.sleep(1)
    load = Load(dialect, url)
    try:
        load.say(f"pairs {PAIRS} {SECONDS}")
        before, work = load.hear()["messages"], cpu(server)
        count = load.hear()["messages"] - before
        told["us_per_message"] = (cpu(server) - work) / count * 1e6
        told["messages_per_second"] = count / SECONDS
        told["arrived_of_all"] = load.hear()["arrived"]
    finally:
        load.end()
    return told


@contextlib.contextmanager
def ours(dialect: str, tls: bool) -> Iterator[tuple[str, psutil.Process]]:
    """Our server, by its command."""
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        host = ["--addr" if dialect == "gstreamer" else "--host", "127.0.0.1"]
        command = [sys.executable, "-m", "trunkline", "signal", dialect, *host]
        command += ["--port", str(port)]
        if tls:
            subprocess.run(
                [sys.executable, "-m", "trunkline", "certificate", "--directory", folder],
                check=True,
                stdout=subprocess.DEVNULL,
            )
        files = [str(Path(folder) / name) for name in ("cert.pem", "key.pem")]
        match dialect:
            case "gstreamer":
                command += ["--cert-path", folder] if tls else ["--disable-ssl"]
            case "webrtcsink":
                command += ["--cert", files[0], "--key", files[1]] if tls else []
            case _:
                command += ["--certificate", files[0], "--key", files[1]] if tls else []
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            server = psutil.Process(process.pid)
            while not any(each.laddr.port == port for each in server.net_connections("tcp")):
                time.sleep(0.1)
            yield f"{'wss' if tls else 'ws'}://127.0.0.1:{port}/", server
        finally:
            process.kill()
            process.wait()


def main() -> None:
    """Print a line of JSON for each case."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dialect", choices=["gstreamer", "webrtcsink", "flitter"])
    parser.add_argument("--url", help="of a server that runs: ws://127.0.0.1:8443/")
    parser.add_argument("--pid", type=int, help="of that server")
    given: Any = parser.parse_args()
    if given.url:
        told = measure(given.dialect, given.url, psutil.Process(given.pid))
        print(json.dumps({"url": given.url, **told}))
        return
    for dialect in [given.dialect] if given.dialect else ["gstreamer", "webrtcsink", "flitter"]:
        for tls in (False, True):
            with ours(dialect, tls) as (url, server):
                told = measure(dialect, url, server)
            print(json.dumps({"dialect": dialect, "tls": tls, **told}), flush=True)


if __name__ == "__main__":
    main()
