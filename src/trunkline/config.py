"""What an operator may set: one frozen value, read once and passed by hand.

A key may stand in a TOML file, in the environment as `TRUNKLINE_KEY`, and on the command line;
the later of these is the stronger.
"""

import difflib
import os
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_address
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)

from trunkline import umbrella
from trunkline.errors import StartupError
from trunkline.listing.settings import Secret, TrunkSettings
from trunkline.model.camera import CameraMode, StreamTransport
from trunkline.model.ice_server import IceServer

PREFIX = "TRUNKLINE_"
# Named like a setting in the environment, but it says where the settings are.
CONFIG_VARIABLE = f"{PREFIX}CONFIG"

Verbosity = Literal["quiet", "normal", "verbose", "debug", "trace"]
Port = Annotated[int, Field(ge=0, le=65535)]


def _split(value: object) -> object:
    """Take "a, b" for ("a", "b"): the environment knows only strings."""
    return tuple(value.replace(",", " ").split()) if isinstance(value, str) else value


def _automatic(value: object) -> object:
    """A word for "not given", so that a stronger place can take a weaker one's number back."""
    return None if value == "auto" else value


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


def _server(value: object) -> object:
    """A URL alone is a server without credentials."""
    return {"url": value} if isinstance(value, str) else value


def _usable(server: IceServer) -> IceServer:
    if not _ICE_URL.fullmatch(server.url):
        shown = repr(server.url) if _SHOWN.fullmatch(server.url) else "its URL"
        raise ValueError(f"{shown} is not like stun:host:port or turn:host:port")
    needs = server.url.startswith("turn")
    for text in (server.username, server.credential):
        if needs != (text is not None):
            rule = "needs both" if needs else "takes neither"
            raise ValueError(f"{server.url} {rule} username and credential")
        if text is not None and not (text.isascii() and text.isprintable()):
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


class RoomSettings(BaseModel):
    """What an operator lays down for one room."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    passphrase: Annotated[str, Field(min_length=1, max_length=256)] | None = None
    listed: bool = True
    participants: int = Field(default=500, ge=1, le=500)
    tracks: int = Field(default=16, ge=1, le=16)
    bitrate: int | None = Field(default=None, ge=30_000)


class CameraSettings(BaseModel):
    """A camera, or another stream that the relay fetches."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    url: str = Field(min_length=1, max_length=2048, repr=False)
    room: str
    name: str
    sub: str | None = Field(default=None, max_length=2048, repr=False)
    mode: CameraMode = "on-demand"
    transport: StreamTransport | None = None
    certificate: str | None = Field(default=None, max_length=4096)
    loop: bool = False


