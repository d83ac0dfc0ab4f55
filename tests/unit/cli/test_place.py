import pytest

from trunkline.cli.place import names_room


@pytest.mark.parametrize(
    ("url", "room", "expected"),
    [
        ("https://relay.example/sfu?room=studio", None, True),
        ("https://relay.example", "studio", True),
        ("https://relay.example/whip/studio?name=cam", None, False),
        ("https://relay.example/whep/studio", None, False),
    ],
)
def test_a_room_is_named_by_option_or_query(url: str, room: str | None, expected: bool) -> None:
    assert names_room(url, room) is expected
