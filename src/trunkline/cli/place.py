"""What a URL given to a command means: a WHIP or WHEP endpoint, or a room."""

from urllib.parse import parse_qs, urlsplit


def names_room(url: str, room: str | None) -> bool:
    """Whether it leads to a room: as "https://relay.example/sfu?room=studio", or with --room."""
    return room is not None or "room" in parse_qs(urlsplit(url).query)
