"""webrtcsink's and Flitter's peers, whatever they say in whatever order.

Nobody gets what is not theirs, both ends of a session agree, and nothing is left of who is gone.
"""

import itertools
import json
from typing import Any

import hypothesis.strategies as st
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from support.peering import Script
from trunkline.domain import flitter, webrtcsink
from trunkline.model.peering import Bounds
from trunkline.protocol.flitter.server import Server as FlitterServer
from trunkline.protocol.webrtcsink.server import Server as WebrtcsinkServer

NAMES = st.sampled_from(["ann", "bob", "cat"])
ROLES = st.sampled_from([[], ["listener"], ["producer"], ["consumer"], ["producer", "listener"]])
SESSIONS = 3
Told = dict[str, list[dict[str, Any]]]


class Said(RuleBasedStateMachine):
    """Peers by name, and what they are told, read."""

    script: Script

    def say(self, peer: str, **fields: object) -> Told:
        self.script.say(peer, json.dumps(fields), sensible=False)
        return self.told()

    def told(self) -> Told:
        told = {}
        for peer, wire in self.script.wires.items():
            if wire.told:
                told[peer] = [json.loads(str(text)) for text in wire.told]
                wire.told.clear()
        return told

    def leave(self, peer: str) -> Told:
        self.script.leave(peer)
        del self.script.wires[peer]
        return self.told()


class Webrtcsink(Said):
    """Keeps books of roles and sessions."""

    def __init__(self) -> None:
        super().__init__()
        numbers = itertools.count()
        peers = webrtcsink.Peers(lambda: f"id-{next(numbers)}", Bounds(sessions=SESSIONS))
        self.script = Script(peers, WebrtcsinkServer, None)
        self.ids: dict[str, str] = {}
        self.roles: dict[str, list[str]] = {}
        self.sessions: dict[str, tuple[str, str]] = {}

    @rule(peer=NAMES)
    def come(self, peer: str) -> None:
        if peer not in self.ids:
            self.script.wire(peer)
            (welcome,) = self.told()[peer]
            self.ids[peer], self.roles[peer] = welcome["peerId"], []

    @rule(peer=NAMES, roles=ROLES)
    def become(self, peer: str, roles: list[str]) -> None:
        if peer not in self.ids:
            return
        lost = set(self.roles[peer]) - set(roles)
        ended = {
            session: other
            for session, (producer, consumer) in self.sessions.items()
            for role, own, other in (
                ("producer", producer, consumer),
                ("consumer", consumer, producer),
            )
            if own == peer and role in lost
        }
        told = self.say(peer, type="setPeerStatus", roles=roles)
        self.roles[peer] = roles
        self.check_ends(told, ended, peer)
        change = {"type": "peerStatusChanged", "roles": roles, "peerId": self.ids[peer]}
        self.check_changes(told, {**change, "meta": None})

    @rule(peer=NAMES, other=NAMES)
    def start(self, peer: str, other: str) -> None:
        if peer not in self.ids or other not in self.ids:
            return
        told = self.say(peer, type="startSession", peerId=self.ids[other])
        if told[peer][0]["type"] == "error":
            assert (
                self.busy(peer)
                or self.busy(other)
                or not {"producer", "consumer"} & set(self.roles[other])
            )
            return
        ends = (other, peer) if "producer" in self.roles[other] else (peer, other)
        session = told[peer][0]["sessionId"]
        assert session not in self.sessions
        self.sessions[session] = ends
        kinds = [said["type"] for end in dict.fromkeys(ends[::-1]) for said in told[end]]
        assert sorted(kinds) == ["sessionStarted", "startSession"]
        assert {said["sessionId"] for all_ in told.values() for said in all_} == {session}

    def busy(self, peer: str) -> bool:
        """Whether a peer has as many sessions as it may."""
        return sum(peer in ends for ends in self.sessions.values()) >= SESSIONS

    @rule(peer=NAMES, data=st.data(), kind=st.sampled_from(["offer", "answer"]))
    def message(self, peer: str, data: st.DataObject, kind: str) -> None:
        if peer not in self.ids or not self.sessions:
            return
        session = data.draw(st.sampled_from(sorted(self.sessions)))
        producer, consumer = self.sessions[session]
        said: dict[str, object] = {
            "type": "peer",
            "sessionId": session,
            "sdp": {"type": kind, "sdp": peer},
        }
        told = self.say(peer, **said)
        if peer == consumer and kind == "offer":
            assert told[peer][0]["type"] == "error"
        elif peer in (producer, consumer):
            assert told == {consumer if peer == producer else producer: [said]}
        else:
            assert list(told) == [peer]
            assert told[peer][0]["details"].endswith(f"is not part of {session}")

    @rule(peer=NAMES, data=st.data())
    def end(self, peer: str, data: st.DataObject) -> None:
        if peer not in self.ids or not self.sessions:
            return
        session = data.draw(st.sampled_from(sorted(self.sessions)))
        producer, consumer = self.sessions[session]
        told = self.say(peer, type="endSession", sessionId=session)
        if peer in (producer, consumer):
            other = consumer if peer == producer else producer
            assert told == {other: [{"type": "endSession", "sessionId": session}]}
            del self.sessions[session]
        else:
            assert told[peer][0]["type"] == "error"

    @rule(peer=NAMES)
    def go(self, peer: str) -> None:
        if peer not in self.ids:
            return
        ended = {
            session: ends[1] if ends[0] == peer else ends[0]
            for session, ends in self.sessions.items()
            if peer in ends
        }
        gone = self.ids.pop(peer)
        del self.roles[peer]
        told = self.leave(peer)
        self.check_ends(told, ended, peer)
        change = {"type": "peerStatusChanged", "roles": [], "peerId": gone}
        self.check_changes(told, {**change, "meta": None})

    @invariant()
    def lists_are_true(self) -> None:
        for peer in list(self.ids)[:1]:
            (answer,) = self.say(peer, type="list")[peer]
            producers = {one["id"] for one in answer["producers"]}
            assert producers == {
                self.ids[name] for name, roles in self.roles.items() if "producer" in roles
            }

    def check_ends(self, told: Told, ended: dict[str, str], peer: str) -> None:
        """Those sessions end, each for its other end, before anything else is told."""
        for session in ended:
            del self.sessions[session]
        for name in {*told, *ended.values()} - {peer}:
            kinds = [said["type"] for said in told.get(name, [])]
            ends = {said["sessionId"] for said in told.get(name, []) if "sessionId" in said}
            assert ends == {session for session, other in ended.items() if other == name}
            assert kinds == sorted(kinds)

    def check_changes(self, told: Told, change: dict[str, object]) -> None:
        """All listeners are told of it, and nobody else."""
        heard = {
            name: said
            for name, all_ in told.items()
            for said in all_
            if said["type"] == "peerStatusChanged"
        }
        assert heard == {n: change for n, roles in self.roles.items() if "listener" in roles}


