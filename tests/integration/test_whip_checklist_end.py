"""The last part of test_whip_checklist.py: how sessions that are connected end.

The clients are aiortc's. They never use a loopback address, so that relay and clients live in a
namespace that has another one.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import AudioStreamTrack

from support.checklist import Checklist, Rule
from support.live import Live, Reply, fragment, live
from support.network import Namespace, namespace
from support.waiting import until
from trunkline.model.event import ParticipantLeft

ADDRESS = "10.203.0.1"
WITHIN = 15.0

CHECKLIST: Checklist["Call"] = Checklist()
must, should = CHECKLIST.must, CHECKLIST.should


@dataclass(frozen=True, slots=True)
class Call:
    """A publisher, its viewer with an event stream, and the relay between them."""

    relay: Live
    place: Namespace
    publisher: RTCPeerConnection
    published: Reply
    watched: Reply
    stream: Reply

    async def is_gone(self, session: Reply) -> None:
        """Wait till a session has ended; then nothing finds it."""

        async def status() -> int:
            return (await self.relay.ask("GET", session.url)).status

        await until(status, lambda seen: seen == 404, within=WITHIN, what="the session is gone")
        for method in ("GET", "HEAD", "DELETE"):
            assert (await self.relay.ask(method, session.url)).status == 404
        for tag in (session.tag, "*"):
            reply = await self.relay.trickle(session, fragment("new1"), **{"If-Match": tag})
            assert reply.status == 404

    async def told(self) -> list[str]:
        """What the viewer's stream says till the publisher is away."""
        names: list[str] = []
        async with asyncio.timeout(WITHIN), self.relay.http.get(self.stream.url) as response:
            while "inactive" not in names:
                line = (await response.content.readline()).decode()
                assert line, "the stream ended"
                if line.startswith("event: "):
                    names.append(line.removeprefix("event: ").strip())
        return names

    async def end_of(self, role: str) -> ParticipantLeft:
        """Wait for somebody to leave, as a program is told."""
        async with asyncio.timeout(WITHIN):
            async for event in self.relay.relay.events():
                if isinstance(event, ParticipantLeft) and event.role == role:
                    return event
        raise AssertionError("the relay ended")


@must("WHIP 4.2")
async def a_dtls_alert_ends_a_session(call: Call) -> None:
    async with asyncio.TaskGroup() as group:
        left = group.create_task(call.end_of("publisher"))
        await asyncio.sleep(0)  # the task listens from here on
        await call.publisher.close()
    assert left.result().code == "peer"
    await call.is_gone(call.published)
    assert await call.told() == ["active", "inactive"]


@must("WHIP 4.2")
async def lost_consent_ends_a_session(call: Call) -> None:
    # Both: here are no candidates but the relay's own, and nothing reaches it any more.
    call.place.lose(100, f"udp dport {call.relay.relay.media_port}")
    assert (await call.end_of("publisher")).code == "silent"
    await call.is_gone(call.published)
    await call.is_gone(call.watched)


@must("WHIP 4.2")
async def delete_tells_the_client_by_dtls(call: Call) -> None:
    assert (await call.relay.ask("DELETE", call.published.url)).status == 200

    async def state() -> str:
        return call.publisher.connectionState

    await until(state, lambda seen: seen == "closed", within=WITHIN, what="aiortc is told")
    await call.is_gone(call.published)


@must("WHIP 4.3.3")
async def a_restart_that_fails_leaves_media_flowing(call: Call) -> None:
    for body in (fragment("abc"), fragment("new1", "a=ice-lite"), "a=ice-ufrag:new1\r\n"):
        reply = await call.relay.trickle(call.published, body, **{"If-Match": "*"})
        assert reply.status in (400, 422)
    before = await packets(call.relay)
    # More than the silence after which it would be closed.
    await until(
        lambda: packets(call.relay),
        lambda now: now > before + 150,
        within=WITHIN,
        what="three seconds of sound",
    )


async def packets(relay: Live) -> int:
    """RTP packets of the publisher so far."""
    participants = (await relay.relay.statistics()).participants
    return sum(one.packets for entry in participants for one in entry.traffic.producers)


@asynccontextmanager
async def calling(folder: Path, place: Namespace) -> AsyncIterator[Call]:
    """Everybody connected, and the viewer told of it."""
    publisher, viewer = (RTCPeerConnection(RTCConfiguration(iceServers=[])) for _ in range(2))
    publisher.addTransceiver(AudioStreamTrack(), direction="sendonly")
    viewer.addTransceiver("audio", direction="recvonly")
    try:
        async with live(folder, host=ADDRESS, silence=2.0) as relay:
            published = await join(relay, "/whip/studio?name=cam", publisher)

            async def flows() -> bool:
                return await packets(relay) > 0

            await until(flows, bool, within=WITHIN, what="the publisher's sound arrives")
            watched = await join(relay, "/whep/studio", viewer)
            stream = await relay.ask(
                "POST",
                f"{watched.url}/events",
                {"Content-Type": "application/json"},
                '["active", "inactive"]',
            )
            assert stream.status == 201
            yield Call(relay, place, publisher, published, watched, stream)
    finally:
        await publisher.close()
        await viewer.close()


async def join(relay: Live, path: str, connection: RTCPeerConnection) -> Reply:
    """Offer, be answered, be connected."""
    await connection.setLocalDescription(await connection.createOffer())
    reply = await relay.post(path, connection.localDescription.sdp)
    assert reply.status == 201, reply.text
    await connection.setRemoteDescription(RTCSessionDescription(sdp=reply.text, type="answer"))

    async def state() -> str:
        return connection.connectionState

    await until(state, lambda seen: seen == "connected", within=WITHIN, what="aiortc is connected")
    return reply


@pytest.mark.timeout(90)
@pytest.mark.parametrize("rule", CHECKLIST.rules, ids=str)
def test_rule(rule: Rule["Call"], tmp_path: Path) -> None:
    async def check(place: Namespace) -> None:
        async with calling(tmp_path, place) as call:
            await rule.check(call)

    with namespace(f"{ADDRESS}/32") as place:
        # Threads that start there stay there: those of the core, too.
        place.call(lambda: asyncio.run(check(place)))
