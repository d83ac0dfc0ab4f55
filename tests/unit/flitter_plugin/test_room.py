"""Who of a room is seen."""

from types import SimpleNamespace
from typing import Any

import pytest

from trunkline.flitter_plugin.room import Room
from trunkline.model.id import ParticipantId, TrackId
from trunkline.model.view import Track


def track(who: str, kind: Any = "video") -> Track:
    return Track(TrackId(f"{who}-{kind}"), kind, None, ParticipantId(who), who, who)


ANN, BOB, CAT = track("ann"), track("bob"), track("cat")


def wanted(show: str, speaking: str = "", shown: list[Track] | None = None) -> list[Track]:
    """Who is seen in a room of three, of whom these speak, loudest first."""
    guest: Any = SimpleNamespace(
        tracks=(track("ann", "audio"), ANN, BOB, CAT),
        speakers=[SimpleNamespace(id=who) for who in speaking.split()],
        people=[SimpleNamespace(id=who, name=who.title()) for who in ("ann", "bob", "cat")],
    )
    return Room("http://a", "b", show=show)._wanted(guest, shown or [])


def test_a_grid_has_all_pictures_and_a_name_one() -> None:
    assert wanted("grid") == [ANN, BOB, CAT]
    assert wanted("Bob") == [BOB]
    assert wanted("Dan") == []


@pytest.mark.parametrize(
    ("speaking", "shown", "seen"),
    [
        ("", [], ANN),  # nobody speaks yet
        ("cat", [], CAT),
        ("me cat bob", [], CAT),  # the one that speaks without a picture is oneself
        ("bob", [CAT], BOB),
        ("bob cat", [CAT], CAT),  # whoever is seen stays while it speaks, too
        ("", [CAT], CAT),
        ("me", [BOB], BOB),
        ("", [track("gone")], ANN),
    ],
)
def test_who_speaks_is_seen(speaking: str, shown: list[Track], seen: Track) -> None:
    assert wanted("speaker", speaking, shown) == [seen]
