"""What two relays say to each other on /wsb: a trunk's words and its pulse."""

SUBPROTOCOL = "trunk.trunkline.1"
"""What a relay that dials another asks for when it opens the WebSocket (RFC 6455 section 1.9)."""

MAX_MESSAGE = 512 << 10
"""Bytes of one message."""
