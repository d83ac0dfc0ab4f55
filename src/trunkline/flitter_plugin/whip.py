"""`!whip` and `!whep`: to and from any server that speaks them."""

from dataclasses import dataclass
from typing import Self

from trunkline.client.peer import Peer
from trunkline.flitter_plugin.attribute import Node, text
from trunkline.flitter_plugin.call import Call


@dataclass(frozen=True, slots=True)
class _Endpoint:
    url: str
    token: str

    @classmethod
    def read(cls, node: Node) -> Self | None:
        """What a node says; without url it says too little."""
        url = text(node, "url")
        return cls(url, text(node, "token")) if url else None


@dataclass(frozen=True, slots=True)
class Whip(_Endpoint):
    """Send only: the node's input is published."""

    async def run(self, call: Call) -> None:
        """Publish, again and again."""
        await call.keep(f"!whip {self.url}", lambda: self._once(call))

    async def _once(self, call: Call) -> None:
        with call.attempt():
            call.state = "connecting"
            async with Peer.publish(
                self.url,
                video=call.options.video,
                audio=None,
                token=self.token or None,
                reconnect=False,
                network=await call.network(),
            ) as publisher:
                with call.sends(publisher.video):
                    async with call.connected(publisher.statistics):
                        await publisher.ended()


@dataclass(frozen=True, slots=True)
class Whep(_Endpoint):
    """Receive only: the node shows what is watched."""

    async def run(self, call: Call) -> None:
        """Watch, again and again."""
        await call.keep(f"!whep {self.url}", lambda: self._once(call))

    async def _once(self, call: Call) -> None:
        with call.attempt():
            call.state = "connecting"
            async with Peer.watch(
                self.url,
                audio=False,
                token=self.token or None,
                reconnect=False,
                network=await call.network(),
            ) as viewer:
                with call.shows(viewer.video):
                    async with call.connected(viewer.statistics):
                        await viewer.ended()
