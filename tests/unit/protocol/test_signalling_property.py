"""Whatever arrives is a request, nothing, or a ProtocolError."""

import contextlib
import json
from collections.abc import Callable
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import given

from trunkline.errors import ProtocolError
from trunkline.protocol.flitter.client import Client as FlitterClient
from trunkline.protocol.flitter.server import Server as FlitterServer
from trunkline.protocol.gstreamer.client import Client as GStreamerClient
from trunkline.protocol.gstreamer.server import Server as GStreamerServer
from trunkline.protocol.webrtcsink.client import Client as WebrtcsinkClient
from trunkline.protocol.webrtcsink.server import Server as WebrtcsinkServer

WORDS = ["HELLO", "SESSION", "CALL", "ROOM", "ROOM_PEER_MSG", "ROOM_PEER_LIST", "ROOM_OK", "ERROR"]
TYPES = [
    *("setPeerStatus", "startSession", "endSession", "endSessionV1_1", "peer", "list", "join"),
    *("listConsumers", "setProtocolVersion", "welcome", "peerStatusChanged", "sessionStarted"),
    *("members", "error", "call"),
]
KEYS = [
    *("peerId", "sessionId", "roles", "meta", "offer", "error", "sdp", "ice", "version", "details"),
    *("producers", "consumers", "id", "room", "to", "from", "members"),
]
SPOKEN = st.builds(
    " ".join, st.lists(st.one_of(st.sampled_from(WORDS), st.text(max_size=4)), max_size=4)
)
VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=4)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=2),
        st.dictionaries(st.sampled_from(["id", "type", "sdp", "candidate"]), inner, max_size=3),
    ),
    max_leaves=5,
)
OBJECTS = st.builds(
    lambda kind, fields: json.dumps({"type": kind, **fields}),
    st.sampled_from(TYPES),
    st.dictionaries(st.sampled_from(KEYS), VALUES, max_size=5),
)
FRAMES = st.lists(st.one_of(SPOKEN, OBJECTS, st.text(), st.binary()), max_size=6)


@pytest.mark.parametrize("half", [GStreamerServer, WebrtcsinkServer, FlitterServer])
@given(frames=FRAMES)
def test_a_server_understands_or_says_that_it_does_not(
    half: Callable[[], Any], frames: list[str | bytes]
) -> None:
    server = half()
    for frame in frames:
        with contextlib.suppress(ProtocolError):
            server.receive(frame)


@pytest.mark.parametrize("half", [GStreamerClient, WebrtcsinkClient, FlitterClient])
@given(frames=FRAMES)
def test_a_client_understands_or_says_that_it_does_not(
    half: Callable[[], Any], frames: list[str | bytes]
) -> None:
    client = half()
    for frame in frames:
        with contextlib.suppress(ProtocolError):
            client.read(frame)
