"""Where the relay of a state folder listens: for commands on the same machine."""

import json
import logging
from contextlib import suppress

from trunkline.errors import StartupError
from trunkline.state import Store

log = logging.getLogger(__name__)

FILE = "running.json"
"""In the state folder, while the relay runs; one that was killed leaves it behind."""


def leave(store: Store, url: str) -> None:
    """Note where the relay listens; it runs without that, too."""
    try:
        store.write(FILE, json.dumps({"url": url}).encode())
    except StartupError as error:
        log.warning("Commands on this machine will not find the relay: %s", error.cause)


def forget(store: Store, url: str) -> None:
    """The relay that was there has ended; the note of another one stays."""
    with suppress(StartupError, OSError):
        if find(store) == url:
            (store.directory / FILE).unlink(missing_ok=True)


def find(store: Store) -> str | None:
    """Where a relay listens, or did when it was killed; None where none runs.

    Raises:
        StartupError: the note is there, but cannot be read.
    """
    noted = store.read(FILE)
    try:
        url = json.loads(noted)["url"] if noted else None
    except (ValueError, KeyError, TypeError):
        return None
    return url if isinstance(url, str) else None
