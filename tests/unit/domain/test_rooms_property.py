"""Whatever happens in whatever order, each viewer is shown what it should be."""

from typing import Literal

import hypothesis.strategies as st
from hypothesis import settings
from hypothesis.stateful import (
    Bundle,
    MultipleResults,
    RuleBasedStateMachine,
    consumes,
    invariant,
    multiple,
    rule,
)

from trunkline.domain.directory import Limits
from trunkline.domain.effect import Effect
from trunkline.domain.rooms import Rooms
from trunkline.errors import Refusal
from trunkline.model import view
from trunkline.model.command import Accept, Attach, Close, Count, Detach
from trunkline.model.event import (
    ParticipantJoined,
    ParticipantLeft,
    RoomClosed,
    RoomOpened,
    TrackEnded,
    TrackPublished,
)
from trunkline.model.id import (
    Mid,
    ParticipantId,
    ParticipantName,
    RoomName,
    SessionId,
    TransportId,
)
from trunkline.model.media import Kind, Medium, Offer, Port
from trunkline.model.report import Answered, Closed, Connected, Refused, Started, Unplayable
from trunkline.model.request import Publish, Watch
from trunkline.model.rule import Rule

LIMITS = Limits(rooms=2, sessions=6)
PARTICIPANTS = 4
ROOMS = st.sampled_from([RoomName(name) for name in "aaaabbc"])  # most meet in one
STAGES = st.sampled_from(["reserved", "answered", "connected"])
NAMES = st.sampled_from([None, ParticipantName("x"), ParticipantName("y")])
KINDS = st.sampled_from([("audio",), ("video",), ("audio", "video")])


