"""STUN and TURN servers that clients are told of."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class IceServer:
    """One server; those of TURN need both a user name and a credential."""

    url: str
    """As RFC 7064 (stun:, stuns:) or RFC 7065 (turn:, turns:) has it."""
    username: str | None = None
    credential: str | None = field(default=None, repr=False)
