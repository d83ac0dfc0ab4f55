"""A stand-in for an original Umbrella relay: it says what the original was seen to say.

It offers first on the connection that it sends on (a silent medium), trickles its candidates,
accepts all that it is told of, offers no track before all that it announced are accepted, offers
the same again for no reason, maps empty what it does not send, and passes everything on to everyone
but whom it has it from. What its browsers send are frames that nobody can decode.
"""

import asyncio
import json
import os
import socket
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager, suppress
from typing import Any, Literal

import aiohttp
from aiohttp import web

from support.endpoint import picture
from support.waiting import until
from trunkline import _core
from trunkline.protocol import sfu_pb2 as pb

Medium = tuple[
    Literal["audio", "video"],
    Literal["sendrecv", "sendonly", "recvonly", "inactive"],
    tuple[str, str] | None,
]
Socket = web.WebSocketResponse | aiohttp.ClientWebSocketResponse

GO = {"User-Agent": "Go-http-client/1.1"}
DUMMY: Medium = ("audio", "sendonly", ("silence", "silence"))
REDUNDANT = 2
"""Offers that say nothing new, after each one that does."""
WITHIN = 20.0


def _json(kind: str, sdp: str) -> str:
    return json.dumps({"type": kind, "sdp": sdp})


def _is_key(data: bytes) -> bool:
    """Whether a picture in VP8 stands for itself, and so says its size (RFC 6386, section 9.1)."""
    return len(data) >= 10 and not data[0] & 1


class Connection:
    """One of the two: offers and answers in turn."""

    def __init__(self, told: Callable[[_core.Frame], None]) -> None:
        self.inner = _core.Endpoint(0, ["127.0.0.1"])
        self._told = told
        self._answers: asyncio.Queue[Any] = asyncio.Queue()
        asyncio.get_running_loop().add_reader(self.inner.fileno(), self._drain)

    async def described(self) -> tuple[str, list[str]]:
        """What was asked for, without its candidates, and these."""
        described = await self._answers.get()
        assert isinstance(described, _core.Described), getattr(described, "reason", described)
        lines = described.sdp.splitlines()
        candidates = [line[2:] for line in lines if line.startswith("a=candidate:")]
        bare = [
            line for line in lines if not line.startswith(("a=candidate:", "a=end-of-candidates"))
        ]
        return "".join(f"{line}\r\n" for line in bare), candidates

    async def negotiated(self) -> list[_core.Transceiver]:
        negotiated = await self._answers.get()
        assert isinstance(negotiated, _core.Negotiated), getattr(negotiated, "reason", negotiated)
        return negotiated.media

    def close(self) -> None:
        asyncio.get_running_loop().remove_reader(self.inner.fileno())
        self.inner.close()

    def _drain(self) -> None:
        for event in self.inner.drain():
            if isinstance(event, _core.Frame):
                self._told(event)
            elif isinstance(event, _core.Described | _core.Negotiated | _core.Refused):
                self._answers.put_nowait(event)


