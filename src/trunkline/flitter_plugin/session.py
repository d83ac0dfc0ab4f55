"""What runs for a `!webrtc` node while nothing about it changes."""

from typing import Protocol

from trunkline.flitter_plugin.attribute import Node
from trunkline.flitter_plugin.backstage import backstage
from trunkline.flitter_plugin.call import Call, Options
from trunkline.flitter_plugin.driver import Driver


class Session(Protocol):
    """A call and who makes it."""

    @property
    def call(self) -> Call:
        """What the node writes to and looks at."""

    @property
    def is_over(self) -> bool:
        """Whether another one is to begin in its place."""

    def step(self, node: Node) -> None:
        """Called in each frame with the node of now."""

    def close(self) -> None:
        """End it."""


class OwnSession:
    """One whose signalling is ours: it runs by itself, for ever."""

    is_over = False

    def __init__(self, driver: Driver, options: Options) -> None:
        self.call = Call(options)
        self._work = backstage().run(driver.run(self.call))

    def step(self, node: Node) -> None:
        """Nothing: whatever it says is in the driver."""

    def close(self) -> None:
        """End it; the other end is told in the background."""
        self._work.cancel()
