"""What an operator may set: one frozen value, read once and passed by hand."""

import os
import re
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args

from trunkline.listing.reader import (
    Reader,
    choice,
    flag,
    many,
    named,
    number,
    optional,
    path,
    text,
    then,
    whole,
)
from trunkline.listing.secret import LONGEST, SHORTEST, secret
from trunkline.listing.table import Table, setting
from trunkline.model.camera import CameraMode, StreamTransport
from trunkline.model.ice_server import IceServer

if TYPE_CHECKING:
    from trunkline.listing.settings import TrunkSettings

Verbosity = Literal["quiet", "normal", "verbose", "debug", "trace"]

_port = whole(0, 65535)
_workers = optional(whole(1, 64))


def _listed(read: Reader[Any], at_most: int | None = None) -> Reader[tuple[Any, ...]]:
    """Take "a, b" for ("a", "b"): the environment knows only strings."""
    listed = many(read, at_most=at_most)
    return lambda value: listed(
        value.replace(",", " ").split() if isinstance(value, str) else value
    )


def _or_automatic(value: object) -> int | None:
    """A word for "not given", so that a stronger place can take a weaker one's number back."""
    return _workers(None if value == "auto" else value)


def _network(value: object) -> IPv4Network | IPv6Network:
    return value if isinstance(value, (IPv4Network, IPv6Network)) else ip_network(str(value))


def _trunk(value: object) -> "TrunkSettings":
    # Imported with the first trunk: pydantic, of which the API is made, takes nine megabytes.
    from trunkline.listing.settings import trunk

    return trunk(value)


def _announced(address: str) -> str:
    try:
        parsed = ip_address(address)
    except ValueError:
        raise ValueError(f"{address!r} is not an IP address") from None
    if parsed.is_unspecified or parsed.is_multicast:
        raise ValueError(f"clients cannot send to {address}")
    return str(parsed)


_ICE_URL = re.compile(r"(stuns?|turns?):[\w.:\[\]-]+(\?transport=(udp|tcp))?", re.ASCII)