class SignallingSettings(BaseModel):
    """Bounds of the signalling for other programs' peers."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    message: int = Field(default=1 << 20, ge=1 << 10, le=16 << 20)
    waiting: int = Field(default=4 << 20, ge=1 << 16, le=256 << 20)
    keepalive: float = Field(default=30.0, gt=0, le=3600)
    peers: int = Field(default=5_000, ge=1, le=100_000)
    rooms: int = Field(default=1_000, ge=1, le=100_000)
    members: int = Field(default=500, ge=1, le=10_000)
    sessions: int = Field(default=500, ge=1, le=10_000)
    relay: bool = False
    room: str = "default"
    gstreamer_rooms: tuple[str, ...] = ()


class Settings(BaseModel):
    """Everything a relay is told at its start; valid by construction."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    host: str | None = Field(
        default=None, description="Address or name to listen on (default: all, IPv4 and IPv6)."
    )
    port: Port | None = Field(
        default=None,
        description="HTTP port (default: 8443 with TLS, 8080 without; 0: any free one).",
    )
    tls: Literal["auto", "off"] = Field(
        default="auto",
        description="auto: --certificate, or a certificate of our own; off: plain HTTP.",
    )
    certificate: Path | None = Field(
        default=None, description="PEM file with the certificate chain."
    )
    key: Path | None = Field(
        default=None,
        description="PEM file with the private key (default: in the certificate's file).",
    )
    plain_port: Port | None = Field(
        default=None,
        description="Serve without TLS on this port too, for clients that refuse our certificate.",
    )
    http_prefix: Annotated[str, AfterValidator(_path)] = Field(
        default="",
        description="Path of a site under which a reverse proxy has this relay, as /live.",
    )
    trusted_proxies: Annotated[tuple[IPv4Network | IPv6Network, ...], BeforeValidator(_split)] = (
        Field(
            default=(),
            max_length=64,
            description="Address or network of reverse proxies, who are believed on who asks "
            "(X-Forwarded-For, Forwarded); repeatable.",
        )
    )
    media_port: Port = Field(
        default=8444, description="Port of the media, UDP and TCP (0: any free one)."
    )
    announce: Annotated[
        tuple[Annotated[str, AfterValidator(_announced)], ...], BeforeValidator(_split)
    ] = Field(
        default=(),
        description="Address that clients are told for media; repeatable (default: all local).",
    )
    ice_servers: Annotated[
        tuple[Annotated[IceServer, BeforeValidator(_server), AfterValidator(_usable)], ...],
        BeforeValidator(_split),
    ] = Field(
        default=(),
        max_length=16,
        description="STUN and TURN servers that clients are told of: URLs, or tables of url, "
        "username and credential.",
    )
    rooms: dict[str, RoomSettings] = Field(
        default_factory=dict,
        max_length=500,
        description="Tables by the name of a room: passphrase, listed (false: only who knows its "
        "name finds it), participants (1 to 500), tracks of each guest (1 to 16), bitrate of each "
        "picture (bits per second).",
    )
    cameras: tuple[CameraSettings, ...] = Field(
        default=(),
        max_length=64,
        description="Tables of what the relay fetches and shows in a room: url (rtsp://…, file:…, "
        "srt://…, v4l2:/dev/video0), room, name, sub (the URL of a second stream), mode "
        "(on-demand, always), transport (of RTSP: tcp, udp), certificate (a PEM file: whom to "
        "trust), loop (a file begins anew).",
    )
    signalling: SignallingSettings = Field(
        default_factory=SignallingSettings,
        description="Table of bounds for peers of GStreamer, webrtcsink and Flitter: message "
        "(bytes), waiting (bytes), keepalive (seconds), peers, rooms, members, sessions.",
    )
    workers: Annotated[Annotated[int, Field(ge=1, le=64)] | None, BeforeValidator(_automatic)] = (
        Field(
            default=None,
            description="Threads that forward media (default: auto, one for each processor).",
        )
    )
    silence: float = Field(
        default=6.0,
        gt=0,
        le=3600,
        description="Seconds without a datagram after which a session is closed.",
    )
    state_dir: Path = Field(
        default_factory=_default_state_dir, description="Folder for what must survive a restart."
    )
    mdns: bool = Field(
        default=True,
        description="Tell the local network of this relay, and find others there (multicast DNS).",
    )
    demo: bool = Field(
        default=False, description="Publish a moving test picture and a tone into room demo."
    )
    open: bool = Field(
        default=False, description="Serve everybody, not only loopback and private addresses."
    )
    operator_token: Annotated[str, AfterValidator(_token)] | None = Field(
        default=None,
        repr=False,
        description="Bearer token that shows every room and lets change the relay, 16 characters "
        "or more (default: one that is made at the first start and kept in the state folder).",
    )
    relay_name: Annotated[str, Field(min_length=1, max_length=64)] | None = Field(
        default=None,
        description="What other relays call this one (default: this machine's name).",
    )
    trunk_secret: Secret | None = Field(
        default=None,
        repr=False,
        description="What other relays must know to have a trunk with this one, 8 characters or "
        "more (default: none, and only relays on private addresses are taken).",
    )
    trunks: Annotated[
        tuple[Annotated[TrunkSettings, BeforeValidator(_server)], ...], BeforeValidator(_split)
    ] = Field(
        default=(),
        max_length=32,
        description="Relays to dial: URLs, or tables of url, secret, fingerprint, insecure, rooms, "
        "send, receive, max_kbps, max_layer.",
    )
    verbosity: Verbosity = Field(default="normal", description="How much is logged.")

    @model_validator(mode="after")
    def _consistent(self) -> "Settings":
        if self.key is not None and self.certificate is None:
            raise ValueError(
                "key is set, but certificate is not: name the certificate it belongs to"
            )
        if self.plain_port is not None and self.plain_port == self.http_port != 0:
            raise ValueError(f"plain_port and port are both {self.plain_port}: choose another")
        return self

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


@dataclass(frozen=True, slots=True)
class _Value:
    """A setting as it was given, and where."""

    raw: object
    origin: str


