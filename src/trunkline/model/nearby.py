"""What is found on the local network."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Nearby:
    """A relay on the local network, as it tells of itself."""

    id: str
    name: str
    url: str
    addresses: tuple[str, ...]
