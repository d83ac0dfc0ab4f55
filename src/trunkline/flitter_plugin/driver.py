"""What a signalling node of ours is: attributes as a value, and how to find the other end."""

from typing import Protocol, Self

from trunkline.flitter_plugin.attribute import Node
from trunkline.flitter_plugin.call import Call


class Driver(Protocol):
    """A value: where two are the same, nothing has changed."""

    @classmethod
    def read(cls, node: Node) -> Self | None:
        """What a node's attributes say; None where they say too little."""

    async def run(self, call: Call) -> None:
        """Have connections, in the thread for them, until cancelled."""
