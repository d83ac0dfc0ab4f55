"""Which trunks there are, also after a restart."""

import asyncio
import random
from collections.abc import AsyncIterator
from itertools import count
from pathlib import Path

import pytest

from support.trunk import host, side
from trunkline.client.trunk.roster import FILE, TRUNKS, Roster, keep, kept
from trunkline.errors import ProtocolError, Refusal, StartupError
from trunkline.listing.settings import TrunkSettings
from trunkline.state import Store

NOWHERE = TrunkSettings(url="http://127.0.0.1:1")
SECRET = "sesame-sesame"


def roster(store: Store | None, *fixed: TrunkSettings) -> Roster:
    numbers = count(1)
    made = Roster(side("home00001").links, store, lambda: f"t{next(numbers)}", random.Random(1))
    made.take(fixed, kept(store) if store else {})
    return made


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.open(tmp_path / "state")


@pytest.fixture
async def running(store: Store) -> AsyncIterator[Roster]:
    made = roster(store, NOWHERE)
    task = asyncio.get_running_loop().create_task(made.run())
    await asyncio.sleep(0)
    yield made
    task.cancel()
    await asyncio.wait([task])


async def test_what_was_added_is_there_after_a_restart(store: Store) -> None:
    before = roster(store)
    given = TrunkSettings(url="https://relay.example", secret=SECRET, rooms=("studio",))
    entry = await before.add(given)
    await before.add(NOWHERE)
    await before.remove("t2")
    assert (store.directory / FILE).stat().st_mode & 0o777 == 0o600
    after = roster(store, NOWHERE)
    assert [(one.id, one.settings, one.fixed) for one in after.entries] == [
        ("settings-1", NOWHERE, True),
        (entry.id, given, False),
    ]


async def test_a_secret_is_kept_as_long_as_the_address(running: Roster) -> None:
    entry = await running.add(TrunkSettings(url="http://127.0.0.1:1", secret=SECRET))
    changed = await running.change(entry.id, TrunkSettings(url="http://127.0.0.1:1", send=False))
    assert (changed.settings.secret, changed.settings.send) == (SECRET, False)
    assert running.entries[1] is changed
    elsewhere = await running.change(entry.id, TrunkSettings(url="http://127.0.0.1:2"))
    assert elsewhere.settings.secret is None
    again = await running.change(
        entry.id, TrunkSettings(url="http://127.0.0.1:2", secret="open-sesame")
    )
    assert again.settings.secret == "open-sesame"
    none = await running.change(entry.id, TrunkSettings(url="http://127.0.0.1:2", secret=None))
    assert none.settings.secret is None


async def test_those_of_the_settings_are_changed_there(running: Roster) -> None:
    with pytest.raises(Refusal, match="stands in the relay's settings"):
        await running.remove("settings-1")
    with pytest.raises(Refusal, match="dials no trunk 'link-1'"):
        await running.change("link-1", NOWHERE)


async def test_there_are_not_too_many(running: Roster) -> None:
    for _ in range(TRUNKS - 1):
        await running.add(NOWHERE)
    with pytest.raises(Refusal, match=f"There are {TRUNKS} trunks already"):
        await running.add(NOWHERE)
    assert len(running.entries) == TRUNKS


async def test_a_room_that_cannot_be_is_refused(running: Roster) -> None:
    with pytest.raises(ProtocolError, match="room"):
        await running.add(TrunkSettings(url="http://127.0.0.1:1", rooms=("a/b",)))
    assert len(running.entries) == 1


async def test_what_cannot_be_stored_is_said(running: Roster, store: Store) -> None:
    (store.directory / FILE).mkdir()
    with pytest.raises(Refusal, match="forgotten at the next start"):
        await running.add(NOWHERE)


async def test_without_a_folder_all_works_until_the_end() -> None:
    made = roster(None)
    entry = await made.add(NOWHERE)
    assert [one.id for one in made.entries] == [entry.id]
    made.hurry()
    await made.remove(entry.id)
    assert made.entries == ()


def test_a_damaged_store_is_said(store: Store) -> None:
    store.write(FILE, b'{"t1": {"url": "a/b"}}')
    with pytest.raises(StartupError, match=r"trunks\.json is damaged"):
        kept(store)


def test_what_is_kept_is_what_was_said(store: Store) -> None:
    settings = TrunkSettings(url="relay.example", secret=SECRET, max_layer=0)
    keep(store, {"t1": settings})
    assert kept(store) == {"t1": settings}


async def test_one_that_is_removed_says_goodbye(store: Store) -> None:
    async with host("cloud0001") as cloud:
        home = side("home00001")
        made = Roster(home.links, store, lambda: "t1", random.Random(1))
        task = asyncio.get_running_loop().create_task(made.run())
        await asyncio.sleep(0)
        await made.add(TrunkSettings(url=cloud.url))
        await cloud.linked("home00001")
        await made.remove("t1")
        assert await cloud.ended() == "The trunk was taken away at the other end."
        task.cancel()
        await asyncio.wait([task])
