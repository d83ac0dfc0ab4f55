"""Who takes the words of trunks, where the rooms are left out."""

from itertools import count

from trunkline.errors import Refusal
from trunkline.model.id import LinkId, RelayId
from trunkline.model.trunk import Charted, Hello, Medial, Policy, Routed, Standing
from trunkline.model.trunking import Outbox


class FakeTrunking:
    """Notes what it is told, and refuses what a test says."""

    def __init__(self, relay: str = "relay0001", *, instance: str = "first") -> None:
        self.me = Hello(RelayId(relay), f"name of {relay}", "trunkline/test", instance)
        self.refusal: Refusal | None = None
        self.links: dict[LinkId, Hello] = {}
        """Those that are up."""
        self.outboxes: dict[LinkId, Outbox] = {}
        self.policies: dict[LinkId, Policy] = {}
        self.dialled: dict[LinkId, bool] = {}
        self.heard: list[tuple[LinkId, Routed | Charted | Medial]] = []
        self.rtts: dict[LinkId, float] = {}
        self.doubts: list[tuple[LinkId, bool]] = []
        self.ends: list[tuple[LinkId, str]] = []
        self._numbers = count(1)

    def connect(self, hello: Hello, outbox: Outbox, policy: Policy, *, dialled: bool) -> LinkId:
        if self.refusal is not None:
            raise self.refusal
        link = LinkId(next(self._numbers))
        self.links[link] = hello
        self.outboxes[link] = outbox
        self.policies[link] = policy
        self.dialled[link] = dialled
        return link

    def hear(self, link: LinkId, word: Routed | Charted | Medial, now: float, wall: int) -> None:
        assert link in self.links
        assert wall > now, "milliseconds since 1970, and seconds of a clock that began later"
        self.heard.append((link, word))

    def measure(self, link: LinkId, rtt: float) -> None:
        assert link in self.links
        self.rtts[link] = rtt

    def doubt(self, link: LinkId, doubtful: bool) -> None:
        assert link in self.links
        self.doubts.append((link, doubtful))

    def hang_up(self, link: LinkId, reason: str) -> None:
        del self.links[link]
        self.ends.append((link, reason))

    def standings(self) -> tuple[Standing, ...]:
        return tuple(
            Standing(
                link=link,
                relay=hello.relay,
                name=hello.name,
                policy=self.policies[link],
                rtt=self.rtts.get(link),
            )
            for link, hello in self.links.items()
        )
