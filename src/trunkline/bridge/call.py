"""One call between a peer and a room: their SDP, both ways."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import replace

from trunkline.engine import Engine
from trunkline.errors import Refusal
from trunkline.model.id import ParticipantId
from trunkline.model.request import Call as Request
from trunkline.model.signal import Answered, Goodbye, Offered, Told
from trunkline.protocol.bandwidth import limit_pictures
from trunkline.protocol.whip.answer import finish_answer

log = logging.getLogger(__name__)

NEGOTIATIONS = 100
"""Offers that one call takes; each is work for the core."""

Said = Offered | Answered


class Call:
    """The way of one caller to its room and back.

    It enters the room with its first offer, or when it wants one of ours. `hang_up` is called once,
    after the round of the loop in which the call ended, unless the peer ended it by `close`.
    """

    def __init__(
        self,
        engine: Engine,
        request: Request,
        say: Callable[[Said], None],
        hang_up: Callable[[], None],
    ) -> None:
        self._engine = engine
        self._request = request
        self._say = say
        self._hang_up = hang_up
        self._who: ParticipantId | None = None
        self._left = NEGOTIATIONS
        self._ended = False

    @property
    def who(self) -> ParticipantId | None:
        """Who it is in the room, once it is there."""
        return self._who

    def hear(self, message: Said) -> None:
        """Take the peer's offer, or its answer to ours."""
        if isinstance(message, Answered):
            if self._who is not None and not self._ended:
                self._engine.hear_caller(self._who, message)
            return
        self._left -= 1
        if self._left < 0:
            self.fail(f"it made more than {NEGOTIATIONS} offers")
        elif self._who is None:
            self._enter(replace(self._request, offer=message.sdp))
        else:
            self._engine.hear_caller(self._who, message)

    def ask(self) -> None:
        """Make the offer that the peer wants of us."""
        if self._who is None:
            self._enter(self._request)

    def close(self) -> None:
        """The peer has ended the call."""
        if not self._ended:
            self._ended = True
            self._leave()

    def fail(self, reason: str) -> None:
        """End the call for something that the peer did."""
        log.warning("a call of room %s ends: %s", self._request.room, reason)
        self._leave()
        self.end()

    def put(self, message: Told) -> None:
        """Take what the engine says."""
        if isinstance(message, Answered):
            self._say(Answered(limit_pictures(finish_answer(message.sdp), message.bitrate)))
        elif isinstance(message, Offered):
            self._say(message)

    def end(self) -> None:
        """The call is over for the engine."""
        if not self._ended:
            self._ended = True
            # Not at once: the exchange may be in the middle of telling the peer something.
            asyncio.get_running_loop().call_soon(self._hang_up)

    def _enter(self, request: Request) -> None:
        if self._ended:
            return
        try:
            self._who = self._engine.call(request, self)
        except Refusal as refusal:
            self.fail(refusal.sentence)

    def _leave(self) -> None:
        if self._who is not None:
            self._engine.hear_caller(self._who, Goodbye("left", "It ended its call."))
