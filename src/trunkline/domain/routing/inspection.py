"""What is wrong with an announcement, if anything is."""

from trunkline.model.id import RelayId
from trunkline.model.trunk import Announced

MAX_PATH = 16
"""Relays between a participant and whoever hears of it."""

MAX_COST = 1e6
"""Milliseconds."""


def fault(announced: Announced, me: RelayId, neighbour: RelayId, max_tracks: int) -> str | None:
    """What no relay that follows the rules says, as the end of a sentence."""
    return _fault_of_path(announced.path, me, neighbour) or _fault_of_rest(announced, max_tracks)


def _fault_of_path(path: tuple[RelayId, ...], me: RelayId, neighbour: RelayId) -> str | None:
    if not path or path[0] != neighbour:
        return "by a path that does not begin with itself"
    if me in path:
        return "by a path that contains this relay"
    if len(set(path)) != len(path):
        return "by a path that repeats itself"
    if len(path) > MAX_PATH:
        return f"by a path of more than {MAX_PATH} relays"
    return None


def _fault_of_rest(announced: Announced, max_tracks: int) -> str | None:
    presence = announced.presence
    if not 0 <= announced.cost <= MAX_COST:
        return "at a cost that cannot be"
    if len(presence.tracks) > max_tracks:
        return f"with more than {max_tracks} tracks"
    if any(track.participant != presence.id for track in presence.tracks):
        return "with tracks of somebody else"
    return None
