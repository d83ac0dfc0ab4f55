"""Whatever guests say in whatever order, each knows and is sent what it should."""

import hypothesis.strategies as st
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from support.rooms import House, announced
from trunkline.domain.downlink import Downlink
from trunkline.domain.guest import Guest
from trunkline.model import signal
from trunkline.model.command import Attach, Close, Detach
from trunkline.model.id import Mid, TrackId
from trunkline.model.media import Kind, Port, Wish

NAMES = st.sampled_from(["ann", "bob", "umb"])
KINDS: st.SearchStrategy[tuple[Kind, ...]] = st.sampled_from(
    [(), ("audio",), ("video",), ("audio", "video")]
)
TRACKS = [TrackId(f"{who}-{kind}") for who in ("ann", "bob", "umb") for kind in ("audio", "video")]
WISHES = st.lists(
    st.tuples(st.sampled_from(TRACKS), st.builds(Wish, st.booleans())),
    max_size=4,
    unique_by=lambda wish: wish[0],
)


class Watched(House):
    """Keeps what is attached to what, as the core would."""

    def __init__(self) -> None:
        super().__init__()
        self.shown: dict[Port, Port] = {}

    def _short(self, effect: object) -> str:
        match effect:
            case Attach(consumer, source):
                self.shown[consumer] = source
            case Detach(consumer):
                self.shown.pop(consumer, None)
            case Close(transport):
                self.forget(transport)
            case _:
                pass
        return super()._short(effect)  # type: ignore[arg-type]

    def forget(self, transport: int) -> None:
        for port in [port for port in self.shown if port.transport == transport]:
            del self.shown[port]

    def guests(self) -> list[Guest]:
        return [guest for room in self.rooms.guests.rooms() for guest in room.floor]


class Model(RuleBasedStateMachine):
    """Three guests, one of them an original Umbrella client."""

    def __init__(self) -> None:
        super().__init__()
        self.house = Watched()

    def guest(self, who: str) -> Guest | None:
        return next((one for one in self.house.guests() if one.id == who), None)

    @rule(who=NAMES, accept_all=st.booleans())
    def arrive(self, who: str, accept_all: bool) -> None:
        if self.guest(who) is None:
            for way in "^v":
                self.house.transports.pop(f"{who}{way}", None)
            umbrella = who == "umb"
            self.house.arrive(who, accept_all=accept_all and not umbrella, like_umbrella=umbrella)

    @rule(who=NAMES, kinds=KINDS, mapped=st.booleans())
    def announce(self, who: str, kinds: tuple[Kind, ...], mapped: bool) -> None:
        tracks = tuple(announced(f"{who}-{kind}", kind) for kind in kinds)
        self.house.say(who, signal.Announce(tracks))
        mapping = tuple((track.id, Mid(track.kind)) for track in tracks)
        self.house.say(who, signal.Mapped(mapping if mapped else ()))

    @rule(who=NAMES, kinds=KINDS)
    def offer(self, who: str, kinds: tuple[Kind, ...]) -> None:
        guest = self.guest(who)
        if guest is not None:
            self.house.transports.pop(f"{who}^", None)
            self.house.say(who, signal.Offered("offer"))
            assert guest.uplink is not None
            self.house.transports[f"{who}^"] = guest.uplink.transport
            self.house.answer(f"{who}^", "in", kinds)

    @rule(who=NAMES, wishes=WISHES)
    def accept(self, who: str, wishes: list[tuple[TrackId, Wish]]) -> None:
        self.house.say(who, signal.Accept(tuple(wishes)))

    @rule(who=NAMES, refused=st.sets(st.integers(0, 3), max_size=2))
    def agree(self, who: str, refused: set[int]) -> None:
        guest = self.guest(who)
        if guest is None or guest.downlink is None or not guest.downlink.waiting:
            return
        self.house.transports[f"{who}v"] = guest.downlink.transport
        self.house.offer_made(who)
        self.house.agree(who, *refused)

    @rule(who=NAMES, up=st.booleans(), lost=st.booleans())
    def connection(self, who: str, up: bool, lost: bool) -> None:
        guest = self.guest(who)
        link = (guest.uplink if up else guest.downlink) if guest else None
        if link is None or (up and guest and guest.uplink and not guest.uplink.agreed):
            return
        name = f"{who}{'^' if up else 'v'}"
        self.house.transports[name] = link.transport
        if lost:
            self.house.forget(link.transport)
            self.house.lose(name)
        else:
            self.house.connect(name)

    @rule(who=NAMES)
    def restart(self, who: str) -> None:
        self.house.say(who, signal.RestartMedia())

    @rule(who=NAMES, back=st.booleans())
    def break_off(self, who: str, back: bool) -> None:
        if self.guest(who) is not None:
            self.house.break_off(who)
            if back:
                self.house.come_back(who)

    @rule(who=NAMES)
    def leave(self, who: str) -> None:
        self.house.say(who, signal.Goodbye("left", "Bye."))

    @precondition(lambda self: self.house.guests())
    @rule(seconds=st.floats(0, 20))
    def wait(self, seconds: float) -> None:
        self.house.wait(seconds)

    @invariant()
    def everybody_knows_the_tracks_of_the_others(self) -> None:
        for guest in self.house.guests():
            others = (one for one in self.house.guests() if one is not guest)
            assert {view.id for view in guest.told or ()} == {
                track.id for other in others for track in other.live()
            }

    @invariant()
    def nobody_is_sent_what_it_did_not_want(self) -> None:
        live = {track.port: track for one in self.house.guests() for track in one.live()}
        owners = {
            one.downlink.transport: one for one in self.house.guests() if one.downlink is not None
        }
        for consumer, source in self.house.shown.items():
            wish = owners[consumer.transport].wish_for(live[source])
            assert wish is not None
            assert not wish.paused

    @invariant()
    def what_is_mapped_and_agreed_on_flows(self) -> None:
        live = {track.id: track for one in self.house.guests() for track in one.live()}
        for guest in self.house.guests():
            downlink = guest.downlink
            if downlink is None or downlink.waiting:
                continue
            for track_id, mid in downlink.mapping:
                wish = guest.wish_for(live[track_id])
                assert wish is not None
                if mid in agreed(downlink) and not wish.paused:
                    assert self.house.shown[Port(downlink.transport, mid)] == live[track_id].port

    @invariant()
    def every_transport_is_somebodys(self) -> None:
        links = [(one.uplink, one.downlink) for one in self.house.guests()]
        known = {link.transport for pair in links for link in pair if link is not None}
        every = self.house.rooms._directory.homes
        assert {each for each in every if self.house.rooms.guests.has(each)} == known


def agreed(downlink: Downlink) -> set[Mid | None]:
    """The media that a guest takes as they are now."""
    return {one.mid for one in downlink._media if one.agreed == one.label is not None}


TestGuests = Model.TestCase
TestGuests.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
