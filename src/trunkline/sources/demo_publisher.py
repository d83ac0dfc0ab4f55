"""The process that publishes the demonstration: `python -m trunkline.sources.demo_publisher URL`.

It ends when its standard input is closed, so it never outlives the relay.
"""

import asyncio
import sys

from trunkline.client.network import Network
from trunkline.client.peer import Peer
from trunkline.client.video_output import VideoSettings
from trunkline.errors import TrunklineError
from trunkline.net.beside import beside
from trunkline.sources.pattern import Pattern
from trunkline.sources.playing import play

_VIDEO = VideoSettings(codec="H264", bitrate=1_500_000)


async def publish(url: str) -> None:
    """Publish to a WHIP endpoint until cancelled.

    Raises:
        TrunklineError: the endpoint refused, or the connection ended.
    """
    network = Network(insecure=True)
    async with Peer.publish(url, video=_VIDEO, reconnect=False, network=network) as peer:
        await play(Pattern(), peer.video, peer.audio)


async def _until_closed(url: str) -> None:
    over = asyncio.Event()
    asyncio.get_running_loop().add_reader(sys.stdin.fileno(), over.set)
    async with beside(publish(url), "publisher"):
        await over.wait()


def main() -> int:
    """Publish to the URL given; one line on standard error says why it could not."""
    try:
        asyncio.run(_until_closed(sys.argv[1]))
    except (TrunklineError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
