"""GStreamer's simple signalling: words in text frames. See docs/protocols/gstreamer.md."""
