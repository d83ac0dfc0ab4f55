"""What attributes of `!webrtc` and of signalling nodes mean."""

import logging
from typing import Any

import pytest
from flitter.model import Node, Vector

from trunkline.client.video_output import VideoSettings
from trunkline.flitter_plugin.attribute import options, written
from trunkline.flitter_plugin.broadcast import Broadcast
from trunkline.flitter_plugin.room import Room
from trunkline.flitter_plugin.websocket import Websocket
from trunkline.flitter_plugin.whip import Whep, Whip
from trunkline.model.ice_server import IceServer

SIZE = (640, 360)
USUAL = ("H264", "VP8")


def node(**attributes: Any) -> Any:
    """A node; a str that begins with a colon is a symbol, a list a vector, None `null`."""
    made = Node("webrtc")
    for name, value in attributes.items():
        if isinstance(value, str) and value.startswith(":"):
            made.set_attribute(name, Vector.symbol(value[1:]))
        else:
            made.set_attribute(name, Vector(value))
    return made


def test_without_attributes_pictures_go_in_what_the_other_end_takes() -> None:
    video = options(node(), SIZE).video
    assert video == VideoSettings(codec="H264", others=USUAL, fps=60, bitrate=2_073_600)
    assert options(node(), (64, 64)).video.bitrate == 1_000_000
    assert options(node(), (3840, 2160)).video.bitrate == 20_000_000


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [
        ({"codec": ":h264"}, {"codec": "H264"}),
        ({"codec": "VP8"}, {"codec": "VP8"}),
        ({"codec": ":libx264", "preset": ":fast"}, {"encoder": "libx264", "preset": "fast"}),
        ({"codec": ":vp9", "bitrate": 700_000.5}, {"codec": "VP9", "bitrate": 700_000}),
        ({"fps": 30}, {"fps": 30, "others": USUAL, "bitrate": 1_036_800}),
        ({"fps": 0.1}, {"fps": 1, "others": USUAL, "bitrate": 1_000_000}),
        ({"codec": None, "preset": None}, {"others": USUAL}),
    ],
)
def test_attributes_are_as_those_of_record(
    attributes: dict[str, Any], expected: dict[str, Any]
) -> None:
    usual: dict[str, Any] = {"fps": 60, "bitrate": 2_073_600}
    assert options(node(**attributes), SIZE).video == VideoSettings(**(usual | expected))


@pytest.mark.parametrize(
    ("attributes", "complaint"),
    [({"codec": ":theora"}, "theora"), ({"preset": ":quick"}, "no preset 'quick'")],
)
def test_what_cannot_be_is_told_and_left_out(
    attributes: dict[str, Any], complaint: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    assert options(node(**attributes), SIZE).video == options(node(), SIZE).video
    assert complaint in caplog.text


def test_servers_have_names_and_credentials() -> None:
    servers = ["stun:stun.example:3478", "turn:ann:secret@turn.example"]
    assert options(node(ice=servers), SIZE).network.ice_servers == (
        IceServer("stun:stun.example:3478"),
        IceServer("turn:turn.example", "ann", "secret"),
    )


def test_only_what_matters_to_a_connection_is_compared() -> None:
    assert written(node(alpha=0.5)) == written(node())
    assert written(node(fps=30)) != written(node())


def test_call_is_stronger_than_answer() -> None:
    assert Broadcast.read(node()) is None
    assert Broadcast.read(node(call=None, answer="")) is None
    assert Broadcast.read(node(call=":x", answer=":y")) == Broadcast("x", is_caller=True)
    given = {"answer": ["y", 1], "secret": "", "port": 99.5, "host": "127.0.0.1"}
    assert Broadcast.read(node(**given)) == Broadcast(
        "y1", is_caller=False, port=99, host="127.0.0.1", secret=""
    )


def test_what_says_too_little_does_nothing() -> None:
    assert Websocket.read(node(url="ws://a", room=":b")) is None
    assert Websocket.read(node(url="ws://a", room=":b", id=5)) == Websocket("ws://a", "b", "5", "")
    checked = Websocket.read(node(url="ws://a", room=":b", id=5, call=":c", verify=0))
    assert checked == Websocket("ws://a", "b", "5", "c", verify=False)
    for kind in (Whip, Whep):
        assert kind.read(node()) is None
        assert kind.read(node(url="http://a", token=":t")) == kind("http://a", "t")
    assert Room.read(node(room=":b")) is None
    assert Room.read(node(url="http://a", room=":b")) == Room("http://a", "b", show="speaker")
    assert Room.read(node(url="http://a", show=":grid")) == Room("http://a", "", show="grid")
