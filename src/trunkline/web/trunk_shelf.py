"""Trunks, as programs of Umbrella's know them: addresses and no more."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from trunkline.client.trunk.roster import Roster
from trunkline.errors import ProtocolError
from trunkline.listing.reader import Fault

if TYPE_CHECKING:
    from trunkline.listing.settings import TrunkSettings


class TrunkShelf:
    """A `Shelf` of those that this relay dials; it takes any address."""

    def __init__(self, roster: Roster) -> None:
        self._roster = roster

    def takes(self, url: str) -> bool:
        """See `Shelf`."""
        del url
        return True

    def urls(self) -> Sequence[str]:
        """See `Shelf`."""
        return [entry.settings.url for entry in self._roster.entries]

    def check(self, url: str) -> None:
        """See `Shelf`."""
        _settings(url)

    async def add(self, url: str) -> None:
        """See `Shelf`."""
        await self._roster.add(_settings(url))

    async def remove(self, url: str) -> None:
        """See `Shelf`; those of the settings stay."""
        for entry in self._roster.entries:
            if entry.settings.url == url and not entry.fixed:
                await self._roster.remove(entry.id)


def _settings(url: str) -> "TrunkSettings":
    # Imported with the first trunk: pydantic takes nine megabytes.
    from trunkline.listing.settings import trunk

    try:
        return trunk(url)
    except Fault as fault:
        raise ProtocolError(f"A server in the list is none: {fault.reason}.") from None
