"""Where trunks' connections meet rooms and routes: words of neighbours → domain → outboxes."""

import asyncio
import logging
from collections.abc import Callable, Sequence

from trunkline.domain.effect import Effect
from trunkline.domain.trunks import Trunks
from trunkline.model import signal
from trunkline.model.id import LinkId
from trunkline.model.trunk import Charted, Hello, Medial, Policy, Routed, Standing, Tell
from trunkline.model.trunking import Outbox

log = logging.getLogger(__name__)


class Crossroads:
    """`Trunking`, over the domain's `Trunks`; `perform` does what they want done."""

    def __init__(self, trunks: Trunks, perform: Callable[[Sequence[Effect]], None]) -> None:
        self._trunks = trunks
        self._perform = perform
        self._outboxes: dict[LinkId, Outbox] = {}  # bounded by the links that routing takes

    @property
    def me(self) -> Hello:
        """What this relay says first on every link."""
        return self._trunks.me

    def connect(self, hello: Hello, outbox: Outbox, policy: Policy, *, dialled: bool) -> LinkId:
        """A relay said hello.

        Raises:
            Refusal: it is not taken.
        """
        link, effects = self._trunks.connect(hello, policy, dialled=dialled, now=_now())
        self._outboxes[link] = outbox
        log.info("A trunk with %s is up (%s)", hello.name, "dialled" if dialled else "taken")
        self._perform(effects)
        return link

    def hear(self, link: LinkId, word: Routed | Charted | Medial, now: float, wall: int) -> None:
        """Take what it says."""
        del wall  # lines of chat bring their own
        self._perform(self._trunks.hear(link, word, now))

    def measure(self, link: LinkId, rtt: float) -> None:
        """The round-trip time of a link, in seconds."""
        self._perform(self._trunks.measure(link, rtt, _now()))

    def doubt(self, link: LinkId, doubtful: bool) -> None:
        """Whether nothing is heard of a link for longer than it should be."""
        log.debug("Trunk %d: %s", link, "silent" if doubtful else "heard of again")
        self._perform(self._trunks.doubt(link, doubtful, _now()))

    def hang_up(self, link: LinkId, reason: str) -> None:
        """The link is over."""
        log.info("A trunk is over: %s", reason)
        self._outboxes.pop(link, None)
        self._perform(self._trunks.hang_up(link, _now()))

    def chart(self) -> tuple[Charted, ...]:
        """This relay and all that its trunks lead to, nearest first; empty without trunks."""
        return tuple(self._trunks.chart)

    def standings(self) -> tuple[Standing, ...]:
        """All links that are up, oldest first."""
        return self._trunks.standings()

    def tell(self, words: Tell) -> None:
        """Say something over a link; a goodbye hangs up. Who is not on the line hears nothing."""
        outbox = self._outboxes.get(words.link)
        if outbox is None:
            return
        outbox.put(words.word)
        if isinstance(words.word, signal.Goodbye):
            del self._outboxes[words.link]
            outbox.end()


def _now() -> float:
    return asyncio.get_running_loop().time()
