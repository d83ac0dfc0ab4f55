"""How much is logged, and how it looks."""

import logging
import os
import sys

from trunkline.config import Verbosity

# (level of trunkline, level of the libraries)
_LEVELS: dict[Verbosity, tuple[int, int]] = {
    "quiet": (logging.WARNING, logging.ERROR),
    "normal": (logging.INFO, logging.WARNING),
    "verbose": (logging.INFO, logging.INFO),
    "debug": (logging.DEBUG, logging.INFO),
    "trace": (logging.DEBUG, logging.DEBUG),
}


def configure(verbosity: Verbosity) -> None:
    """Log to standard error, one line per entry; call once, at the start of a command."""
    ours, theirs = _LEVELS[verbosity]
    handler = logging.StreamHandler(sys.stderr)
    # systemd's journal has its own time stamps.
    moment = "" if "JOURNAL_STREAM" in os.environ else "%(asctime)s "
    where = " %(name)s:" if ours <= logging.DEBUG else ""
    handler.setFormatter(logging.Formatter(f"{moment}%(levelname)s{where} %(message)s", "%H:%M:%S"))
    logging.basicConfig(level=theirs, handlers=[handler], force=True)
    logging.getLogger("trunkline").setLevel(ours)
