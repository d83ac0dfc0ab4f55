"""Relays that this one has trunks with, before anything crosses them."""

import logging
from dataclasses import replace
from itertools import count

from trunkline.model.trunk import Hello, LinkId, Medial, Policy, Routed, Standing
from trunkline.model.trunking import Outbox

log = logging.getLogger(__name__)


class Neighbours:
    """Knows who is there; a `Trunking` for which nothing crosses."""

    def __init__(self, me: Hello) -> None:
        self.me = me
        self._numbers = count(1)
        self._standings: dict[LinkId, Standing] = {}  # bounded by the links

    def connect(self, hello: Hello, outbox: Outbox, policy: Policy, *, dialled: bool) -> LinkId:
        """See `Trunking`."""
        del outbox
        link = LinkId(next(self._numbers))
        self._standings[link] = Standing(
            link=link, relay=hello.relay, name=hello.name, policy=policy
        )
        log.info("A trunk with %s is up (%s)", hello.name, "dialled" if dialled else "taken")
        return link

    def hear(self, link: LinkId, word: Routed | Medial, now: float, wall: int) -> None:
        """See `Trunking`."""
        log.debug("link %s says %r at %s, %s", link, word, now, wall)

    def measure(self, link: LinkId, rtt: float) -> None:
        """See `Trunking`."""
        self._standings[link] = replace(self._standings[link], rtt=rtt)

    def hang_up(self, link: LinkId, reason: str) -> None:
        """See `Trunking`."""
        gone = self._standings.pop(link)
        log.info("The trunk with %s is over: %s", gone.name, reason)

    def standings(self) -> tuple[Standing, ...]:
        """See `Trunking`."""
        return tuple(self._standings.values())
