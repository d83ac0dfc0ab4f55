"""A peer of GStreamer's simple signalling with webrtcbin, for the system's Python.

Arguments: URL UID [--call UID [--ask] | --room ROOM]. It sends a test picture to everybody that it
is connected with, and says on standard output how many frames of each it has decoded. With --ask it
wants the offer of the one that it calls.
"""

import argparse
import base64
import json
import os
import socket
import struct
import sys
import threading
from typing import Any
from urllib.parse import urlsplit

import gi  # type: ignore[import-not-found, unused-ignore] # of the system's Python

gi.require_version("Gst", "1.0")
gi.require_version("GstWebRTC", "1.0")
gi.require_version("GstSdp", "1.0")
from gi.repository import (  # type: ignore[import-not-found, unused-ignore] # noqa: E402
    GLib,
    Gst,
    GstSdp,
    GstWebRTC,
)

PIPELINE = (
    "webrtcbin name=webrtc bundle-policy=max-bundle "
    "videotestsrc is-live=true pattern=ball ! video/x-raw,width=160,height=120,framerate=10/1 "
    "! videoconvert ! queue ! vp8enc deadline=1 keyframe-max-dist=10 ! rtpvp8pay "
    "! application/x-rtp,media=video,encoding-name=VP8,payload=96 ! webrtc."
)


SETTLED = 300
"""Milliseconds."""


def tell(line: str) -> None:
    """Say something to the test."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


class Socket:
    """A WebSocket of texts."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._socket = socket.create_connection((parts.hostname, parts.port), timeout=20)
        key = base64.b64encode(os.urandom(16)).decode()
        self._socket.sendall(
            f"GET {parts.path or '/'} HTTP/1.1\r\nHost: {parts.netloc}\r\nUpgrade: websocket\r\n"
            "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            f"Sec-WebSocket-Key: {key}\r\n\r\n".encode()
        )
        self._socket.settimeout(None)
        self._file = self._socket.makefile("rb")
        assert b" 101 " in self._file.readline()
        while self._file.readline() != b"\r\n":
            pass

    def send(self, text: str, opcode: int = 0x1) -> None:
        data = text.encode()
        size = len(data)
        head = struct.pack("!BB", 0x80 | opcode, 0x80 | min(size, 126))
        if size >= 126:
            head = struct.pack("!BBH", 0x80 | opcode, 0xFE, size)
        self._socket.sendall(head + bytes(4) + data)

    def receive(self) -> "str | None":
        """The next text; None when the server closes."""
        while True:
            head = self._file.read(2)
            if len(head) < 2 or head[0] & 0x0F == 0x8:
                return None
            size = head[1]
            if size == 126:
                (size,) = struct.unpack("!H", self._file.read(2))
            data = self._file.read(size).decode()
            if head[0] & 0x0F == 0x1:
                return data
            if head[0] & 0x0F == 0x9:
                self.send(data, 0xA)


