"""What trunks' connections need of whoever joins them with the rooms.

A connection says hello, asks whether the other end is there, and measures the way to it; all other
words are for who implements `Trunking`.
"""

from typing import Protocol

from trunkline.model import outbox, signal
from trunkline.model.id import LinkId, ParticipantId
from trunkline.model.trunk import Charted, Hello, Medial, Policy, Routed, Standing, Word


class Outbox(Protocol):
    """The way to one relay: it never blocks, and drops the link rather than a word."""

    def put(self, word: Word) -> None:
        """Say this after all that was said before."""

    def end(self) -> None:
        """Hang up when all has been said; a goodbye before it tells the other end why."""


class Trunking(Protocol):
    """What links are for."""

    @property
    def me(self) -> Hello:
        """What this relay says first on every link."""

    def connect(self, hello: Hello, outbox: Outbox, policy: Policy, *, dialled: bool) -> LinkId:
        """A relay said hello: from now on words may be said to it.

        There may be several links to one relay.

        Args:
            hello: what it says of itself; it is neither this relay nor one that claims its id.
            outbox: the way to it; our own hello was said already.
            policy: what may cross, as this side has it.
            dialled: this side dialled, and is the full ICE agent of both media connections.

        Raises:
            Refusal: it is not taken; code and sentence are its goodbye.
        """

    def hear(self, link: LinkId, word: Routed | Charted | Medial, now: float, wall: int) -> None:
        """Take what it says; `now` in seconds, rising, `wall` in milliseconds since 1970.

        Raises:
            ProtocolError: it breaks the protocol, and is hung up on with that sentence.
        """

    def measure(self, link: LinkId, rtt: float) -> None:
        """The round-trip time of a link, in seconds, smoothed; up to twice a second."""

    def doubt(self, link: LinkId, doubtful: bool) -> None:
        """Whether nothing is heard of a link for longer than it should be; said when it changes."""

    def hang_up(self, link: LinkId, reason: str) -> None:
        """The link is over, for a reason in words; also where its outbox was ended.

        Said once for each `connect`; nothing more is heard of it.
        """

    def standings(self) -> tuple[Standing, ...]:
        """All links that are up, oldest first."""


class Guests(Protocol):
    """Who takes original Umbrella relays that this one dialled: they are guests of a room."""

    def enter(
        self,
        hello: signal.Hello,
        outbox: outbox.Outbox,
        *,
        address: str,
        like_umbrella: bool,
        policy: Policy,
    ) -> ParticipantId:
        """Let it in; `policy` is what may cross.

        Raises:
            Refusal: it is not let in.
        """

    def hear(self, who: ParticipantId, message: signal.Heard, now: float, wall: int) -> None:
        """Take what it says; `now` in seconds, rising, `wall` in milliseconds since 1970."""

    def hang_up(
        self, who: ParticipantId, outbox: outbox.Outbox, now: float, *, clean: bool
    ) -> None:
        """The conversation is over."""
