"""A room is entered alike at both ends of a real trunk."""

from pathlib import Path

import pytest

from support.live import Live, live
from support.waiting import until
from trunkline.client.room import enter
from trunkline.errors import Refusal
from trunkline.model import signal
from trunkline.model.id import ParticipantName, RoomName

pytestmark = pytest.mark.timeout(90)

WITHIN = 20.0
RULES = {"team": {"passphrase": "sesame", "trunks": True}}
NEEDED = "A passphrase is needed for room 'team': ask whoever invited you."
WRONG = "That is not the passphrase of room 'team'."
LOCKED = "Room 'team' is locked: ask somebody inside to unlock it."


def hello(name: str, passphrase: str) -> signal.Hello:
    return signal.Hello(RoomName("team"), ParticipantName(name), passphrase)


async def answer(relay: Live, passphrase: str) -> str:
    """What somebody hears who would enter; empty: welcome."""
    try:
        async with enter(relay.relay.url, hello("Eve", passphrase)):
            return ""
    except Refusal as refusal:
        return refusal.sentence


async def test_lock_and_passphrase_of_one_relay_hold_at_the_other(tmp_path: Path) -> None:
    for name in ("far", "near"):
        (tmp_path / name).mkdir()
    secret = "correct-horse"
    async with live(tmp_path / "far", rooms=RULES, trunk_secret=secret) as far:
        trunk = {"url": far.relay.url, "secret": secret}
        async with live(tmp_path / "near", trunks=[trunk]) as near:

            async def heard(passphrase: str, wanted: str) -> None:
                await until(
                    lambda: answer(near, passphrase),
                    lambda told: told == wanted,
                    within=WITHIN,
                    what=wanted or "welcome",
                )

            await heard("", NEEDED)
            assert await answer(near, "parsley") == await answer(far, "parsley") == WRONG
            async with enter(far.relay.url, hello("Ann", "sesame")) as ann:
                assert await answer(near, "sesame") == ""
                await ann.say(signal.Lock(locked=True))
                await heard("sesame", LOCKED)
                assert await answer(far, "sesame") == LOCKED
                await ann.say(signal.Lock(locked=False))
                await heard("sesame", "")
