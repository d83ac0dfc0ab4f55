"""Turns of what cannot all run at a time, among all processes that run tests."""

import fcntl
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TextIO

PAUSE = 0.05
"""Seconds between two looks."""


@contextmanager
def turn(folder: Path, places: int) -> Iterator[None]:
    """Hold one of so many places, as soon as one is free; who dies gives its own up."""
    with ExitStack() as stack:
        files = [stack.enter_context((folder / str(n)).open("w")) for n in range(places)]
        while not any(_is_ours(file) for file in files):
            time.sleep(PAUSE)
        yield


def _is_ours(file: TextIO) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