class Connection:
    """Media with one other peer."""

    def __init__(self, peer: "Peer", other: str, *, offers: bool) -> None:
        self._peer = peer
        self._other = other
        self._frames = 0
        self._pipeline = Gst.parse_launch(PIPELINE)
        self._webrtc = self._pipeline.get_by_name("webrtc")
        self._webrtc.connect("on-ice-candidate", self._candidate)
        self._webrtc.connect("pad-added", self._received)
        if offers:
            # Once what is sent is known: before, the offer would be empty. It is told only once.
            self._webrtc.connect("on-negotiation-needed", self._negotiate)
        self._pipeline.set_state(Gst.State.PLAYING)

    def _negotiate(self, _: Any) -> None:
        # webrtcbin now and then gathers no candidates for an offer while its pipeline starts.
        GLib.timeout_add(SETTLED, self._create, "offer")

    def heard(self, message: "dict[str, Any]") -> None:
        if "ice" in message:
            ice = message["ice"]
            self._webrtc.emit("add-ice-candidate", ice["sdpMLineIndex"], ice["candidate"])
            return
        _, text = GstSdp.SDPMessage.new_from_text(message["sdp"]["sdp"])
        is_offer = message["sdp"]["type"] == "offer"
        kinds = GstWebRTC.WebRTCSDPType
        kind = kinds.OFFER if is_offer else kinds.ANSWER
        description = GstWebRTC.WebRTCSessionDescription.new(kind, text)

        def described(_: Any) -> None:
            if is_offer:
                self._create("answer")

        done = Gst.Promise.new_with_change_func(described)
        self._webrtc.emit("set-remote-description", description, done)

    def end(self) -> None:
        self._pipeline.set_state(Gst.State.NULL)

    def _create(self, kind: str) -> None:
        def created(promise: Any) -> None:
            # The description is part of the reply, which must be there for as long.
            promise.wait()
            reply = promise.get_reply()
            description = reply.get_value(kind)
            self._webrtc.emit("set-local-description", description, Gst.Promise.new())
            self._say({"sdp": {"type": kind, "sdp": description.sdp.as_text()}})

        self._webrtc.emit(f"create-{kind}", None, Gst.Promise.new_with_change_func(created))

    def _candidate(self, _: Any, line: int, candidate: str) -> None:
        self._say({"ice": {"candidate": candidate, "sdpMLineIndex": line}})

    def _say(self, message: "dict[str, Any]") -> None:
        # Called from GStreamer's threads.
        GLib.idle_add(self._peer.say, self._other, json.dumps(message))

    def _received(self, _: Any, pad: Any) -> None:
        if pad.direction != Gst.PadDirection.SRC:
            return
        caps = pad.get_current_caps() or pad.query_caps(None)
        if caps.get_structure(0).get_string("media") == "audio":
            # Whoever offers to us may offer sound.
            sink = Gst.parse_bin_from_description("fakesink sync=false", True)
        else:
            sink = Gst.parse_bin_from_description(
                "rtpvp8depay ! vp8dec ! fakesink name=sink signal-handoffs=true sync=false", True
            )
            sink.get_by_name("sink").connect("handoff", self._decoded)
        self._pipeline.add(sink)
        sink.sync_state_with_parent()
        pad.link(sink.get_static_pad("sink"))

    def _decoded(self, *_: Any) -> None:
        self._frames += 1
        tell(f"decoded {self._other} {self._frames}")


class Peer:
    """Says and hears what the demonstration programs do."""

    def __init__(self, given: Any) -> None:
        self._given = given
        self._socket = Socket(given.url)
        self._connections: dict[str, Connection] = {}
        self._loop = GLib.MainLoop()

    def run(self) -> None:
        threading.Thread(target=self._read, daemon=True).start()
        self._socket.send(f"HELLO {self._given.uid}")
        self._loop.run()

    def say(self, other: str, text: str) -> None:
        self._socket.send(f"ROOM_PEER_MSG {other} {text}" if self._given.room else text)

    def _read(self) -> None:
        while (text := self._socket.receive()) is not None:
            GLib.idle_add(self._hear, text)
        tell("closed")
        GLib.idle_add(self._loop.quit)

    def _hear(self, text: str) -> None:
        words = text.split(maxsplit=2)
        if text == "HELLO":
            tell("registered")
            if self._given.call:
                self._socket.send(f"SESSION {self._given.call}")
            elif self._given.room:
                self._socket.send(f"ROOM {self._given.room}")
        elif text == "SESSION_OK":
            self._begin()
        elif text.startswith("ROOM_OK "):
            tell("entered")
            for other in text.split()[1:]:
                self._meet(other, offers=True)
        elif words[0] == "ROOM_PEER_MSG":
            self._meet(words[1]).heard(json.loads(words[2]))
        elif words[0] == "ROOM_PEER_LEFT":
            tell(f"left {words[1]}")
            self._connections.pop(words[1]).end()
        elif words[0] != "ROOM_PEER_JOINED":
            self._meet(self._given.call or "caller").heard(json.loads(text))

    def _begin(self) -> None:
        if self._given.ask:
            self._socket.send("OFFER_REQUEST")
        else:
            self._meet(self._given.call, offers=True)

    def _meet(self, other: str, *, offers: bool = False) -> Connection:
        if other not in self._connections:
            self._connections[other] = Connection(self, other, offers=offers)
        return self._connections[other]


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("url")
    parser.add_argument("uid")
    parser.add_argument("--call")
    parser.add_argument("--ask", action="store_true")
    parser.add_argument("--room")
    Gst.init(None)
    Peer(parser.parse_args()).run()
