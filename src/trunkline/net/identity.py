"""Who this relay is to others: an id that it keeps, and a name for people."""

import json
import logging
import re
import secrets
import socket
from importlib.metadata import version

from trunkline.errors import StartupError
from trunkline.model.id import RelayId
from trunkline.model.trunk import Hello
from trunkline.state import Store

log = logging.getLogger(__name__)

FILE = "relay.json"
"""In the state folder. A copy of it makes two relays claim one id."""

_ID = re.compile(r"[0-9A-Za-z]{8,64}")


def identity(store: Store, name: str | None = None) -> Hello:
    """What this relay says of itself, this time; the id is drawn once and kept.

    Args:
        store: the state folder.
        name: for people; None: this machine's.

    Raises:
        StartupError: the id cannot be read or kept.
    """
    return _hello(_kept(store), name)


def _kept(store: Store) -> RelayId:
    kept = store.read(FILE)
    if kept is not None:
        try:
            known = json.loads(kept)["id"]
        except (ValueError, KeyError, TypeError):
            known = None
        if isinstance(known, str) and _ID.fullmatch(known):
            return RelayId(known)
        log.warning("%s is damaged: this relay gets a new id", store.directory / FILE)
    drawn = RelayId(secrets.token_hex(8))
    store.write(FILE, json.dumps({"id": drawn}).encode())
    return drawn


def passing_identity(reason: StartupError, name: str | None = None) -> Hello:
    """The same where nothing can be kept: other relays take each start for another relay."""
    log.warning("%s This relay's id is for this run alone.", reason)
    return _hello(RelayId(secrets.token_hex(8)), name)


def _hello(relay: RelayId, name: str | None) -> Hello:
    host = socket.gethostname().partition(".")[0]
    shown = "".join(each for each in name or host if each.isprintable())[:64]
    agent = f"trunkline {version('trunkline')}"
    return Hello(relay, shown or "relay", agent, secrets.token_hex(8))