class Leg:
    """Its conversation with one other end, whoever dialled."""

    def __init__(self, relay: "Original", socket: Socket) -> None:
        self.heard: dict[str, pb.TrackDescriptor] = {}
        """What the other end announces."""
        self.kinds: list[str] = []
        """What it said, in order."""
        self.frames: dict[str, int] = {}
        """That came, by track."""
        self.widths: dict[str, int] = {}
        """Of the pictures in VP8 that came last."""
        self._relay = relay
        self._socket = socket
        self._announced: dict[str, pb.TrackDescriptor] = {}
        self._accepted: set[str] = set()
        self._media: list[tuple[str, Medium]] = []
        self._agreed: tuple[str, ...] = ()
        self._mids: dict[str, str] = {}
        self._theirs: dict[str, str] = {}
        self._unanswered = False
        self._redundant = 0
        self._outgoing = Connection(lambda _: None)
        self._incoming = Connection(self._arrived)

    async def run(self) -> None:
        """Say and hear, until the other end hangs up."""
        try:
            await self._offer()
            await self.announce()
            async for message in self._socket:
                if message.type is not aiohttp.WSMsgType.BINARY:
                    return
                told = pb.RemoteNodeMessage.FromString(message.data)
                kind = told.WhichOneof("message")
                assert kind is not None, "nothing that the original does not know"
                self.kinds.append(kind)
                await self._hear(kind, told)
        finally:
            self._relay.forget(self)
            self._outgoing.close()
            self._incoming.close()

    async def announce(self) -> None:
        """All that it has, but for what came from here."""
        news = {name: one for name, one in self._relay.tracks.items() if name not in self.heard}
        if news.keys() == self._announced.keys():
            return
        # What has ended is not announced away: it is offered as inactive, later.
        appeared = news.keys() - self._announced.keys()
        self._announced = news
        if appeared:
            await self._say(upstreamTracks=pb.UpstreamTracks(tracks=news.values()))
        await self._offer_if_accepted()

    def pass_on(self, track: str, frame: _core.Frame) -> None:
        if track in self._mids:
            self._write(track, frame.codec, frame.data, frame.timestamp)

    def pump(self, number: int) -> None:
        """What browsers of its own send."""
        for track in self._mids.keys() & self._relay.own.keys():
            if self._relay.own[track].kind == pb.Video:
                frame = picture("VP8", number, key=number % 10 == 0, size=600)
                self._write(track, "VP8", frame, number * 3600)
            else:
                self._write(track, "opus", picture("opus", number, key=True), number * 1920)

    def mapped(self) -> set[str]:
        """Which of its tracks it sends here."""
        return set(self._mids)

    def _write(self, track: str, codec: str, data: bytes, timestamp: int) -> None:
        self._outgoing.inner.write(self._mids[track], codec, data, timestamp)

    def _arrived(self, frame: _core.Frame) -> None:
        for track, mid in self._theirs.items():
            if mid == frame.mid:
                self.frames[track] = self.frames.get(track, 0) + 1
                if frame.codec == "VP8" and _is_key(frame.data):
                    self.widths[track] = int.from_bytes(frame.data[6:8], "little") & 0x3FFF
                self._relay.pass_on(self, track, frame)

    async def _hear(self, kind: str, told: pb.RemoteNodeMessage) -> None:
        match kind:
            case "upstreamTracks":
                self.heard = {one.umbrellaId: one for one in told.upstreamTracks.tracks}
                await self._say(acceptTracks=pb.AcceptTracks(tracks=self.heard.values()))
                await self._relay.changed()
            case "acceptTracks":
                self._accepted = {one.umbrellaId for one in told.acceptTracks.tracks}
                await self._offer_if_accepted()
            case "offer":
                self._incoming.inner.accept_offer(json.loads(told.offer.offer)["sdp"])
                sdp, candidates = await self._incoming.described()
                await self._say(answer=pb.Answer(answer=_json("answer", sdp)))
                await self._trickle(candidates, incoming=True)
            case "answer":
                self._outgoing.inner.accept_answer(json.loads(told.answer.answer)["sdp"])
                await self._answered(await self._outgoing.negotiated())
            case "midMappings":
                self._theirs = {one.umbrellaId: one.mid for one in told.midMappings.mapping}
            case _:
                raise AssertionError(f"the original does not know {kind}")

    async def _answered(self, media: Iterable[_core.Transceiver]) -> None:
        mids = [one.mid for one in media]
        names = [track for track, _ in self._media]
        self._mids = {
            name: mid for name, mid in zip(names, mids[1:], strict=False) if name in self._announced
        }
        self._unanswered = False
        mapping = [pb.MidMapping(umbrellaId=track, mid=mid) for track, mid in self._mids.items()]
        await self._say(midMappings=pb.MidMappings(mapping=mapping))
        if self._redundant:
            self._redundant -= 1
            await self._offer(again=True)
        else:
            await self._offer_if_accepted()

    async def _offer_if_accepted(self) -> None:
        wanted = tuple(self._announced)
        accepted = self._accepted >= self._announced.keys()
        if accepted and not self._unanswered and wanted != self._agreed:
            self._agreed = wanted
            await self._offer()

    async def _offer(self, *, again: bool = False) -> None:
        self._unanswered = True
        if not again:
            self._redundant = REDUNDANT
        known = {track for track, _ in self._media}
        for name, one in self._announced.items():
            if name in self._accepted and name not in known:
                kind: Literal["audio", "video"] = "video" if one.kind == pb.Video else "audio"
                label = (one.streamId, f"UMB_RELAY{name}"[:64])
                self._media.append((name, (kind, "sendrecv", label)))
        media = [
            medium if name in self._announced else (medium[0], "recvonly", None)
            for name, medium in self._media
        ]
        self._outgoing.inner.offer([DUMMY, *media])
        sdp, candidates = await self._outgoing.described()
        await self._say(offer=pb.Offer(offer=_json("offer", sdp)))
        await self._trickle(candidates, incoming=False)

    async def _trickle(self, candidates: Iterable[str], *, incoming: bool) -> None:
        for one in candidates:
            init = {"candidate": one, "sdpMid": "", "sdpMLineIndex": 0, "usernameFragment": None}
            told = pb.Candidate(candidate=json.dumps(init), incoming=incoming)
            await self._say(candidate=told)

    async def _say(self, **kind: Any) -> None:
        if not self._socket.closed:
            await self._socket.send_bytes(pb.RemoteNodeMessage(**kind).SerializeToString())


