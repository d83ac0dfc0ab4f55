"""What programs are told of a connection: pictures and kilobits a second, round trip, loss."""

from collections.abc import Mapping

from trunkline.model.link import LinkStatistics, MediumStatistics

NAMES = ("fps", "kbps", "rtt", "loss")
"""Under the state key of a node: `state;:fps` and so on."""
STEP = 1.0
"""Seconds between two looks."""

Figures = Mapping[str, float]


def measure(before: LinkStatistics, after: LinkStatistics, seconds: float) -> Figures:
    """What lies between two looks: of pictures that come in, or else of those that go out.

    `rtt` is in seconds, `loss` from 0 to 1; both are left out while they are not known.
    """
    earlier = {one.mid: one for one in before.media}
    pairs = [(earlier[one.mid], one) for one in after.media if one.mid in earlier]
    pictures = [(old, new) for old, new in pairs if new.kind == "video"]
    coming = any(new.frames_received for _, new in pictures)
    frames = sum(_frames(new, coming) - _frames(old, coming) for old, new in pictures)
    data = sum(_bytes(new, coming) - _bytes(old, coming) for old, new in pictures)
    found: dict[str, float | None] = {
        "fps": frames / seconds,
        "kbps": data * 8 / 1000 / seconds,
        "rtt": _greatest([new.rtt for _, new in pictures]),
        "loss": _greatest([_loss(new, coming) for _, new in pictures]),
    }
    return {name: value for name, value in found.items() if value is not None}


def _frames(one: MediumStatistics, coming: bool) -> int:
    return one.frames_received if coming else one.frames_sent


def _bytes(one: MediumStatistics, coming: bool) -> int:
    return one.bytes_received if coming else one.bytes_sent


def _loss(one: MediumStatistics, coming: bool) -> float | None:
    return one.loss_received if coming else one.loss_sent


def _greatest(values: list[float | None]) -> float | None:
    return max((value for value in values if value is not None), default=None)
