"""What the parameter sets of H.264 and H.265 say: size, and whether pictures are reordered.

FFmpeg knows it only of what it decodes; of packets that are passed through nobody asks it.
"""

from collections.abc import Iterator
from dataclasses import dataclass

SPS = {"H264": 7, "H265": 33}
"""The type of a sequence parameter set."""
_PICTURES = {"H264": range(1, 6), "H265": range(32)}
# Profiles whose sets say more of colours (ITU-T H.264 section 7.3.2.1.1).
_HIGH = {100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135}
_BASELINE = 66


@dataclass(frozen=True, slots=True)
class Sequence:
    """A sequence parameter set."""

    width: int
    height: int
    reorders: bool | None
    """Whether pictures are shown in another order than they are sent; None: it does not say."""


def units(data: bytes) -> Iterator[bytes]:
    """The NAL units of an Annex B stream."""
    begin = data.find(b"\0\0\1")
    while begin >= 0:
        end = data.find(b"\0\0\1", begin + 3)
        unit = data[begin + 3 : end if end >= 0 else len(data)]
        yield unit.rstrip(b"\0") if end >= 0 else unit
        begin = end


def unit_type(codec: str, unit: bytes) -> int:
    """What a unit is; -1: nothing."""
    if not unit:
        return -1
    return unit[0] & 0x1F if codec == "H264" else unit[0] >> 1 & 0x3F


def sequence_set(codec: str, data: bytes) -> bytes | None:
    """The sequence parameter set before the first picture, if there is one."""
    for unit in units(data):
        kind = unit_type(codec, unit)
        if kind == SPS[codec]:
            return unit
        if kind in _PICTURES[codec]:
            return None
    return None


def read(codec: str, unit: bytes) -> Sequence | None:
    """What a set says; None: it cannot be read."""
    try:
        return _h264(unit) if codec == "H264" else _h265(unit)
    except IndexError:
        return None


class _Bits:
    """Bits of a unit, without the bytes that keep start codes out of it."""

    def __init__(self, unit: bytes) -> None:
        self._data = unit.replace(b"\0\0\3", b"\0\0")
        self._at = 0

    def take(self, count: int) -> int:
        value = 0
        for _ in range(count):
            value = value << 1 | self._data[self._at >> 3] >> (7 - self._at % 8) & 1
            self._at += 1
        return value

    def golomb(self) -> int:
        """An unsigned number of variable length (ITU-T H.264 section 9.1)."""
        zeros = 0
        while not self.take(1):
            zeros += 1
        return (1 << zeros) - 1 + self.take(zeros)

    def signed(self) -> int:
        value = self.golomb()
        return (value + 1) // 2 if value % 2 else -(value // 2)


def _h264(unit: bytes) -> Sequence:
    bits = _Bits(unit[1:])
    profile = bits.take(8)
    bits.take(16)
    bits.golomb()
    chroma = _h264_chroma(bits) if profile in _HIGH else 1
    bits.golomb()
    order = bits.golomb()
    if order == 0:
        bits.golomb()
    elif order == 1:
        bits.take(1)
        bits.signed()
        bits.signed()
        for _ in range(bits.golomb()):
            bits.signed()
    bits.golomb()
    bits.take(1)
    width, rows = bits.golomb() + 1, bits.golomb() + 1
    frames_only = bits.take(1)
    if not frames_only:
        bits.take(1)
    bits.take(1)
    cropped = [bits.golomb() for _ in range(4)] if bits.take(1) else [0, 0, 0, 0]
    across, down = (2 if chroma in (1, 2) else 1), (2 if chroma == 1 else 1)
    height = rows * 16 * (2 - frames_only)
    return Sequence(
        width * 16 - across * (cropped[0] + cropped[1]),
        height - down * (2 - frames_only) * (cropped[2] + cropped[3]),
        # Pictures of type 2 come in their order (section 8.2.1.3); baseline has no other.
        False if order == 2 or profile == _BASELINE else _h264_reorders(bits),
    )


def _h264_chroma(bits: _Bits) -> int:
    chroma = bits.golomb()
    if chroma == 3:
        bits.take(1)
    bits.golomb()
    bits.golomb()
    bits.take(1)
    if bits.take(1):
        for index in range(12 if chroma == 3 else 8):
            if bits.take(1):
                _skip_scaling(bits, 16 if index < 6 else 64)
    return chroma


def _skip_scaling(bits: _Bits, size: int) -> None:
    last = following = 8
    for _ in range(size):
        if following:
            following = (last + bits.signed()) % 256
        last = following or last


def _h264_reorders(bits: _Bits) -> bool | None:
    """From the usability information (annex E.1.1), where it is there."""
    if not bits.take(1):
        return None
    if bits.take(1) and bits.take(8) == 255:
        bits.take(32)
    if bits.take(1):
        bits.take(1)
    if bits.take(1):
        bits.take(4)
        if bits.take(1):
            bits.take(24)
    if bits.take(1):
        bits.golomb()
        bits.golomb()
    if bits.take(1):
        bits.take(65)
    _skip_hypothetical_decoders(bits)
    bits.take(1)
    if not bits.take(1):
        return None
    bits.take(1)
    for _ in range(4):
        bits.golomb()
    return bits.golomb() > 0


def _skip_hypothetical_decoders(bits: _Bits) -> None:
    """What a stream asks of the buffers of two kinds of decoders (annex E.1.2)."""
    found = False
    for _ in range(2):
        if bits.take(1):
            found = True
            count = bits.golomb() + 1
            bits.take(8)
            for _ in range(count):
                bits.golomb()
                bits.golomb()
                bits.take(1)
            bits.take(20)
    if found:
        bits.take(1)


def _h265(unit: bytes) -> Sequence:
    bits = _Bits(unit[2:])
    bits.take(4)
    layers = bits.take(3)
    bits.take(1 + 88 + 8)
    present = [(bits.take(1), bits.take(1)) for _ in range(layers)]
    if layers:
        bits.take(2 * (8 - layers))
    for profile, level in present:
        bits.take(88 * profile + 8 * level)
    bits.golomb()
    chroma = bits.golomb()
    if chroma == 3:
        bits.take(1)
    width, height = bits.golomb(), bits.golomb()
    cropped = [bits.golomb() for _ in range(4)] if bits.take(1) else [0, 0, 0, 0]
    across, down = (2 if chroma in (1, 2) else 1), (2 if chroma == 1 else 1)
    for _ in range(3):
        bits.golomb()
    reordered = 0
    for _ in range(layers + 1 if bits.take(1) else 1):
        bits.golomb()
        reordered = bits.golomb()
        bits.golomb()
    return Sequence(
        width - across * (cropped[0] + cropped[1]),
        height - down * (cropped[2] + cropped[3]),
        reordered > 0,
    )
