"""GStreamer, whose Python bindings belong to the system's own Python."""

import subprocess
from functools import cache

import pytest

PYTHON = "/usr/bin/python3"


@cache
def lacking(*elements: str, library: str = "GstWebRTC") -> str:
    """What is missing for programs with a library and these elements, if anything."""
    script = (
        f"import gi; gi.require_version('Gst', '1.0'); gi.require_version({library!r}, '1.0')\n"
        f"from gi.repository import Gst, {library}; Gst.init(None)\n"
        f"print(*[name for name in {elements!r} if not Gst.ElementFactory.find(name)])"
    )
    try:
        done = subprocess.run(
            [PYTHON, "-c", script], capture_output=True, text=True, timeout=30, check=False
        )
    except OSError as error:
        return str(error)
    return done.stderr.strip() or done.stdout.strip()


def need(*elements: str) -> None:
    """Skip the test where GStreamer or one of these is missing."""
    if missing := lacking(*elements):
        pytest.skip(f"needs GStreamer for the system's Python (tooling/test-tools.sh): {missing}")
