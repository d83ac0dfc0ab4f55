"""The engine over a core without sockets; time passes at will."""

import asyncio
from collections.abc import Coroutine
from itertools import count
from typing import Any

import pytest

from support.core import FakeCore
from support.offer import offer
from support.virtual_time import VirtualTimeLoop
from trunkline.domain.rooms import Rooms
from trunkline.engine import Engine
from trunkline.errors import ProtocolError, Refusal, RefusalCode, RelayError
from trunkline.feeder import Feeder
from trunkline.media.core import deliver
from trunkline.model.command import Accept, Close, Count, ProduceMedia, Renegotiate
from trunkline.model.demand import Demand
from trunkline.model.event import ParticipantJoined, ParticipantLeft, RoomOpened
from trunkline.model.id import Mid, ParticipantName, RoomName, SessionId
from trunkline.model.media import Offer, Port
from trunkline.model.notice import ViewerCount
from trunkline.model.report import Closed, Died, KeyframeWanted, Refused
from trunkline.model.request import (
    CloseStream,
    Find,
    FindStream,
    Leave,
    Measure,
    OpenStream,
    Produce,
    Publish,
    Restart,
    Watch,
)

PUBLISH = Publish(RoomName("studio"), ParticipantName("cam"), Offer(offer(), "abcd"))
WATCH = Watch(RoomName("studio"), None, Offer(offer("recvonly"), "efgh"))


PRODUCE = Produce(RoomName("studio"), ParticipantName("bot"), ("video",))


class Rig:
    """An engine, its core, and the reading of reports."""

    def __init__(self) -> None:
        numbers = count(1)
        self.core = FakeCore()
        self.engine = Engine(Rooms(), self.core, lambda: f"token {next(numbers)}")

    def run(self, story: Coroutine[Any, Any, None]) -> None:
        async def main() -> None:
            async with asyncio.TaskGroup() as group:
                reader = group.create_task(deliver(self.core, self.engine.receive))
                await story
                reader.cancel()

        with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
            runner.run(main())


@pytest.fixture
def rig() -> Rig:
    return Rig()


def test_a_session_opens_and_ends(rig: Rig) -> None:
    async def story() -> None:
        listener = rig.engine.feed.listen()
        opened = await rig.engine.ask(PUBLISH)
        assert opened.answer.startswith("v=0")
        assert await rig.engine.ask(Find(opened.session.id)) == opened.session
        assert opened.session.offer == PUBLISH.offer
        assert opened.session.id != opened.session.tag
        await rig.engine.ask(Leave(opened.session.id))
        rig.engine.stop()
        kinds = [type(event) for event in [event async for event in listener]]
        assert kinds[:2] == [RoomOpened, ParticipantJoined]
        assert ParticipantLeft in kinds

    rig.run(story())
    assert [type(command) for command in rig.core.commands] == [Accept, Close]


@pytest.mark.parametrize("request_", [Find(SessionId("x")), Leave(SessionId("x")), WATCH])
def test_what_the_rooms_refuse_is_refused(rig: Rig, request_: Find | Leave | Watch) -> None:
    async def story() -> None:
        with pytest.raises(Refusal):
            await rig.engine.ask(request_)

    rig.run(story())
    assert rig.core.commands == []


@pytest.mark.parametrize(
    ("code", "refusal", "retry"),
    [
        ("unsupported", RefusalCode.UNSUPPORTED, None),
        ("codec", RefusalCode.CODEC, None),
        ("limit", RefusalCode.FULL, 10),
    ],
)
def test_what_the_core_refuses_is_refused(
    rig: Rig, code: Any, refusal: RefusalCode, retry: int | None
) -> None:
    async def story() -> None:
        rig.core.refusing = (code, "The reason.")
        with pytest.raises(Refusal, match=r"The reason\.") as caught:
            await rig.engine.ask(PUBLISH)
        assert (caught.value.code, caught.value.retry_after) == (refusal, retry)

    rig.run(story())


def test_what_the_core_cannot_read_is_an_error(rig: Rig) -> None:
    async def story() -> None:
        rig.core.refusing = ("malformed", "No such line.")
        with pytest.raises(ProtocolError, match="No such line"):
            await rig.engine.ask(PUBLISH)

    rig.run(story())


def test_a_core_that_does_not_answer_keeps_no_place(rig: Rig) -> None:
    async def story() -> None:
        rig.core.mute = True
        with pytest.raises(Refusal, match="did not answer"):
            await rig.engine.ask(PUBLISH)
        with pytest.raises(Refusal, match="did not answer"):
            await rig.engine.ask(Measure())
        rig.core.mute = False
        await rig.engine.ask(PUBLISH)

    rig.run(story())


