"""The shapes of load that are measured."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """So many publishers, each with so many viewers."""

    name: str
    title: str
    publishers: int
    viewers: int
    rate: int
    """Packets per second of each publisher."""
    burst: int
    """Packets of one frame."""

    def arguments(self) -> list[str]:
        """As the load generator takes it."""
        return [
            f"--publishers={self.publishers}",
            f"--viewers={self.viewers}",
            f"--rate={self.rate}",
            f"--burst={self.burst}",
        ]


SCENARIOS: Sequence[Scenario] = (
    Scenario(name="20", title="1 x 1,000/s → 20", publishers=1, viewers=20, rate=1000, burst=33),
    Scenario(name="60", title="1 x 1,000/s → 60", publishers=1, viewers=60, rate=1000, burst=33),
    Scenario(name="300", title="1 x 300/s → 60", publishers=1, viewers=60, rate=300, burst=10),
    Scenario(name="room", title="room of 6 x 300/s", publishers=6, viewers=5, rate=300, burst=10),
)
