"""What a kind of source is: it says how FFmpeg opens a URL.

There is one function for each scheme, found by the entry points `trunkline.sources` under the
scheme's name: it takes a `Wanted` and gives an `Opening`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol

from trunkline.model.camera import StreamTransport

OPEN_TIME, READ_TIME = 6.0, 4.0
"""Seconds for a source to answer, and for the next packet to come; FFmpeg waits twice for that."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be opened."""

    url: str = field(repr=False)
    transport: StreamTransport | None = None
    loop: bool = False
    certificate: str | None = None
    """A PEM file with those that are trusted; None: any is."""


def checked(wanted: Wanted) -> dict[str, str]:
    """FFmpeg's options for whom to trust. Its own choice is to trust everybody."""
    if wanted.certificate is None:
        return {}
    return {"tls_verify": "1", "ca_file": wanted.certificate}


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """How FFmpeg opens it."""

    name: str = field(repr=False)
    format: str | None = None
    options: Mapping[str, str] = field(default_factory=dict)
    otherwise: Mapping[str, str] | None = None
    """The options for a second attempt, where the source does not support the first's transport."""
    paced: bool | None = False
    """It is read faster than it lasts, so that we keep the pace; None: where it has an end."""
    loop: bool = False
    encrypted: Literal["checked", "unchecked"] | None = None
    """Whether it goes over TLS, and whether the camera's certificate is checked there."""


def encryption(wanted: Wanted) -> Literal["checked", "unchecked"] | None:
    """How a URL with TLS is encrypted."""
    if not wanted.url.lower().startswith(("rtsps:", "https:", "rtmps:")):
        return None
    return "unchecked" if wanted.certificate is None else "checked"


class Kind(Protocol):
    """A kind of source."""

    def __call__(self, wanted: Wanted) -> Opening:
        """How to open it."""
