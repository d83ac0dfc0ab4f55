"""RTSP servers that are not ours."""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from support.gstreamer import PYTHON, lacking
from support.process import process
from support.waiting import until

SERVER = Path(__file__).parents[1] / "peers" / "gstreamer_rtsp_server.py"
PAYLOADERS = {
    "h264": "h264parse ! rtph264pay config-interval=0",
    "h265": "h265parse ! rtph265pay config-interval=0",
    "mjpeg": "jpegparse ! rtpjpegpay",
    "mpeg4": "mpeg4videoparse ! rtpmp4vpay",
    "vp8": "rtpvp8pay",
    "vp9": "vp9parse ! rtpvp9pay",
    "opus": "opusparse ! rtpopuspay",
    "l16": "rtpL16pay",
    "aac": "aacparse ! rtpmp4gpay",
    "alaw": "rtppcmapay",
    "mulaw": "rtppcmupay",
}


ELEMENTS = ("matroskademux", "h264parse", "rtph264pay", "rtpmp4gpay", "rtph265pay", "rtpjpegpay")


def need_server() -> None:
    """Skip the test where GStreamer's RTSP server is missing."""
    if missing := lacking(*ELEMENTS, library="GstRtspServer"):
        pytest.skip(f"needs GStreamer's RTSP server (tooling/test-tools.sh): {missing}")


def launch(file: Path, *codecs: str) -> str:
    """What serves a file with these streams, from its beginning for each client."""
    demuxer = "qtdemux" if file.suffix == ".mov" else "matroskademux"
    parts = [f"filesrc location={file} ! {demuxer} name=d"]
    for number, codec in enumerate(codecs):
        parts.append(f"d. ! queue ! {PAYLOADERS[codec]} name=pay{number} pt={96 + number}")
    return " ".join(parts)


@asynccontextmanager
async def rtsp_server(
    mounts: Mapping[str, str], login: str = "", certificate: Path | None = None
) -> AsyncIterator[str]:
    """GStreamer's server; gives "127.0.0.1:port".

    With a file of a certificate and its key, and a login, it speaks TLS.
    """
    more = [str(certificate)] if certificate else []
    async with process([PYTHON, str(SERVER), json.dumps(mounts), login, *more]) as server:

        async def port() -> str:
            assert server.running, server.output
            return server.lines[0] if server.lines else ""

        number = await until(port, str.isdigit, within=20, what="the port of the RTSP server")
        yield f"127.0.0.1:{number}"
