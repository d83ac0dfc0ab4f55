"""A table of rules, each with the check that it is kept on a live relay."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Generic, Literal, TypeVar

from support.live import Live, Reply

T = TypeVar("T")
"""What a rule is checked on."""

Check = Callable[[T], Awaitable[None]]

ICE_SERVERS = [
    "stun:stun.example.net",
    {"url": "turn:turn.example.net?transport=udp", "username": "u", "credential": "c"},
]


@dataclass(frozen=True, slots=True)
class Rule(Generic[T]):
    """One sentence of the texts."""

    section: str
    level: Literal["MUST", "SHOULD"]
    check: Check[T]

    def __str__(self) -> str:
        return f"{self.section}-{self.level}-{getattr(self.check, '__name__', '')}"


class Checklist(Generic[T]):
    """Rules in the order in which they are written down."""

    def __init__(self) -> None:
        self.rules: list[Rule[T]] = []

    def must(self, section: str) -> Callable[[Check[T]], Check[T]]:
        return self._rule(section, "MUST")

    def should(self, section: str) -> Callable[[Check[T]], Check[T]]:
        return self._rule(section, "SHOULD")

    def _rule(
        self, section: str, level: Literal["MUST", "SHOULD"]
    ) -> Callable[[Check[T]], Check[T]]:
        def register(check: Check[T]) -> Check[T]:
            self.rules.append(Rule(section, level, check))
            return check

        return register


async def both(relay: Live) -> tuple[Reply, Reply]:
    """A session that publishes and one that watches it."""
    return await relay.publish(), await relay.watch()


def without_body(reply: Reply, status: int) -> None:
    assert (reply.status, reply.text) == (status, "")
