"""How two members of a room on a signalling server come to a call: `!websocket`'s side of it."""

from dataclasses import dataclass
from typing import Any, assert_never

from trunkline.errors import ProtocolError
from trunkline.model import flitter as word
from trunkline.protocol.json_text import read_object, write

MAX_SDP = 64 << 10
"""Characters of a description; longer ones are passed over."""
YIELD_AFTER = 3.0
"""Seconds after which who was called while it called lets the other one be the caller."""
PATIENCE = 15.0
"""Seconds without the next word, after which all begins again."""


@dataclass(frozen=True, slots=True)
class MakeOffer:
    """Make an offer for this member: `call` it."""

    to: str


@dataclass(frozen=True, slots=True)
class MakeAnswer:
    """Answer the offer of this member: `answer` it. An offer of one's own is void."""

    to: str
    offer: str


@dataclass(frozen=True, slots=True)
class TakeAnswer:
    """Take the answer; then say `finished`, and leave."""

    to: str
    answer: str


@dataclass(frozen=True, slots=True)
class Leave:
    """All is said: leave."""


Step = MakeOffer | MakeAnswer | TakeAnswer | Leave
"""What is to be done."""


class Talk:
    """Decides what follows from what the server says.

    Two who call each other at the same time would wait for ever. So the one whose name is greater
    answers; and the other one does so a little later, when its own call was not answered.
    """

    def __init__(self, name: str, callee: str | None) -> None:
        self._name = name
        self._callee = callee
        self._peer: str | None = None
        self._since = 0.0
        self._calling = False
        self._rival: MakeAnswer | None = None
        self.passed_over = ""
        """Why the last word was passed over; empty when it was not."""

    def hear(self, event: word.Event, now: float) -> Step | None:
        """What follows from a word of the server's.

        Args:
            event: what it said.
            now: seconds, rising.

        Raises:
            ProtocolError: there is no call this way; begin again.
        """
        self.passed_over = ""
        match event:
            case word.Members(ids):
                return self._see(ids, now)
            case word.Forwarded(sender, text):
                return self._take(sender, read_object(text) or {}, now)
            case word.Failed(error):
                raise ProtocolError(f"the server says: {error}")
            case _:
                assert_never(event)

    def wait(self, now: float) -> Step | None:
        """What follows from nothing having been said; errors as above."""
        if self._peer is None:
            return None
        if self._rival is not None and now - self._since >= YIELD_AFTER:
            return self._answer(self._rival, now)
        if now - self._since >= PATIENCE:
            raise ProtocolError(f"{self._peer} does not answer")
        return None

    def _see(self, ids: tuple[str, ...], now: float) -> Step | None:
        if self._peer is not None:
            if self._peer not in ids:
                raise ProtocolError(f"{self._peer} has left")
        elif self._callee in ids and self._callee != self._name:
            self._peer, self._since, self._calling = self._callee, now, True
            return MakeOffer(self._peer)
        return None

    def _take(self, sender: str, fields: dict[str, Any], now: float) -> Step | None:
        match fields:
            case {"type": "call", "offer": str(sdp)} if self._is_fair(sender, sdp):
                return self._called(MakeAnswer(sender, sdp), now)
            case {"type": "answer", "answer": str(sdp)} if self._is_fair(sender, sdp):
                if self._calling and sender == self._peer:
                    return TakeAnswer(sender, sdp)
            case {"type": "finished"} if sender == self._peer and not self._calling:
                return Leave()
        return None

    def _is_fair(self, sender: str, sdp: str) -> bool:
        if len(sdp) > MAX_SDP:
            self.passed_over = f"a description of {sender} of more than {MAX_SDP} characters"
        return not self.passed_over

    def _called(self, call: MakeAnswer, now: float) -> Step | None:
        if self._peer is None:
            return self._answer(call, now)
        if call.to != self._peer:
            self.passed_over = f"a call of {call.to}, as there is one with {self._peer}"
            return None
        if self._calling and self._name < call.to:
            self._rival = call
            return None
        return self._answer(call, now)

    def _answer(self, call: MakeAnswer, now: float) -> MakeAnswer:
        self._peer, self._since, self._calling, self._rival = call.to, now, False, None
        return call


def call(to: str, offer: str) -> word.Forward:
    """The word that calls a member."""
    return word.Forward(to, write({"type": "call", "to": to, "offer": offer}))


def answer(to: str, sdp: str) -> word.Forward:
    """The word that answers a call."""
    return word.Forward(to, write({"type": "answer", "to": to, "answer": sdp}))


def finished(to: str) -> word.Forward:
    """The word that says that the answer was taken."""
    return word.Forward(to, write({"type": "finished", "to": to}))
