"""What trunks need of the state folder at the start of a relay."""

import random
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from trunkline.client.trunk.roster import Roster, kept
from trunkline.config import Settings
from trunkline.errors import ProtocolError, StartupError
from trunkline.model.trunk import Hello
from trunkline.net.identity import identity, passing_identity
from trunkline.net.links import Links
from trunkline.net.resolver import LocalResolver
from trunkline.state import Store

if TYPE_CHECKING:
    from trunkline.listing.settings import TrunkSettings


@dataclass(frozen=True, slots=True)
class Memory:
    """What is known from before."""

    me: Hello
    store: Store | None
    """None where nothing can be kept."""
    added: "dict[str, TrunkSettings]"
    """Trunks, by their ids."""

    def roster(self, links: Links, settings: Settings) -> Roster:
        """All trunks that are to be dialled.

        Raises:
            StartupError: one of them cannot be.
        """
        resolver = LocalResolver() if settings.mdns else None
        roster = Roster(links, self.store, lambda: secrets.token_hex(4), random.Random(), resolver)
        try:
            roster.take(settings.trunks, self.added)
        except ProtocolError as error:
            raise StartupError(
                f"A trunk is limited to a room that cannot be: {error}", "Give the room's name."
            ) from error
        return roster


def remember(settings: Settings) -> Memory:
    """Read it; blocks.

    A folder that cannot be used is no reason not to start: what is added is then forgotten.

    Raises:
        StartupError: the trunks that were added cannot be read.
    """
    try:
        store = Store.open(settings.state_dir)
        me = identity(store, settings.relay_name)
    except StartupError as error:
        return Memory(passing_identity(error, settings.relay_name), None, {})
    return Memory(me, store, kept(store))