class Original:
    """The relay: its own browsers' tracks, and those that others bring."""

    def __init__(self) -> None:
        self.own: dict[str, pb.TrackDescriptor] = {}
        self.legs: list[Leg] = []
        self.accidents: list[BaseException] = []
        self._number = 0

    @property
    def tracks(self) -> dict[str, pb.TrackDescriptor]:
        """All that it has, by umbrellaId."""
        every = {name: one for leg in self.legs for name, one in leg.heard.items()}
        return {**every, **self.own}

    async def browser(self, name: str) -> list[str]:
        """One of its own sends sound and a picture: their umbrellaIds."""
        names = []
        for kind in (pb.Audio, pb.Video):
            track = f"UMB_TRACK_{name}-{kind}"
            self.own[track] = pb.TrackDescriptor(
                id=f"{name}-{kind}", kind=kind, streamId=f"stream-{name}", umbrellaId=track
            )
            names.append(track)
        await self.changed()
        return names

    async def leave(self, name: str) -> None:
        """One of its own is gone."""
        self.own = {track: one for track, one in self.own.items() if f"_{name}-" not in track}
        await self.changed()

    async def changed(self) -> None:
        for leg in tuple(self.legs):
            await leg.announce()

    def pass_on(self, source: Leg, track: str, frame: _core.Frame) -> None:
        for leg in self.legs:
            if leg is not source:
                leg.pass_on(track, frame)

    def forget(self, leg: Leg) -> None:
        self.legs.remove(leg)

    async def converse(self, socket: Socket) -> None:
        leg = Leg(self, socket)
        self.legs.append(leg)
        try:
            await leg.run()
            await self.changed()
        except ConnectionError:
            return
        except Exception as error:
            self.accidents.append(error)
            raise

    async def gets(self, *tracks: str, leg: int = -1) -> None:
        """Wait till frames of these tracks, and no others, have come."""

        async def look() -> set[str]:
            frames = self.legs[leg].frames if self.legs else {}
            return {track for track, count in frames.items() if count > 3}

        await until(look, lambda seen: seen == {*tracks}, within=WITHIN, what=f"frames of {tracks}")

    async def run(self) -> None:
        """Let its browsers send."""
        while True:
            await asyncio.sleep(0.04)
            self._number += 1
            for leg in self.legs:
                leg.pump(self._number)


@asynccontextmanager
async def original() -> AsyncIterator[Original]:
    """One without neighbours."""
    one = Original()
    task = asyncio.get_running_loop().create_task(one.run())
    try:
        yield one
    finally:
        task.cancel()
        assert not one.accidents, one.accidents


@asynccontextmanager
async def serving(one: Original, port: int) -> AsyncIterator[str]:
    """It can be dialled at a port, until it is killed at the end of the block."""
    requests: list[web.Request] = []

    async def talk(request: web.Request) -> web.StreamResponse:
        socket = web.WebSocketResponse(autoping=True)
        await socket.prepare(request)
        requests.append(request)
        try:
            await one.converse(socket)
        finally:
            requests.remove(request)
        return socket

    application = web.Application()
    application.router.add_get("/wsb", talk)
    runner = web.AppRunner(application, shutdown_timeout=0.1, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", port, reuse_address=True).start()
        yield f"ws://127.0.0.1:{port}/wsb"
    finally:
        for request in tuple(requests):
            if request.transport is not None:
                request.transport.abort()
        await runner.cleanup()


@asynccontextmanager
async def dialling(one: Original, url: str) -> AsyncIterator[None]:
    """It dials a relay; at the end of the block its connection breaks."""
    async with aiohttp.ClientSession(headers=GO) as session:
        line = await session.ws_connect(f"{url}/wsb")
        task = asyncio.get_running_loop().create_task(one.converse(line))
        try:
            yield
        finally:
            task.cancel()
            inner = line.get_extra_info("socket")
            if inner is not None:
                with suppress(OSError), socket.socket(fileno=os.dup(inner.fileno())) as twin:
                    twin.shutdown(socket.SHUT_RDWR)
            await line.close()
            await asyncio.wait([task])