def test_an_answer_that_comes_too_late_has_no_effect(rig: Rig) -> None:
    async def story() -> None:
        rig.core.mute = True
        with pytest.raises(Refusal):
            await rig.engine.ask(PUBLISH)
        rig.core.mute = False
        rig.core.connect(1)
        rig.core.start(1, "0", "opus")
        await rig.engine.ask(Measure())
        assert rig.engine.rooms() == ()

    rig.run(story())


def test_a_client_that_gives_up_keeps_no_place(rig: Rig) -> None:
    async def story() -> None:
        rig.core.mute = True
        async with asyncio.TaskGroup() as group:
            asking = group.create_task(rig.engine.ask(PUBLISH))
            await asyncio.sleep(0)
            asking.cancel()
        assert isinstance(rig.core.commands[-1], Close)
        rig.core.mute = False
        await rig.engine.ask(PUBLISH)

    rig.run(story())


def test_those_who_count_at_once_share_an_answer(rig: Rig) -> None:
    async def story() -> None:
        await rig.engine.ask(PUBLISH)
        first, second = await asyncio.gather(rig.engine.ask(Measure()), rig.engine.ask(Measure()))
        assert first == second
        assert [one.name for one in first.participants] == ["cam"]
        await rig.engine.ask(Measure())

    rig.run(story())
    assert sum(isinstance(command, Count) for command in rig.core.commands) == 2


def test_stopping_ends_sessions_and_lets_nobody_in(rig: Rig) -> None:
    async def story() -> None:
        opened = await rig.engine.ask(PUBLISH)
        rig.core.mute = True
        async with asyncio.TaskGroup() as group:
            asking = group.create_task(_refusal(rig, WATCH))
            await asyncio.sleep(0)
            rig.engine.stop()
            assert (await asking).code == RefusalCode.STOPPING
        assert (await _refusal(rig, PUBLISH)).code == RefusalCode.STOPPING
        with pytest.raises(Refusal):
            await rig.engine.ask(Find(opened.session.id))
        assert rig.engine.rooms() == ()

    rig.run(story())
    assert rig.core.media == {}


async def _refusal(rig: Rig, request: Publish | Watch) -> Refusal:
    with pytest.raises(Refusal) as caught:
        await rig.engine.ask(request)
    return caught.value


def test_a_dead_core_ends_the_reading_of_reports(rig: Rig) -> None:
    async def story() -> None:
        rig.core.die()
        await asyncio.Event().wait()

    with pytest.raises(ExceptionGroup) as caught:
        rig.run(story())
    assert caught.group_contains(RelayError, match="a worker panicked")
    with pytest.raises(RelayError):
        rig.engine.receive(Died("again"))


def test_the_log_has_a_line_for_what_somebody_did(
    rig: Rig, caplog: pytest.LogCaptureFixture
) -> None:
    async def story() -> None:
        await rig.engine.ask(PUBLISH)
        rig.core.end(1, "silent", "Nothing came for 6 s.")
        await rig.engine.ask(Measure())

    with caplog.at_level("INFO"):
        rig.run(story())
    assert caplog.messages == [
        "studio: publisher cam (p1) joined",
        "studio: publisher cam (p1) left: Nothing came for 6 s.",
    ]
    assert not any("token" in message for message in caplog.messages)


def restarted(ufrag: str) -> Offer:
    return Offer(offer(ufrag=ufrag), ufrag)


def test_a_restart_gives_a_new_tag_and_keeps_the_rest(rig: Rig) -> None:
    async def story() -> None:
        opened = await rig.engine.ask(PUBLISH)
        before = rig.engine.rooms()
        again = await rig.engine.ask(Restart(opened.session.id, restarted("new1")))
        assert again.session.id == opened.session.id
        assert again.session.tag != opened.session.tag
        assert again.session.offer.ufrag == "new1"
        assert again.answer != opened.answer
        assert await rig.engine.ask(Find(opened.session.id)) == again.session
        assert rig.engine.rooms() == before

    rig.run(story())
    assert [type(command) for command in rig.core.commands] == [Accept, Renegotiate]


@pytest.mark.parametrize("code", ["malformed", "unsupported", "limit"])
def test_a_restart_that_fails_leaves_the_session(rig: Rig, code: Any) -> None:
    async def story() -> None:
        opened = await rig.engine.ask(PUBLISH)
        rig.core.refusing = (code, "The reason.")
        with pytest.raises((Refusal, ProtocolError), match="The reason"):
            await rig.engine.ask(Restart(opened.session.id, restarted("new1")))
        assert await rig.engine.ask(Find(opened.session.id)) == opened.session
        assert len(rig.engine.rooms()[0].participants[0].tracks) == 2

    rig.run(story())


