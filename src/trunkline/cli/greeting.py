"""What `trunkline serve` prints at its start: where to go, and what to know."""

from collections.abc import Iterator, Sequence
from importlib.resources import files
from urllib.parse import urlsplit

import typer

from trunkline.config import Settings
from trunkline.net.interface import candidates, local_addresses
from trunkline.sources.demo import ROOM


def addresses(settings: Settings, url: str) -> list[str]:
    """The URLs under which the relay is reached, this machine's own first.

    Args:
        settings: says whether it listens on all addresses.
        url: one URL of the relay, for its scheme and port.
    """
    parts = urlsplit(url)
    if settings.host is not None:
        return [f"{parts.scheme}://{_bracketed(settings.host)}:{parts.port}"]
    hosts = ["localhost", *(str(address) for address in local_addresses())]
    return [f"{parts.scheme}://{_bracketed(host)}:{parts.port}" for host in hosts]


def greeting(
    settings: Settings, urls: Sequence[str], plain_url: str | None, media_port: int
) -> str:
    """What to open, in a few lines.

    Args:
        settings: what the relay was told.
        urls: see `addresses`; the first is for this machine.
        plain_url: of the same without TLS, where there is one.
        media_port: of UDP and TCP.
    """
    first, *others = urls
    room = ROOM if settings.demo else "ROOM"
    rows = [("open", first)]
    if settings.demo:
        rows.append(("watch", f"{first}/watch/{ROOM}"))
    rows.append(("from elsewhere", "  ".join(f"{url}/watch/{room}" for url in others)))
    rows.append(("publish (WHIP)", f"{first}/whip/ROOM"))
    if settings.tls != "off":
        rows.append(("without TLS", plain_url or ""))
    told = ", ".join(candidates(settings.host, settings.announce))
    rows.append(("media", f"UDP and TCP port {media_port}; clients are told {told}"))
    rows.append(("fingerprint", _fingerprint(settings)))
    told_rows = [(name, value) for name, value in rows if value]
    width = max(len(name) for name, _ in told_rows)
    return "\n".join(f"{dim(name.ljust(width))}  {value}" for name, value in told_rows)


def _fingerprint(settings: Settings) -> str:
    """What another relay's operator compares: see docs/guide/trunks.md."""
    if settings.tls == "off":
        return ""
    # The relay that is greeted has loaded it already.
    from trunkline.net.certificate import shown_fingerprint

    try:
        return f"SHA-256 {shown_fingerprint(settings)}"
    except (OSError, ValueError):
        return ""


def token_note(token: str) -> str:
    """Told once: whoever operates the relay from elsewhere needs it."""
    return (
        f"The operator's token is {token}: it is asked for where the relay is changed, and is "
        "not shown again. The state folder keeps it."
    )


def dim(text: str) -> str:
    """For what may be overlooked."""
    return typer.style(text, dim=True)


def notes(settings: Settings) -> Iterator[str]:
    """What an operator should know, worst first."""
    if not files("trunkline").joinpath("web", "static", "index.html").is_file():
        yield "The page is not built, so browsers see nothing: run `make page`."
    if settings.host is None and not local_addresses():
        yield "This machine has no network address: only programs on it reach the relay."
    if settings.open:
        yield "--open: everybody who reaches this port may publish and watch."
    if settings.tls == "auto" and settings.certificate is None:
        yield "The certificate is our own; browsers warn once. Accept it, or use --certificate."
    if settings.tls == "off" and settings.host is None:
        yield "Without TLS, browsers elsewhere watch but may not use their camera."


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host
