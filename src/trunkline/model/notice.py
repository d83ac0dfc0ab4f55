"""What a viewer is told of what it watches, while it watches."""

from dataclasses import dataclass
from typing import Literal

NoticeKind = Literal["active", "inactive", "reconnect", "viewercount"]


@dataclass(frozen=True, slots=True)
class Active:
    """Somebody publishes it."""


@dataclass(frozen=True, slots=True)
class Inactive:
    """Nobody publishes it any more."""


@dataclass(frozen=True, slots=True)
class Reconnect:
    """The session ends, but a new one may well succeed."""


@dataclass(frozen=True, slots=True)
class ViewerCount:
    """How many watch in the same room."""

    viewers: int


Notice = Active | Inactive | Reconnect | ViewerCount