def test_a_restart_that_gets_no_answer_leaves_the_session(rig: Rig) -> None:
    async def story() -> None:
        opened = await rig.engine.ask(PUBLISH)
        rig.core.mute = True
        with pytest.raises(Refusal, match="did not answer"):
            await rig.engine.ask(Restart(opened.session.id, restarted("new1")))
        assert await rig.engine.ask(Find(opened.session.id)) == opened.session

    rig.run(story())


def test_one_restart_at_a_time(rig: Rig) -> None:
    async def story() -> None:
        opened = await rig.engine.ask(PUBLISH)
        rig.core.mute = True
        async with asyncio.TaskGroup() as group:
            first = group.create_task(refused(rig, Restart(opened.session.id, restarted("new1"))))
            await asyncio.sleep(0)
            second = await refused(rig, Restart(opened.session.id, restarted("new2")))
        assert (second.code, second.retry_after) == (RefusalCode.BUSY, 1)
        assert first.result().code == RefusalCode.FULL

    rig.run(story())


@pytest.mark.parametrize("how", ["left", "lost", "stopped"])
def test_a_session_that_ends_during_its_restart_is_gone(rig: Rig, how: str) -> None:
    async def story() -> None:
        opened = await rig.engine.ask(PUBLISH)
        rig.core.mute = True
        async with asyncio.TaskGroup() as group:
            restart = group.create_task(refused(rig, Restart(opened.session.id, restarted("new1"))))
            await asyncio.sleep(0)
            rig.core.mute = False
            if how == "left":
                await rig.engine.ask(Leave(opened.session.id))
            elif how == "lost":
                rig.core.end(1)
            else:
                rig.engine.stop()
        expected = RefusalCode.STOPPING if how == "stopped" else RefusalCode.UNKNOWN
        assert restart.result().code == expected

    rig.run(story())


async def refused(rig: Rig, request: Restart) -> Refusal:
    with pytest.raises(Refusal) as caught:
        await rig.engine.ask(request)
    return caught.value


def test_event_streams_open_and_close(rig: Rig) -> None:
    async def story() -> None:
        await rig.engine.ask(PUBLISH)
        session = (await rig.engine.ask(WATCH)).session.id
        name = await rig.engine.ask(OpenStream(session, frozenset({"viewercount"})))
        stream = await rig.engine.ask(FindStream(session, name))
        assert stream.take() == (ViewerCount(1),)
        await rig.engine.ask(CloseStream(session, name))
        with pytest.raises(Refusal):
            await rig.engine.ask(FindStream(session, name))

    rig.run(story())


def test_a_program_produces_is_asked_for_keyframes_and_leaves(rig: Rig) -> None:
    asked: list[Port] = []
    ports = rig.engine.produce(PRODUCE, Feeder(asked.append))
    assert [one.name for one in rig.engine.rooms()[0].participants] == ["bot"]
    rig.engine.receive(KeyframeWanted(ports[0]))
    assert asked == [ports[0]]
    rig.engine.retire(ports[0].transport)
    rig.engine.retire(ports[0].transport)
    rig.engine.receive(KeyframeWanted(ports[0]))
    assert asked == [ports[0]]
    transport = ports[0].transport
    made = ProduceMedia(transport, ((Mid("0"), "video"),))
    assert rig.core.commands == [made, Close(transport)]
    assert rig.engine.rooms() == ()


def test_a_core_that_is_full_takes_no_producer(rig: Rig) -> None:
    ended: list[str] = []
    feeder = Feeder(lambda _: None, on_end=lambda: ended.append("end"))
    (port,) = rig.engine.produce(PRODUCE, feeder)
    rig.engine.receive(Refused(port.transport, "limit", "all transports are taken"))
    assert rig.engine.rooms() == ()
    (port,) = rig.engine.produce(PRODUCE, feeder)
    rig.engine.receive(Closed(port.transport, "failed", "It failed."))
    assert rig.engine.rooms() == ()
    assert ended == ["end", "end"]


def test_a_relay_that_stops_takes_no_producer(rig: Rig) -> None:
    rig.engine.stop()
    with pytest.raises(Refusal) as refusal:
        rig.engine.produce(PRODUCE, Feeder(lambda _: None))
    assert refusal.value.code is RefusalCode.STOPPING


def test_a_program_hears_whether_its_producers_are_wanted(rig: Rig) -> None:
    async def story() -> None:
        told: asyncio.Queue[Demand] = asyncio.Queue()
        (port,) = rig.engine.produce(PRODUCE, Feeder(lambda _: None, told.put_nowait))
        async with rig.engine.fetcher.named(RoomName("studio"), None, ("video",)) as ports:
            assert ports == {"video": port}
            assert await told.get() == Demand(port, True)
        assert await told.get() == Demand(port, False)
        rig.engine.announce(port.transport, ())
        assert rig.engine.rooms()[0].participants[0].tracks == ()
        rig.engine.retire(port.transport)
        rig.engine.announce(port.transport, ("video",))

    rig.run(story())
