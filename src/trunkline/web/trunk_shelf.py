"""Trunks, as programs of Umbrella's know them: addresses and no more."""

from collections.abc import Sequence

from pydantic import ValidationError

from trunkline.client.trunk.roster import Roster
from trunkline.errors import ProtocolError
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


def _settings(url: str) -> TrunkSettings:
    try:
        return TrunkSettings(url=url)
    except ValidationError as error:
        reason = str(error.errors()[0]["msg"]).removeprefix("Value error, ")
        raise ProtocolError(f"A server in the list is none: {reason}.") from None
