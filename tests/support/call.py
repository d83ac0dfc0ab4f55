"""A call between two browsers in networks of their own."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from support.browser import chromium
from support.client import Client, client, publishing, shows_moving_picture
from support.network import Namespace

MEDIA = {"codec": "VP8", "width": 640, "height": 480, "rate": 25}


@asynccontextmanager
async def call(
    places: Sequence[Namespace], url: str, *, flags: Sequence[str] = ()
) -> AsyncIterator[tuple[Client, Client]]:
    """A publisher and a viewer at a relay, the picture moving.

    Args:
        places: where the publisher is, and the viewer.
        url: the relay's, as both call it.
        flags: more flags for the browsers.
    """
    publisher_place, viewer_place = places
    async with (
        chromium(inside=publisher_place.inside, flags=flags) as publisher_browser,
        chromium(inside=viewer_place.inside, flags=flags) as viewer_browser,
        client(publisher_browser, url) as publisher,
        client(viewer_browser, url) as viewer,
    ):
        published = await publisher.publish(f"{url}/whip/room", **MEDIA)
        assert published["status"] == 201, published
        await publishing(publisher)
        watched = await viewer.watch(f"{url}/whep/room")
        assert watched["status"] == 201, watched
        await shows_moving_picture(viewer)
        yield publisher, viewer
