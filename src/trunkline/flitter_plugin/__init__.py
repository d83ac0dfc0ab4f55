"""The node `!webrtc` for Flitter, and the nodes inside it that find the other end."""
