"""An original Umbrella client, by script: it says exactly what the original says, and no more.

The order of what it says and expects was recorded from the original. As a browser it offers what is
accepted; as the end of a trunk it offers an empty connection first, as servers do.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
from playwright.async_api import Browser, Page

from support.client import CONNECT_WITHIN
from support.guest import page
from support.waiting import until
from trunkline.model.media import Kind
from trunkline.protocol import sfu_pb2 as pb


class Umbrella:
    """Shows whatever it is told of."""

    def __init__(self, made: Page, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.order: list[str] = []
        """The kinds of messages that came."""
        self.upstream: list[pb.TrackDescriptor] = []
        self.mapping: dict[str, str] = {}
        self._own: list[pb.TrackDescriptor] = []
        self._wanted = self._unanswered = False
        self._page = made
        self._socket = socket

    async def begin(self, *kinds: Kind, trunk: bool = False) -> None:
        """Announce own tracks, none for a viewer."""
        if trunk:
            await self._offer(data=True, dummy=True)
        made = await self._page.evaluate("kinds => guest.make(kinds)", list(kinds))
        self._own = [
            pb.TrackDescriptor(
                id=one["id"],
                kind=pb.Audio if one["kind"] == "audio" else pb.Video,
                streamId=one["stream"],
                umbrellaId=f"UMB_TRACK_{one['id']}",
            )
            for one in made
        ]
        await self._say(upstreamTracks=pb.UpstreamTracks(tracks=self._own))

    async def listen(self) -> None:
        """Answer as the original does, until the relay hangs up."""
        async for message in self._socket:
            assert message.type is aiohttp.WSMsgType.BINARY
            told = pb.RemoteNodeMessage.FromString(message.data)
            kind = told.WhichOneof("message")
            assert kind is not None, "nothing that the original does not know"
            self.order.append(kind)
            await self._answer(kind, told)

    async def gets(self, track: str) -> None:
        """Wait till frames of a track are decoded."""

        async def look() -> int:
            mid = self.mapping.get(track, "")
            figures: dict[str, Any] = await self._page.evaluate("mid => guest.figures(mid)", mid)
            return int(figures.get("framesDecoded", 0))

        await until(look, lambda count: count > 10, within=CONNECT_WITHIN, what=track)

    async def _answer(self, kind: str, told: pb.RemoteNodeMessage) -> None:
        match kind:
            case "acceptTracks":
                accepted = {track.id for track in told.acceptTracks.tracks}
                if self._own and accepted == {track.id for track in self._own}:
                    self._wanted = True
                    await self._offer_if_stable()
            case "answer":
                sdp = json.loads(told.answer.answer)["sdp"]
                await self._page.evaluate("sdp => guest.answered(sdp)", sdp)
                await self._say(midMappings=self._mappings)
                self._unanswered = False
                await self._offer_if_stable()
            case "offer":
                sdp = json.loads(told.offer.offer)["sdp"]
                answer = await self._page.evaluate("sdp => guest.receive(sdp)", sdp)
                text = json.dumps({"type": "answer", "sdp": answer})
                await self._say(answer=pb.Answer(answer=text))
            case "upstreamTracks":
                self.upstream = list(told.upstreamTracks.tracks)
                await self._say(acceptTracks=pb.AcceptTracks(tracks=self.upstream))
            case "midMappings":
                self.mapping = {one.umbrellaId: one.mid for one in told.midMappings.mapping}
            case _:
                raise AssertionError(f"the original does not know {kind}")

    async def _offer_if_stable(self) -> None:
        """Offer what was accepted, but never while an offer is unanswered."""
        if self._wanted and not self._unanswered:
            self._wanted = False
            await self._offer(data=True)

    async def _offer(self, *, data: bool, dummy: bool = False) -> None:
        self._unanswered = True
        made = await self._page.evaluate("how => guest.offer(how)", {"data": data, "dummy": dummy})
        self._mappings = pb.MidMappings(
            mapping=[
                pb.MidMapping(umbrellaId=f"UMB_TRACK_{one['id']}", mid=one["mid"])
                for one in made["tracks"]
            ]
        )
        await self._say(offer=pb.Offer(offer=json.dumps({"type": "offer", "sdp": made["sdp"]})))
        # Browsers trickle; these name no address, as with multicast DNS.
        candidate = json.dumps({"candidate": "", "sdpMid": "0", "sdpMLineIndex": 0})
        await self._say(candidate=pb.Candidate(candidate=candidate))

    async def _say(self, **kind: Any) -> None:
        await self._socket.send_bytes(pb.RemoteNodeMessage(**kind).SerializeToString())


@asynccontextmanager
async def umbrella(browser: Browser, url: str) -> AsyncIterator[Umbrella]:
    """Connect as the original does: without a subprotocol."""
    async with (
        page(browser, url) as made,
        aiohttp.ClientSession() as session,
        session.ws_connect(f"{url}/wsb") as socket,
        asyncio.TaskGroup() as group,
    ):
        one = Umbrella(made, socket)
        listening = group.create_task(one.listen())
        try:
            yield one
        finally:
            listening.cancel()