class Flitter(Said):
    """Keeps books of rooms."""

    def __init__(self) -> None:
        super().__init__()
        self.script = Script(flitter.Peers(), FlitterServer, None)
        self.rooms: dict[str, list[str]] = {"stage": [], "attic": []}

    @rule(peer=NAMES, room=st.sampled_from(["stage", "attic"]))
    def join(self, peer: str, room: str) -> None:
        told = self.say(peer, type="join", id=peer, room=room)
        if self.room(peer) is None:
            self.rooms[room].append(peer)
            self.check_members(told, room)
        else:
            assert not told

    @rule(peer=NAMES, other=NAMES, made_up=st.booleans())
    def call(self, peer: str, other: str, made_up: bool) -> None:
        said = {"type": "call", "to": other, "offer": "v=0"}
        told = self.say(peer, **said, **({"from": "cat"} if made_up else {}))
        room = self.room(peer)
        reached = room is not None and other in self.rooms[room]
        assert told == ({other: [{**said, "from": peer}]} if reached else {})

    @rule(peer=NAMES)
    def go(self, peer: str) -> None:
        if peer in self.script.wires:
            room = self.room(peer)
            if room is not None:
                self.rooms[room].remove(peer)
            told = self.leave(peer)
            if room is not None:
                self.check_members(told, room)
            else:
                assert not told

    def room(self, peer: str) -> str | None:
        return next((room for room, members in self.rooms.items() if peer in members), None)

    def check_members(self, told: Told, room: str) -> None:
        members = self.rooms[room]
        assert told == {name: [{"type": "members", "members": members}] for name in members}


TestWebrtcsink = Webrtcsink.TestCase
TestFlitter = Flitter.TestCase
TestWebrtcsink.settings = TestFlitter.settings = settings(
    max_examples=60, stateful_step_count=40, deadline=None
)
