"""Where settings come from.

A key may stand in a TOML file, in the environment as `TRUNKLINE_KEY`, and on the command line;
the later of these is the stronger.
"""

import difflib
import os
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from trunkline import umbrella
from trunkline.config import Settings
from trunkline.errors import StartupError
from trunkline.listing.reader import Fault

PREFIX = "TRUNKLINE_"
# Named like a setting in the environment, but it says where the settings are.
_CONFIG = f"{PREFIX}CONFIG"


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
    if file is None and environment.get(_CONFIG):
        file = Path(environment[_CONFIG])
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
        return Settings.of({name: value.raw for name, value in given.items()})
    except Fault as fault:
        raise _explain(fault, given) from None


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
        if variable.startswith(PREFIX) and variable != _CONFIG
    }


def _known(name: str, written: str, place: str) -> str:
    settings = Settings.descriptions()
    if name in settings:
        return name
    in_environment = written.startswith(PREFIX)
    near = [
        PREFIX + field.upper() if in_environment else field
        for field in difflib.get_close_matches(name, settings, n=1)
    ]
    known = ", ".join(settings)
    raise StartupError(
        f"There is no setting {written!r}, but {place} sets it.",
        f"Did you mean {near[0]!r}?" if near else f"Remove it. The settings are: {known}.",
    )


def _explain(fault: Fault, given: Mapping[str, _Value]) -> StartupError:
    if not fault.place:
        return StartupError(
            f"The settings contradict each other: {fault.reason}.", "Change one of them."
        )
    name = str(fault.place[0])
    return StartupError(
        f"{_described(given[name], fault.place)} not valid: {fault.reason}.",
        f"{name}: {Settings.descriptions()[name]}",
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
