"""Whoever says what in whatever order, nobody gets what is not theirs."""

import hypothesis.strategies as st
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from support.peering import Script, Wire
from trunkline.domain.gstreamer import Peers
from trunkline.model.peering import Bounds
from trunkline.protocol.gstreamer.server import Server

NAMES = st.sampled_from(["ann", "bob", "cat", "dan"])
ROOMS = st.sampled_from(["studio", "stage", "attic"])
BOUNDS = Bounds(peers=3, rooms=2, members=2)


class Model(RuleBasedStateMachine):
    """Keeps books of what peers were told, and compares."""

    def __init__(self) -> None:
        super().__init__()
        self.script = Script(Peers(BOUNDS), Server, None)
        self.registered: set[str] = set()
        self.partner: dict[str, str] = {}
        self.room: dict[str, str] = {}

    @rule(peer=NAMES, text=st.text(max_size=12))
    def anything(self, peer: str, text: str) -> None:
        if self.place(peer) == "session":
            self.data(peer)
        elif not text.startswith(("SESSION", "CALL", "ROOM", "HELLO")):
            self.say(peer, text)

    @rule(peer=NAMES)
    def register(self, peer: str) -> None:
        if self.place(peer) == "new":
            (told,) = self.say(peer, f"HELLO {peer}")[peer]
            if len(self.registered) < BOUNDS.peers:
                assert told == "HELLO"
                self.registered.add(peer)
            else:
                assert told == (1013, "too many peers")

    @rule(peer=NAMES, other=NAMES)
    def call(self, peer: str, other: str) -> None:
        if self.place(peer) == "idle":
            free = self.place(other) == "idle"
            told = self.say(peer, f"SESSION {other}")
            if free:
                assert told == {peer: ["SESSION_OK"]}
                self.partner |= {peer: other, other: peer}
            else:
                assert list(told) == [peer]
                assert str(told[peer][0]).startswith("ERROR")

    @rule(peer=NAMES, room=ROOMS)
    def enter(self, peer: str, room: str) -> None:
        if self.place(peer) == "idle":
            others = self.mates(room)
            told = self.say(peer, f"ROOM {room}")
            (answer,) = told.pop(peer)
            if str(answer).startswith("ROOM_OK "):
                assert set(str(answer).split()[1:]) == others
                assert told == {other: [f"ROOM_PEER_JOINED {peer}"] for other in others}
                self.room[peer] = room
            else:
                full = len(others) >= BOUNDS.members
                assert full or (not others and len(set(self.room.values())) >= BOUNDS.rooms)
                assert not told

    @rule(peer=NAMES)
    def data(self, peer: str) -> None:
        if self.place(peer) == "session":
            assert self.say(peer, f"from {peer}") == {self.partner[peer]: [f"from {peer}"]}

    @rule(peer=NAMES, other=NAMES)
    def message(self, peer: str, other: str) -> None:
        if self.place(peer) == "room":
            told = self.say(peer, f"ROOM_PEER_MSG {other} hi")
            if self.room.get(other) == self.room[peer]:
                assert told == {other: [f"ROOM_PEER_MSG {peer} hi"]}
            else:
                assert list(told) == [peer]

    @rule(peer=NAMES)
    def leave(self, peer: str) -> None:
        if peer not in self.script.wires:
            return
        room, partner = self.room.pop(peer, None), self.partner.pop(peer, None)
        self.script.leave(peer)
        del self.script.wires[peer]
        self.registered.discard(peer)
        told = self.told()
        if room is not None:
            assert told == {mate: [f"ROOM_PEER_LEFT {peer}"] for mate in self.mates(room)}
        elif partner is not None and partner != peer:
            assert told == {partner: [(1000, "")]}
            del self.partner[partner]
            self.registered.discard(partner)
            del self.script.wires[partner]
        else:
            assert not told

    @invariant()
    def whoever_is_on_the_line_is_known(self) -> None:
        assert len(self.script.exchange) == len(self.script.wires)

    def teardown(self) -> None:
        for peer in list(self.script.wires):
            self.leave(peer)
        assert len(self.script.exchange) == 0
        # No room is left: as many as there may be can be made anew.
        for peer, room in (("ann", "x"), ("bob", "y")):
            self.register(peer)
            assert self.say(peer, f"ROOM {room}") == {peer: ["ROOM_OK "]}

    def place(self, peer: str) -> str:
        if peer not in self.registered:
            return "new"
        if peer in self.partner:
            return "session"
        return "room" if peer in self.room else "idle"

    def mates(self, room: str) -> set[str]:
        return {peer for peer, where in self.room.items() if where == room}

    def say(self, peer: str, frame: str) -> dict[str, list[object]]:
        self.script.say(peer, frame, sensible=False)
        return self.told()

    def told(self) -> dict[str, list[object]]:
        """What each was told since the last look; who was hung up on is forgotten."""
        told: dict[str, list[object]] = {}
        for peer, wire in list(self.script.wires.items()):
            if wire.told:
                told[peer] = list(wire.told)
                wire.told.clear()
            self.drop_closed(peer, wire)
        return told

    def drop_closed(self, peer: str, wire: Wire) -> None:
        if not wire.open and peer not in self.partner:
            del self.script.wires[peer]


TestModel = Model.TestCase
TestModel.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
