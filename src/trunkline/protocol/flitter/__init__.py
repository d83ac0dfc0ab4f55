"""Flitter's signalling: JSON in text frames. See docs/protocols/flitter.md."""
