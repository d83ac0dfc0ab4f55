"""The operator's token: what the settings say, or one of our own that is made and kept."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from trunkline.config import token_fault
from trunkline.errors import StartupError
from trunkline.state import Store

log = logging.getLogger(__name__)

FILE = "operator-token"
"""Our own token, in the state folder: one line."""

BYTES = 24
"""Random bytes of a token that we make."""


@dataclass(frozen=True, slots=True)
class OperatorToken:
    """The token, and whether it was made just now."""

    text: str | None
    is_new: bool = False


def operator_token(given: str | None, state_dir: Path, draw: Callable[[int], str]) -> OperatorToken:
    """The token that opens this relay to its operator.

    Where nothing can be kept there is none: a relay that only forwards needs no folder.

    Args:
        given: by the settings; it takes the place of ours.
        state_dir: the folder that keeps ours.
        draw: random text from so many bytes.

    Raises:
        StartupError: the file with ours holds something else.
    """
    if given is not None:
        return OperatorToken(given)
    try:
        text, is_new = _kept(Store.open(state_dir), draw)
    except StartupError as error:
        log.warning("There is no operator's token, for it cannot be kept: %s", error.cause)
        return OperatorToken(None)
    fault = token_fault(text)
    if fault is not None:
        raise StartupError(
            f"{state_dir / FILE} holds no usable token: {fault}.",
            "Remove the file, and another token is made; or set operator_token.",
        )
    return OperatorToken(text, is_new)


def _kept(store: Store, draw: Callable[[int], str]) -> tuple[str, bool]:
    """What the file holds, and whether that was written now."""
    kept = store.read(FILE)
    if kept is not None:
        return kept.decode(errors="replace").strip(), False
    made = draw(BYTES)
    store.write(FILE, f"{made}\n".encode())
    return made, True
