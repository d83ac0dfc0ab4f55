"""What Umbrella was told by its environment and found in its folder, as our settings."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

Found = tuple[str, object, str]
"""A setting of ours, its value, and where that stands."""

FILES = ("service.crt", "service.key")
"""Umbrella's certificate and its key, in the folder where it is started."""


def defaults(environment: Mapping[str, str]) -> Iterator[Found]:
    """The settings that follow, which are weaker than all others."""
    for variable, translate in _TRANSLATIONS.items():
        text = environment.get(variable, "")
        if text:
            yield from ((name, value, variable) for name, value in translate(text))


def files(folder: Path) -> Iterator[Found]:
    """Certificate and key, where both are there."""
    certificate, key = (folder / name for name in FILES)
    if certificate.is_file() and key.is_file():
        yield "certificate", certificate, str(certificate)
        yield "key", key, str(key)


def remarks(environment: Mapping[str, str]) -> Iterator[str]:
    """What is accepted and does nothing."""
    if environment.get("UMBRELLA_MAX_PORT"):
        yield (
            "UMBRELLA_MAX_PORT is not needed: all media goes over one port, that of "
            "UMBRELLA_MIN_PORT or media_port"
        )
    if environment.get("UMBRELLA_PUBLIC_HOST"):
        yield "UMBRELLA_PUBLIC_HOST is not needed: the relay tells its addresses by itself"


def _cloud(text: str) -> list[tuple[str, object]]:
    return [("tls", "off"), ("mdns", False)] if text == "1" else []


def _address(text: str) -> list[tuple[str, object]]:
    host, _, port = text.rpartition(":")
    listened = [("host", host.strip("[]"))] if host else []
    return [*listened, ("port", port)]


_TRANSLATIONS: dict[str, Callable[[str], list[tuple[str, object]]]] = {
    "UMBRELLA_CLOUD": _cloud,
    "UMBRELLA_HTTP_PREFIX": lambda text: [("http_prefix", text)],
    "UMBRELLA_HTTP_SERVE_ADDR": _address,
    "UMBRELLA_PUBLIC_IP": lambda text: [("announce", text)],
    "UMBRELLA_MIN_PORT": lambda text: [("media_port", text)],
}
