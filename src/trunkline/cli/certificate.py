"""`trunkline certificate`: a self-signed certificate and its key."""

import datetime
import os
from pathlib import Path
from typing import Annotated

import typer

from trunkline.errors import StartupError


def certificate(
    names: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="NAME…",
            help="Host names and addresses that it is for (default: those of this machine).",
        ),
    ] = None,
    directory: Annotated[
        Path, typer.Option(metavar="DIR", help="Where cert.pem and key.pem are put.")
    ] = Path(),
    rsa: Annotated[
        bool, typer.Option("--rsa", help="An RSA key of 4096 bits in place of an ECDSA key.")
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace what is there.")] = False,
) -> None:
    """Make a self-signed certificate, cert.pem, and its key, key.pem; valid for a year."""
    # Imported here so that `--help` answers at once: X.509 takes a moment.
    from trunkline.config import Settings
    from trunkline.net.certificate import own_names
    from trunkline.net.x509 import self_signed

    files = [directory / "cert.pem", directory / "key.pem"]
    there = [file for file in files if file.exists()]
    if there and not force:
        raise StartupError(
            f"{there[0]} is there already.", "Replace it with --force, or name a --directory."
        )
    chosen = names or own_names(Settings())
    pair = self_signed(chosen, datetime.datetime.now(datetime.UTC), rsa_key=rsa)
    for file, text, mode in zip(files, pair, (0o644, 0o600), strict=True):
        _write(file, text, mode)
    typer.echo(f"{files[0]} and {files[1]} are for {', '.join(chosen)}.")


def _write(file: Path, text: bytes, mode: int) -> None:
    """Put a file in its place whole, so that a server never reads half of it."""
    beside = file.with_name(f".{file.name}.new")
    try:
        beside.unlink(missing_ok=True)
        opened = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
        with os.fdopen(opened, "wb") as new:
            new.write(text)
        beside.replace(file)
    except OSError as error:
        raise StartupError(
            f"{file} cannot be written: {error.strerror}.",
            "Name a folder that this user may write to with --directory.",
        ) from error
