"""Which trunks this relay dials: those of its settings, and those that were added since."""

import asyncio
import json
import logging
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from trunkline.errors import Refusal, RefusalCode, StartupError
from trunkline.net.links import Links
from trunkline.state import Store

if TYPE_CHECKING:
    from aiohttp.abc import AbstractResolver

    from trunkline.client.trunk.dialler import Dialler
    from trunkline.listing.settings import TrunkSettings

log = logging.getLogger(__name__)

FILE = "trunks.json"
"""In the state folder: trunks that were added, with their secrets."""
TRUNKS = 32
"""Trunks that are dialled."""


@dataclass(slots=True)
class Entry:
    """One trunk."""

    id: str
    settings: "TrunkSettings"
    fixed: bool
    """It stands in the settings, where alone it can be changed."""
    dialler: "Dialler"
    task: asyncio.Task[None] | None = None


def kept(store: Store) -> "dict[str, TrunkSettings]":
    """Those that were added, by their ids.

    Raises:
        StartupError: the file cannot be read.
    """
    text = store.read(FILE)
    if text is None:
        return {}
    # Imported with the first trunk, as below.
    from pydantic import TypeAdapter, ValidationError

    from trunkline.listing.settings import TrunkSettings

    try:
        return TypeAdapter(dict[str, TrunkSettings]).validate_json(text)
    except ValidationError as error:
        raise StartupError(
            f"{store.directory / FILE} is damaged: {error.errors()[0]['msg']}.",
            "Mend it, or delete it and add the trunks anew.",
        ) from None


def keep(store: Store, trunks: "dict[str, TrunkSettings]") -> None:
    """Replace them.

    Raises:
        StartupError: the file cannot be written.
    """
    listed = {
        number: settings.model_dump(mode="json", exclude_defaults=True)
        for number, settings in trunks.items()
    }
    store.write(FILE, json.dumps(listed, indent=1).encode())


class Roster:
    """All trunks that are dialled; `run` keeps them up.

    `draw` gives an id that was never given; `chance` is the source of jitter.
    """

    def __init__(
        self,
        links: Links,
        store: Store | None,
        draw: Callable[[], str],
        chance: random.Random,
        resolver: "AbstractResolver | None" = None,
    ) -> None:
        self.links = links
        """Those that are up, whoever dialled."""
        self.store = store
        """The state folder, where there is one."""
        self._draw = draw
        self._chance = chance
        self._resolver = resolver
        self._entries: dict[str, Entry] = {}  # bounded by TRUNKS
        self._group: asyncio.TaskGroup | None = None
        self._writing = asyncio.Lock()

    @property
    def entries(self) -> tuple[Entry, ...]:
        """Those of the settings first, then in the order in which they were added."""
        return tuple(self._entries.values())

    def take(self, fixed: "Sequence[TrunkSettings]", added: "dict[str, TrunkSettings]") -> None:
        """Begin with these."""
        for number, settings in enumerate(fixed, 1):
            self._enter(f"settings-{number}", settings, fixed=True)
        for each, settings in added.items():
            self._enter(each, settings)

    async def run(self) -> None:
        """Keep them up, until cancelled."""
        async with asyncio.TaskGroup() as group:
            self._group = group
            for entry in self.entries:
                self._start(entry)
            await asyncio.Event().wait()

    def hurry(self) -> None:
        """The network has changed: try those that are not up at once."""
        for entry in self.entries:
            entry.dialler.hurry()

    async def add(self, settings: "TrunkSettings") -> Entry:
        """Dial one more from now on, also after a restart.

        Raises:
            ProtocolError: a room's name cannot be one.
            Refusal: there are too many, or it cannot be stored.
        """
        if len(self._entries) >= TRUNKS:
            raise Refusal(RefusalCode.FULL, f"There are {TRUNKS} trunks already: remove one.")
        entry = self._enter(self._draw(), settings)
        await self._save()
        return entry

    async def change(self, number: str, settings: "TrunkSettings") -> Entry:
        """Replace what is laid down for one; errors as above.

        Without a secret it keeps its own, but for another address it must be given again: whoever
        may change trunks could else have it sent to himself.
        """
        old = self._own(number)
        if "secret" not in settings.model_fields_set and settings.url == old.settings.url:
            settings = settings.model_copy(update={"secret": old.settings.secret})
        self._end(old)
        new = self._enter(number, settings)
        await self._save()
        return new

    async def remove(self, number: str) -> None:
        """Dial one no more.

        Raises:
            Refusal: there is no such one, it stands in the settings, or that cannot be stored.
        """
        entry = self._own(number)
        del self._entries[number]
        self._end(entry)
        await self._save()

    def _own(self, number: str) -> Entry:
        entry = self._entries.get(number)
        if entry is None:
            raise Refusal(
                RefusalCode.UNKNOWN,
                f"This relay dials no trunk {number!r}: one that was dialled by the other relay is "
                "removed there.",
            )
        if entry.fixed:
            raise Refusal(
                RefusalCode.NAME_TAKEN,
                "This trunk stands in the relay's settings: change it there, and restart the "
                "relay.",
            )
        return entry

    def _enter(self, number: str, settings: "TrunkSettings", *, fixed: bool = False) -> Entry:
        # Imported with the first trunk: with what it needs it takes six megabytes.
        from trunkline.client.trunk.dialler import Dialler

        dialler = Dialler(self.links, settings, self._chance, self._resolver)
        entry = self._entries[number] = Entry(number, settings, fixed, dialler)
        self._start(entry)
        return entry

    def _start(self, entry: Entry) -> None:
        if self._group is not None:
            name = f"trunk:{entry.id}"
            entry.task = self._group.create_task(entry.dialler.run(), name=name)

    def _end(self, entry: Entry) -> None:
        entry.dialler.retire()
        if entry.task is not None and entry.dialler.conversation is None:
            entry.task.cancel()

    async def _save(self) -> None:
        if self.store is None:
            return
        async with self._writing:
            trunks = {each.id: each.settings for each in self.entries if not each.fixed}
            try:
                await asyncio.to_thread(keep, self.store, trunks)
            except StartupError as error:
                sentence = f"It is done, but forgotten at the next start: {error}"
                raise Refusal(RefusalCode.FULL, sentence) from error
