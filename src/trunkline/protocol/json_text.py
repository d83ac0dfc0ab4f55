"""JSON in the frames of signalling."""

import json
from typing import Any

# Python's own extensions, NaN and Infinity, would break whoever they are passed on to.


def _refuse(constant: str) -> object:
    raise ValueError(f"{constant} is not JSON")


_decoder = json.JSONDecoder(parse_constant=_refuse)
_encoder = json.JSONEncoder(separators=(",", ":"))


def read_object(frame: str | bytes) -> dict[str, Any] | None:
    """The object that a text frame is; None where it is none."""
    if isinstance(frame, bytes):
        return None
    try:
        value = _decoder.decode(frame)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def write(value: object) -> str:
    """JSON without white space, in ASCII: a text may hold halves of characters."""
    return _encoder.encode(value)
