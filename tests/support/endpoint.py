"""Endpoints of the core as tests drive them: what they tell is gathered, and waited for."""

import asyncio
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Literal, TypeVar

from support.waiting import until
from trunkline import _core

E = TypeVar("E")

LOOPBACK = ("127.0.0.1",)
SEND: tuple[Literal["video"], Literal["sendonly"], tuple[str, str]] = (
    "video",
    "sendonly",
    ("stream", "track"),
)
SEND_SOUND: tuple[Literal["audio"], Literal["sendonly"], tuple[str, str]] = (
    "audio",
    "sendonly",
    ("stream", "sound"),
)


@dataclass
class Source:
    """Something of the core that has events, and those that it told."""

    inner: _core.Endpoint | _core.Tap | _core.Core
    told: list[object] = field(default_factory=list)

    def look(self) -> list[object]:
        self.told.extend(self.inner.drain())
        return self.told

    def all(self, kind: type[E]) -> list[E]:
        return [event for event in self.look() if isinstance(event, kind)]

    def frames(self, mid: str) -> list[_core.Frame]:
        return [frame for frame in self.all(_core.Frame) if frame.mid == mid]

    async def until(self, look: Callable[[], E], what: str) -> E:
        async def seen() -> tuple[E, list[object]]:
            return look(), [one for one in self.told if not isinstance(one, _core.Frame)]

        return (await until(seen, lambda it: bool(it[0]), within=15, what=what))[0]

    async def next(self, kind: type[E]) -> E:
        """The first event of a kind; it is not told again."""
        first = (await self.until(lambda: self.all(kind), kind.__name__))[0]
        self.told.remove(first)
        return first


@dataclass
class Party(Source):
    """An endpoint."""

    inner: _core.Endpoint

    async def connected(self) -> None:
        await self.next(_core.Connected)


@contextmanager
def endpoints(count: int, *, codecs: Sequence[str] = ()) -> Iterator[list[Party]]:
    """Endpoints on loopback, closed at the end."""
    made = [_core.Endpoint(number, LOOPBACK, codecs=codecs) for number in range(count)]
    try:
        yield [Party(one) for one in made]
    finally:
        for one in made:
            one.close()


async def agree(
    offerer: Party,
    answerer: Party,
    media: Iterable[
        tuple[
            Literal["audio", "video"],
            Literal["sendrecv", "sendonly", "recvonly", "inactive"],
            tuple[str, str] | None,
        ]
    ],
    *,
    restart: bool = False,
) -> list[_core.Transceiver]:
    """Offer, answer; the media as the offerer sees them."""
    offerer.inner.offer(list(media), restart)
    offer = await offerer.next(_core.Described)
    answerer.inner.accept_offer(offer.sdp)
    answer = await answerer.next(_core.Described)
    offerer.inner.accept_answer(answer.sdp)
    return (await offerer.next(_core.Negotiated)).media


async def connect(
    offerer: Party,
    answerer: Party,
    *media: tuple[
        Literal["audio", "video"],
        Literal["sendrecv", "sendonly", "recvonly", "inactive"],
        tuple[str, str] | None,
    ],
) -> list[str]:
    """Offer, answer and wait for the connection; the media's names."""
    agreed = await agree(offerer, answerer, media)
    await asyncio.gather(offerer.connected(), answerer.connected())
    return [medium.mid for medium in agreed]


def picture(codec: str, number: int, *, key: bool, size: int = 3000) -> bytes:
    """What an encoder could have made, with no bytes that look like a start code."""
    filler = bytes(1 + (number * 7 + index) % 250 for index in range(size))
    start = b"\0\0\0\1"
    length = bytes([len(filler) & 0x7F | 0x80, len(filler) >> 7])
    sets = start + b"\x67\x42\xe0\x1f\x8c" + start + b"\x68\xce\x3c\x80\x01"
    more_sets = b"".join(start + bytes([unit << 1, 1, 1, 2, 3]) for unit in (32, 33, 34))
    heads = {
        "VP8": (b"\x11\0\0", b"\x10\0\0\x9d\x01\x2a\x40\x01\xf0\0"),
        "VP9": (b"\x86\0", b"\x82\x49\x83\x42"),
        "H264": (start + b"\x41\x9a", sets + start + b"\x65\x88"),
        "H265": (start + b"\x02\x01\x80", more_sets + start + b"\x26\x01\x80"),
        "AV1": (b"\x32" + length, b"\x0a\x03\x01\x02\x03\x32" + length),
    }
    return heads[codec][key] + filler if codec in heads else filler[:160]
