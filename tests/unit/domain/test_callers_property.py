"""Whatever happens in whatever order, a caller is shown somebody else, and what is there."""

import hypothesis.strategies as st
from hypothesis import settings
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, rule

from trunkline.domain.effect import Effect
from trunkline.domain.rooms import Rooms
from trunkline.model import signal, view
from trunkline.model.command import Attach, Close, Detach
from trunkline.model.event import ParticipantJoined, ParticipantLeft
from trunkline.model.id import Mid, ParticipantId, ParticipantName, RoomName, SessionId, TransportId
from trunkline.model.media import Medium, Offer, Port
from trunkline.model.report import Answered, Closed, Forwarded, Refused, Resized, Speakers, Started
from trunkline.model.request import Call, Publish

ROOM = RoomName("studio")
NAMES = st.sampled_from([None, ParticipantName("x"), ParticipantName("y")])
VIDEO = Mid("video")


class Model(RuleBasedStateMachine):
    """Publishers and callers of one room; what is shown to whom, by the effects alone."""

    publishers = Bundle("publishers")
    callers = Bundle("callers")

    def __init__(self) -> None:
        super().__init__()
        self.rooms = Rooms()
        self.live: set[TransportId] = set()
        self.calls: dict[TransportId, Call] = {}
        self.shown: dict[TransportId, TransportId] = {}
        self.first: dict[TransportId, TransportId] = {}
        self.here: set[str] = set()

    @rule(target=publishers)
    def publish(self) -> TransportId:
        transport = self.rooms.number()
        offer = Offer("", "abcd")
        session = view.Session(SessionId(str(transport)), "", offer)
        who = ParticipantId(str(transport))
        self.take(self.rooms.enter(Publish(ROOM, None, offer), transport, who, session))
        self.live.add(transport)
        media = (Medium(VIDEO, "video", "in", ("VP8",)),)
        self.take(self.rooms.receive(Answered(transport, "", media)))
        return transport

    @rule(target=callers, name=NAMES, follows=NAMES, steady=st.booleans(), offers=st.booleans())
    def call(
        self,
        name: ParticipantName | None,
        follows: ParticipantName | None,
        steady: bool,
        offers: bool,
    ) -> TransportId:
        transport = self.rooms.number()
        offer = "" if offers else None
        request = Call(room=ROOM, name=name, follows=follows, steady=steady, offer=offer)
        self.take(self.rooms.callers.enter(request, transport, ParticipantId(str(transport))))
        self.calls[transport] = request
        self.live.add(transport)
        return transport

    @rule(caller=callers, sends=st.booleans(), takes=st.booleans())
    def agree(self, caller: TransportId, sends: bool, takes: bool) -> None:
        media = [Medium(VIDEO, "video", "in", ("VP8",))] if sends else []
        media += [Medium(VIDEO, "video", "out", ("VP8",))] if takes else []
        if not takes:
            self.shown.pop(caller, None)
        self.take(self.rooms.receive(Answered(caller, "", tuple(media))))

    @rule(whose=st.one_of(publishers, callers), codec=st.sampled_from(["VP8", "H264"]))
    def start(self, whose: TransportId, codec: str) -> None:
        self.take(self.rooms.receive(Started(Port(whose, VIDEO), codec)))

    @rule(whose=st.lists(st.one_of(publishers, callers), max_size=2, unique=True))
    def speak(self, whose: list[TransportId]) -> None:
        levels = tuple((Port(one, VIDEO), 20) for one in whose)
        self.take(self.rooms.speech.receive(Speakers(levels)))

    @rule(caller=callers, layer=st.integers(0, 1))
    def forward(self, caller: TransportId, layer: int) -> None:
        self.take(self.rooms.receive(Forwarded(Port(caller, VIDEO), layer)))

    @rule(whose=st.one_of(publishers, callers), height=st.sampled_from([180, 360]))
    def resize(self, whose: TransportId, height: int) -> None:
        self.take(self.rooms.receive(Resized(Port(whose, VIDEO), (320, height))))

    @rule()
    def pass_time(self) -> None:
        self.take(self.rooms.callers.pass_time())

    @rule(caller=consumes(callers), how=st.sampled_from(["goodbye", "closed", "refused"]))
    def end(self, caller: TransportId, how: str) -> None:
        match how:
            case "goodbye":
                who = ParticipantId(str(caller))
                self.take(self.rooms.callers.hear(who, signal.Goodbye("left", "")))
            case "closed":
                self.forget(caller)
                self.take(self.rooms.receive(Closed(caller, "silent", "")))
            case _:
                # One that is here goes on.
                self.take(self.rooms.receive(Refused(caller, "codec", "")))

    @rule(publisher=consumes(publishers))
    def leave(self, publisher: TransportId) -> None:
        self.take(self.rooms.leave(publisher, "left", ""))

    @invariant()
    def nobody_is_shown_itself_or_one_who_is_gone(self) -> None:
        for caller, source in self.shown.items():
            assert caller != source
            assert {caller, source} <= self.live

    @invariant()
    def a_steady_caller_is_shown_one_alone(self) -> None:
        for caller, source in self.first.items():
            assert self.shown.get(caller) in (None, source)

    def teardown(self) -> None:
        self.take(self.rooms.leave_all("stopped", ""))
        assert self.rooms.describe() == ()
        assert not self.here
        assert not self.live

    def forget(self, transport: TransportId) -> None:
        self.live.discard(transport)
        self.shown.pop(transport, None)
        self.first.pop(transport, None)

    def take(self, effects: list[Effect]) -> None:
        for effect in effects:
            match effect:
                case Attach(consumer, source):
                    self.shown[consumer.transport] = source.transport
                    if self.calls[consumer.transport].steady:
                        self.first.setdefault(consumer.transport, source.transport)
                case Detach(consumer):
                    self.shown.pop(consumer.transport, None)
                case Close(transport):
                    self.forget(transport)
                case ParticipantJoined(_, who):
                    assert who not in self.here
                    self.here.add(who)
                case ParticipantLeft(_, who):
                    self.here.remove(who)
                case _:
                    pass


TestModel = Model.TestCase
TestModel.settings = settings(max_examples=40, stateful_step_count=20, deadline=None)
