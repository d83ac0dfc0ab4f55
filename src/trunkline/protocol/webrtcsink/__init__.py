"""webrtcsink's signalling: JSON in text frames. See docs/protocols/webrtcsink.md."""
