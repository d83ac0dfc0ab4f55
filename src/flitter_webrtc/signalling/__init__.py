"""What signalling nodes of others derive from."""

from typing import Any


class Signalling:
    """Finds the other end for a `!webrtc` node; entry points `flitter_webrtc.signalling`."""

    async def update(self, webrtc: Any, node: Any) -> None:
        """Called in each frame with the connection and with the signalling node.

        Raises:
            NotImplementedError: a derived class must say what it does.
        """
        raise NotImplementedError

    async def release(self) -> None:
        """Called at the end; errors as above."""
        raise NotImplementedError