# Anything else may be a credential in the wrong place, and is not shown.
_SHOWN = re.compile(r"(stuns?|turns?|https?):[^@\s]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Server(Table):
    url: str = setting(text())
    username: str | None = setting(optional(text()), None)
    credential: str | None = setting(optional(text()), None, shown=False)


def _ice_server(value: object) -> IceServer:
    """A URL alone is a server without credentials."""
    if isinstance(value, IceServer):
        return _usable(value)
    given = _Server.of({"url": value} if isinstance(value, str) else value)
    return _usable(IceServer(given.url, given.username, given.credential))


def _usable(server: IceServer) -> IceServer:
    if not _ICE_URL.fullmatch(server.url):
        shown = repr(server.url) if _SHOWN.fullmatch(server.url) else "its URL"
        raise ValueError(f"{shown} is not like stun:host:port or turn:host:port")
    needs = server.url.startswith("turn")
    for each in (server.username, server.credential):
        if needs != (each is not None):
            rule = "needs both" if needs else "takes neither"
            raise ValueError(f"{server.url} {rule} username and credential")
        if each is not None and not (each.isascii() and each.isprintable()):
            raise ValueError(f"username and credential of {server.url} must be printable ASCII")
    return server


_PREFIX = re.compile(r"(/[\w.~-]+)*", re.ASCII)


def _path(text: str) -> str:
    """A path as it stands before others: no slash at its end, one at its beginning."""
    path = text.rstrip("/")
    if path and not path.startswith("/"):
        path = f"/{path}"
    if not _PREFIX.fullmatch(path):
        raise ValueError(f"{text!r} is not like /live/relay")
    return path


def token_fault(text: str) -> str | None:
    """Why a text cannot be a token, or None."""
    if not 16 <= len(text) <= 256:
        return "a token has 16 to 256 characters"
    # RFC 6750 section 2.1 has fewer characters still, but these can be in a header.
    if not all("!" <= character <= "~" for character in text):
        return "a token has ASCII characters only, and no space"
    return None


def _token(text: str) -> str:
    fault = token_fault(text)
    if fault is not None:
        raise ValueError(fault)
    return text


def _default_state_dir() -> Path:
    home = os.environ.get("XDG_STATE_HOME", "")
    # The XDG specification: a relative path is to be ignored.
    base = Path(home) if Path(home).is_absolute() else Path.home() / ".local" / "state"
    return base / "trunkline"


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomSettings(Table):
    """What an operator lays down for one room."""

    passphrase: str | None = setting(optional(text(1, 256)), None)
    trunks: bool = setting(flag, False)
    listed: bool = setting(flag, True)
    participants: int = setting(whole(1, 500), 500)
    tracks: int = setting(whole(1, 16), 16)
    bitrate: int | None = setting(optional(whole(30_000)), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class CameraSettings(Table):
    """A camera, or another stream that the relay fetches."""

    url: str = setting(text(1, 2048), shown=False)
    room: str = setting(text())
    name: str = setting(text())
    sub: str | None = setting(optional(text(0, 2048)), None, shown=False)
    mode: CameraMode = setting(choice(*get_args(CameraMode)), "on-demand")
    transport: StreamTransport | None = setting(optional(choice(*get_args(StreamTransport))), None)
    certificate: str | None = setting(optional(text(0, 4096)), None)
    loop: bool = setting(flag, False)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignallingSettings(Table):
    """Bounds of the signalling for other programs' peers."""

    message: int = setting(whole(1 << 10, 16 << 20), 1 << 20)
    waiting: int = setting(whole(1 << 16, 256 << 20), 4 << 20)
    keepalive: float = setting(number(0, 86_400), 30.0)
    peers: int = setting(whole(1, 100_000), 5_000)
    rooms: int = setting(whole(1, 100_000), 1_000)
    members: int = setting(whole(1, 10_000), 500)
    sessions: int = setting(whole(1, 10_000), 500)
    relay: bool = setting(flag, False)
    room: str = setting(text(), "default")
    gstreamer_rooms: tuple[str, ...] = setting(many(text()), ())


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings(Table):
    """Everything a relay is told at its start; valid by construction."""

    host: str | None = setting(
        optional(text()), None, "Address or name to listen on (default: all, IPv4 and IPv6)."
    )
    port: int | None = setting(
        optional(_port), None, "HTTP port (default: 8443 with TLS, 8080 without; 0: any free one)."
    )
    tls: Literal["auto", "off"] = setting(
        choice("auto", "off"),
        "auto",
        "auto: --certificate, or a certificate of our own; off: plain HTTP.",
    )
    certificate: Path | None = setting(optional(path), None, "PEM file with the certificate chain.")
    key: Path | None = setting(
        optional(path),
        None,
        "PEM file with the private key (default: in the certificate's file).",
    )
    plain_port: int | None = setting(
        optional(_port),
        None,
        "Serve without TLS on this port too, for clients that refuse our certificate.",
    )
    http_prefix: str = setting(
        then(text(), _path),
        "",
        "Path of a site under which a reverse proxy has this relay, as /live.",
    )
    trusted_proxies: tuple[IPv4Network | IPv6Network, ...] = setting(
        _listed(_network, 64),
        (),
        "Address or network of reverse proxies, who are believed on who asks "
        "(X-Forwarded-For, Forwarded); repeatable.",
    )
    media_port: int = setting(_port, 8444, "Port of the media, UDP and TCP (0: any free one).")
    announce: tuple[str, ...] = setting(
        _listed(then(text(), _announced)),
        (),
        "Address that clients are told for media; repeatable (default: all local).",
    )
    ice_servers: tuple[IceServer, ...] = setting(
        _listed(_ice_server, 16),
        (),
        "STUN and TURN servers that clients are told of: URLs, or tables of url, "
        "username and credential.",
    )
    rooms: dict[str, RoomSettings] = setting(
        named(RoomSettings.of, 500),
        description="Tables by the name of a room: passphrase, trunks (true: one with a "
        "passphrase crosses to relays that know trunk_secret), listed (false: only who knows its "
        "name finds it), participants (1 to 500), tracks of each guest (1 to 16), bitrate of each "
        "picture (bits per second).",
        factory=dict,
    )
    cameras: tuple[CameraSettings, ...] = setting(
        many(CameraSettings.of, at_most=64),
        (),
        "Tables of what the relay fetches and shows in a room: url (rtsp://…, file:…, "
        "srt://…, v4l2:/dev/video0), room, name, sub (the URL of a second stream), mode "
        "(on-demand, always), transport (of RTSP: tcp, udp), certificate (a PEM file: whom to "
        "trust), loop (a file begins anew).",
    )
    signalling: SignallingSettings = setting(
        SignallingSettings.of,
        SignallingSettings(),
        "Table of bounds for peers of GStreamer, webrtcsink and Flitter: message "
        "(bytes), waiting (bytes), keepalive (seconds), peers, rooms, members, sessions.",
    )
    workers: int | None = setting(
        _or_automatic,
        None,
        "Threads that forward media (default: auto, one for each processor).",
    )
    silence: float = setting(
        number(0, 3600), 6.0, "Seconds without a datagram after which a session is closed."
    )
    state_dir: Path = setting(
        path, description="Folder for what must survive a restart.", factory=_default_state_dir
    )
    mdns: bool = setting(
        flag, True, "Tell the local network of this relay, and find others there (multicast DNS)."
    )
    demo: bool = setting(flag, False, "Publish a moving test picture and a tone into room demo.")
    open: bool = setting(flag, False, "Serve everybody, not only loopback and private addresses.")
    operator_token: str | None = setting(
        optional(then(text(), _token)),
        None,
        "Bearer token that shows every room and lets change the relay, 16 characters "
        "or more (default: one that is made at the first start and kept in the state folder).",
        shown=False,
    )
    relay_name: str | None = setting(
        optional(text(1, 64)),
        None,
        "What other relays call this one (default: this machine's name).",
    )
    trunk_secret: str | None = setting(
        optional(then(text(SHORTEST, LONGEST), secret)),
        None,
        "What other relays must know to have a trunk with this one, 8 characters or "
        "more (default: none, and only relays on private addresses are taken).",
        shown=False,
    )
    trunks: tuple["TrunkSettings", ...] = setting(
        _listed(_trunk, 32),
        (),
        "Relays to dial: URLs, or tables of url, secret, fingerprint, insecure, rooms, "
        "send, receive, max_kbps, max_layer.",
    )
    verbosity: Verbosity = setting(choice(*get_args(Verbosity)), "normal", "How much is logged.")

    def _check(self) -> None:
        if self.key is not None and self.certificate is None:
            raise ValueError(
                "key is set, but certificate is not: name the certificate it belongs to"
            )
        if self.plain_port is not None and self.plain_port == self.http_port != 0:
            raise ValueError(f"plain_port and port are both {self.plain_port}: choose another")

    @property
    def behind_proxy(self) -> bool:
        """Whether requests come through a reverse proxy, so that its address says nothing."""
        return bool(self.http_prefix or self.trusted_proxies)

    @property
    def http_port(self) -> int:
        """The HTTP port with its default applied; 0 means any free one."""
        if self.port is not None:
            return self.port
        return 8443 if self.tls == "auto" else 8080