class Model(RuleBasedStateMachine):
    """Keeps books of its own from requests, reports and effects, and compares."""

    transports = Bundle("transports")

    def __init__(self) -> None:
        super().__init__()
        rule = Rule(participants=PARTICIPANTS)
        self.rooms = Rooms(LIMITS, {RoomName(room): rule for room in "abc"})
        self.next = 0
        self.waiting: dict[TransportId, Publish | Watch] = {}
        self.live: dict[TransportId, Publish | Watch] = {}
        self.media: dict[TransportId, tuple[Kind, ...]] = {}
        self.connected: set[TransportId] = set()
        self.shown: dict[Port, Port] = {}
        self.open: set[RoomName] = set()
        self.tracks: set[str] = set()
        self.here: set[str] = set()

    @rule(target=transports, room=ROOMS, name=NAMES, publisher=st.booleans(), stage=STAGES)
    def enter(
        self, room: RoomName, name: ParticipantName | None, publisher: bool, stage: str
    ) -> MultipleResults[TransportId] | TransportId:
        self.next += 1
        transport = TransportId(self.next)
        offer = Offer("", "abcd")
        request = Publish(room, name, offer) if publisher else Watch(room, name, offer)
        session = view.Session(SessionId(str(transport)), "", offer)
        try:
            effects = self.rooms.enter(request, transport, ParticipantId(str(transport)), session)
        except Refusal:
            return multiple()
        self.waiting[transport] = request
        self.take(effects)
        if stage != "reserved":
            self.answer(transport, ("audio", "video"))
        if stage == "connected":
            self.connect(transport)
        return transport

    @rule(transport=transports, kinds=KINDS)
    def answer(self, transport: TransportId, kinds: tuple[Kind, ...]) -> None:
        if transport in self.live:
            return  # the core answers an offer once
        if transport in self.waiting:
            self.live[transport] = self.waiting.pop(transport)
            self.media[transport] = kinds
        request = self.live.get(transport)
        direction: Literal["in", "out"] = "in" if isinstance(request, Publish) else "out"
        media = tuple(Medium(Mid(kind), kind, direction, ()) for kind in kinds)
        self.take(self.rooms.receive(Answered(transport, "", media)))

    @rule(transport=transports)
    def connect(self, transport: TransportId) -> None:
        if transport in self.waiting:
            return  # nothing connects before it is answered
        self.connected.add(transport)
        self.take(self.rooms.receive(Connected(transport, "")))

    @rule(transport=transports, kind=st.sampled_from(["audio", "video"]))
    def start(self, transport: TransportId, kind: str) -> None:
        if transport not in self.waiting:
            self.take(self.rooms.receive(Started(Port(transport, Mid(kind)), "VP8")))

    @rule(transport=transports)
    def refuse(self, transport: TransportId) -> None:
        if transport not in self.live:
            self.waiting.pop(transport, None)
            self.take(self.rooms.receive(Refused(transport, "codec", "")))

    @rule(transport=consumes(transports), code=st.sampled_from(["peer", "silent", "panic"]))
    def close(self, transport: TransportId, code: str) -> None:
        self.forget(transport)
        if code == "peer":
            self.take(self.rooms.receive(Closed(transport, "peer", "")))
        elif code == "silent":
            self.take(self.rooms.leave(transport, "left", ""))
        else:
            self.take(self.rooms.receive(Unplayable(Port(transport, Mid("video")), "AV1")))

    @invariant()
    def each_viewer_is_shown_whom_it_follows(self) -> None:
        wanted = {}
        for transport, request in self.live.items():
            if isinstance(request, Watch):
                for kind in self.media[transport]:
                    source = self.choose(request, kind)
                    if source:
                        wanted[Port(transport, Mid(kind))] = source
        assert self.shown == wanted

    @invariant()
    def rooms_are_there_while_somebody_is(self) -> None:
        assert {request.room for request in self.live.values()} == self.open
        assert {room.name for room in self.rooms.describe()} == self.open
        assert self.here == {str(transport) for transport in self.live}

    @invariant()
    def limits_hold(self) -> None:
        everybody = [*self.live.values(), *self.waiting.values()]
        rooms = [request.room for request in everybody]
        assert len(rooms) <= LIMITS.sessions
        assert len(set(rooms)) <= LIMITS.rooms
        assert all(rooms.count(room) <= PARTICIPANTS for room in rooms)

    @invariant()
    def names_and_tracks_are_told_apart(self) -> None:
        tracks = set()
        for room in self.rooms.describe():
            names = [participant.name for participant in room.participants]
            assert len(set(names)) == len(names)
            tracks |= {track.id for one in room.participants for track in one.tracks}
        assert tracks == self.tracks

    def teardown(self) -> None:
        self.take(self.rooms.leave_all("stopped", ""))
        assert self.rooms.describe() == ()
        assert not self.tracks
        assert not self.here

    def choose(self, request: Watch, kind: Kind) -> Port | None:
        """Who publishes last, those connected before those who are not; in words of our own."""
        names = {
            participant.id: participant.name
            for room in self.rooms.describe()
            for participant in room.participants
        }
        candidates = [
            transport
            for transport, other in self.live.items()
            if isinstance(other, Publish)
            and other.room == request.room
            and request.publisher in (None, names[ParticipantId(str(transport))])
        ]
        best = max(candidates, key=lambda one: (one in self.connected, one), default=None)
        if best is None or kind not in self.media[best]:
            return None
        return Port(best, Mid(kind))

    def forget(self, transport: TransportId) -> None:
        self.waiting.pop(transport, None)
        self.live.pop(transport, None)
        self.connected.discard(transport)
        for port in [port for port in self.shown if port.transport == transport]:
            del self.shown[port]

    def take(self, effects: list[Effect]) -> None:  # noqa: C901, PLR0912 - one line for each kind
        for effect in effects:
            match effect:
                case Attach(consumer, source):
                    assert consumer.transport in self.live
                    assert source.transport in self.live
                    self.shown[consumer] = source
                case Detach(consumer):
                    del self.shown[consumer]
                case Accept(_, _, sources):
                    assert all(source.transport in self.live for source in sources)
                case RoomOpened(room):
                    assert room not in self.open
                    self.open.add(room)
                case RoomClosed(room):
                    self.open.remove(room)
                case ParticipantJoined(_, participant):
                    assert participant not in self.here
                    self.here.add(participant)
                case ParticipantLeft(_, participant):
                    self.here.remove(participant)
                case TrackPublished(_, _, track):
                    assert track not in self.tracks
                    self.tracks.add(track)
                case TrackEnded(_, _, track):
                    self.tracks.remove(track)
                case Close() | Count():
                    pass
                case _:
                    pass


TestModel = Model.TestCase
TestModel.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
