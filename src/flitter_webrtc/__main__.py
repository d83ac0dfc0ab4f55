"""The signalling server, as `python -m flitter_webrtc`."""

from trunkline.cli.signal import flitter_webrtc

if __name__ == "__main__":
    flitter_webrtc()
