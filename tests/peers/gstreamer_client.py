"""GStreamer's webrtcbin as WHIP publisher and WHEP viewer, for the system's own Python.

`publish URL` sends a moving picture and a tone until it is killed. `watch URL` prints one JSON
object for every second: how many frames came, how much the picture changed, how loud it was.
"""

import json
import os
import sys
import urllib.error
import urllib.request

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstSdp", "1.0")
gi.require_version("GstWebRTC", "1.0")
from gi.repository import GLib, Gst, GstSdp, GstWebRTC  # noqa: E402

SENDING = """
webrtcbin name=peer bundle-policy=max-bundle
videotestsrc is-live=true pattern=ball ! video/x-raw,width=320,height=240,framerate=30/1
    ! vp8enc deadline=1 cpu-used=8 keyframe-max-dist=30 ! rtpvp8pay
    ! application/x-rtp,media=video,encoding-name=VP8,payload=96 ! peer.
audiotestsrc is-live=true wave=sine freq=440 ! audioconvert ! audioresample ! opusenc ! rtpopuspay
    ! application/x-rtp,media=audio,encoding-name=OPUS,payload=97 ! peer.
"""
RECEIVING = (
    "application/x-rtp,media=video,encoding-name=VP8,clock-rate=90000,payload=96",
    "application/x-rtp,media=audio,encoding-name=OPUS,clock-rate=48000,payload=97",
)
SHOWING = {
    "video": "queue ! videoconvert ! video/x-raw,format=GRAY8 ! "
    "appsink name=sink emit-signals=true sync=false",
    "audio": "queue ! audioconvert ! level interval=500000000 ! fakesink sync=false",
}


SETTLED = 300
"""Milliseconds."""


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


class Seen:
    """What came."""

    def __init__(self) -> None:
        self.frames = 0
        self.change = 0.0
        self.loudness = -700.0
        self._last = b""

    def picture(self, sink: Gst.Element) -> Gst.FlowReturn:
        buffer = sink.emit("pull-sample").get_buffer()
        pixels = buffer.extract_dup(0, buffer.get_size())
        if len(self._last) == len(pixels):
            pairs = zip(pixels[::97], self._last[::97], strict=True)
            self.change = max(self.change, max(abs(one - other) for one, other in pairs))
        self._last = pixels
        self.frames += 1
        return Gst.FlowReturn.OK

    def message(self, _: Gst.Bus, message: Gst.Message) -> None:
        structure = message.get_structure()
        if message.type == Gst.MessageType.ERROR:
            sys.exit(str(message.parse_error()))
        if structure is not None and structure.get_name() == "level":
            self.loudness = structure.get_value("rms")[0]

    def tell(self) -> bool:
        told = {"frames": self.frames, "change": self.change, "loudness": self.loudness}
        say(json.dumps(told))
        return True


def exchange(url: str, offer: str) -> str:
    """The answer to an offer, by WHIP or WHEP."""
    request = urllib.request.Request(
        url, offer.encode(), {"Content-Type": "application/sdp"}, method="POST"
    )
    try:
        with urllib.request.urlopen(request) as response:
            answer: str = response.read().decode()
            return answer
    except urllib.error.HTTPError as error:
        say(f"{error}\n{error.read().decode()}\n{offer}")
        os._exit(1)  # The caller is a thread of GStreamer's.


def gathered(peer: Gst.Element, _: object, url: str) -> None:
    """All candidates are known: offer them."""
    if peer.get_property("ice-gathering-state") != GstWebRTC.WebRTCICEGatheringState.COMPLETE:
        return
    answer = exchange(url, peer.get_property("local-description").sdp.as_text())
    _, message = GstSdp.SDPMessage.new_from_text(answer)
    description = GstWebRTC.WebRTCSessionDescription.new(GstWebRTC.WebRTCSDPType.ANSWER, message)
    peer.emit("set-remote-description", description, None)


def offer(peer: Gst.Element) -> None:
    """Begin."""

    def made(promise: Gst.Promise, _: object) -> None:
        # What the reply holds is gone with it.
        reply = promise.get_reply()
        peer.emit("set-local-description", reply.get_value("offer"), None)

    def make() -> None:
        peer.emit("create-offer", None, Gst.Promise.new_with_change_func(made, None))

    # webrtcbin now and then gathers no candidates for an offer while its pipeline starts.
    GLib.timeout_add(SETTLED, make)


def show(pipeline: Gst.Pipeline, seen: Seen) -> Gst.Element:
    """A peer that decodes what it gets."""
    peer = Gst.ElementFactory.make("webrtcbin", "peer")
    peer.set_property("bundle-policy", GstWebRTC.WebRTCBundlePolicy.MAX_BUNDLE)
    pipeline.add(peer)

    def decoded(_: Gst.Element, pad: Gst.Pad) -> None:
        kind = pad.get_current_caps().get_structure(0).get_name().partition("/")[0]
        output = Gst.parse_bin_from_description(SHOWING[kind], True)
        if kind == "video":
            output.get_by_name("sink").connect("new-sample", seen.picture)
        pipeline.add(output)
        output.sync_state_with_parent()
        pad.link(output.get_static_pad("sink"))

    def comes(_: Gst.Element, pad: Gst.Pad) -> None:
        if pad.get_direction() != Gst.PadDirection.SRC:
            return
        decoder = Gst.ElementFactory.make("decodebin")
        decoder.connect("pad-added", decoded)
        pipeline.add(decoder)
        decoder.sync_state_with_parent()
        pad.link(decoder.get_static_pad("sink"))

    peer.connect("pad-added", comes)
    for caps in RECEIVING:
        direction = GstWebRTC.WebRTCRTPTransceiverDirection.RECVONLY
        peer.emit("add-transceiver", direction, Gst.Caps.from_string(caps))
    return peer


def main(what: str, url: str) -> None:
    """Publish or watch until killed."""
    Gst.init(None)
    seen = Seen()
    if what == "publish":
        pipeline = Gst.parse_launch(SENDING)
        peer = pipeline.get_by_name("peer")
    else:
        pipeline = Gst.Pipeline.new()
        peer = show(pipeline, seen)
        GLib.timeout_add_seconds(1, seen.tell)
    peer.connect("on-negotiation-needed", offer)
    peer.connect("notify::ice-gathering-state", gathered, url)
    bus = pipeline.get_bus()
    bus.add_signal_watch()
    bus.connect("message", seen.message)
    pipeline.set_state(Gst.State.PLAYING)
    GLib.MainLoop().run()


if __name__ == "__main__":
    main(*sys.argv[1:])