def load(
    flags: Mapping[str, object],
    file: Path | None = None,
    environment: Mapping[str, str] | None = None,
    folder: Path | None = None,
) -> Settings:
    """Join file, environment and flags (weak to strong) into settings.

    What was set for Umbrella is weaker than all of them.

    Args:
        flags: what the command line set; None stands for "not given".
        file: a TOML file; when None, the one that TRUNKLINE_CONFIG names, if it does.
        environment: default: that of the process.
        folder: where Umbrella's files may be; default: the working folder.

    Raises:
        StartupError: a key is unknown, a value is not valid, or the file cannot be read.
    """
    environment = os.environ if environment is None else environment
    if file is None and environment.get(CONFIG_VARIABLE):
        file = Path(environment[CONFIG_VARIABLE])
    given = {name: _Value(raw, place) for name, raw, place in umbrella.defaults(environment)}
    if file is not None:
        given |= _from_file(file)
    given |= _from_environment(environment)
    for name, raw in flags.items():
        if raw is not None:
            given[name] = _Value(raw, f"--{name.replace('_', '-')}")
    if not {"certificate", "key"} & given.keys() and _raw(given, "tls") != "off":
        found = umbrella.files(folder or Path())
        given |= {name: _Value(raw, place) for name, raw, place in found}
    try:
        return Settings.model_validate({name: value.raw for name, value in given.items()})
    except ValidationError as error:
        raise _explain(error, given) from None


def _raw(given: Mapping[str, _Value], name: str) -> object:
    value = given.get(name)
    return value and value.raw


def _from_file(file: Path) -> dict[str, _Value]:
    try:
        table = tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise StartupError(
            f"The settings file {file} cannot be read: {error.strerror}.",
            "Check the path and its permissions.",
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise StartupError(
            f"The settings file {file} is not valid TOML: {error}.",
            'Write one `key = value` to a line, texts in double quotes: host = "127.0.0.1".',
        ) from error
    return {
        _known(key.replace("-", "_"), key, f"the settings file {file}"): _Value(
            _beside(file, key, raw), str(file)
        )
        for key, raw in table.items()
    }


def _beside(file: Path, key: str, raw: object) -> object:
    """Paths in a file are relative to it, so that it works from any working directory."""
    if isinstance(raw, str) and key.replace("-", "_") in {"certificate", "key", "state_dir"}:
        return file.parent / Path(raw).expanduser()
    return raw


def _from_environment(environment: Mapping[str, str]) -> dict[str, _Value]:
    return {
        _known(variable.removeprefix(PREFIX).lower(), variable, "the environment"): _Value(
            text, variable
        )
        for variable, text in environment.items()
        if variable.startswith(PREFIX) and variable != CONFIG_VARIABLE
    }


def _known(name: str, written: str, place: str) -> str:
    if name in Settings.model_fields:
        return name
    in_environment = written.startswith(PREFIX)
    near = [
        PREFIX + field.upper() if in_environment else field
        for field in difflib.get_close_matches(name, Settings.model_fields, n=1)
    ]
    known = ", ".join(Settings.model_fields)
    raise StartupError(
        f"There is no setting {written!r}, but {place} sets it.",
        f"Did you mean {near[0]!r}?" if near else f"Remove it. The settings are: {known}.",
    )


def _explain(error: ValidationError, given: Mapping[str, _Value]) -> StartupError:
    first: Any = error.errors(include_url=False)[0]
    reason = str(first["msg"]).removeprefix("Value error, ")
    if not first["loc"]:
        return StartupError(f"The settings contradict each other: {reason}.", "Change one of them.")
    name = str(first["loc"][0])
    return StartupError(
        f"{_described(given[name], first['loc'])} not valid: {reason[0].lower()}{reason[1:]}.",
        f"{name}: {Settings.model_fields[name].description}",
    )


def _described(value: _Value, place: Sequence[int | str]) -> str:
    match place:
        case ["ice_servers" | "cameras" | "trunks" as table, int(index), *keys]:
            # Whose values may hold credentials.
            entry = " of ".join([*map(str, keys), f"number {index + 1} of {table}"])
            return f"{value.origin}: {entry} is"
        case ["rooms", str(room), *keys]:  # whose values may hold passphrases
            entry = " of ".join([*map(str, keys), f"room {room!r}"])
            return f"{value.origin}: {entry} is"
        case ["signalling", str(key)]:
            return f"{value.origin}: {key} of signalling is"
        case [("ice_servers" | "rooms" | "cameras" | "trunks" | "operator_token" | "trunk_secret")]:
            return f"{value.origin} is"
        case _:
            return f"{value.origin} is {value.raw!r}, which is"
