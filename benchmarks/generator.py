"""Runs the load generator, which is a Rust program in `benchmarks/loadgen`."""

import json
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
CARGO = ("cargo", "run", "--quiet", "--release", "--package", "loadgen", "--")


class BenchmarkError(Exception):
    """No figures came, and why."""


def build() -> None:
    """Build it, so that no compiler runs beside a measurement."""
    command = ("cargo", "build", "--quiet", "--release", "--package", "loadgen")
    if subprocess.run(command, cwd=ROOT, check=False).returncode:
        raise BenchmarkError("the load generator does not build (see above)")


def run(command: str, arguments: Sequence[str]) -> dict[str, Any]:
    """Give the figures of `floor`, `direct` or `run` (see `loadgen` for the arguments)."""
    done = subprocess.run(
        (*CARGO, command, *arguments), cwd=ROOT, stdout=subprocess.PIPE, text=True, check=False
    )
    if done.returncode:
        raise BenchmarkError(f"loadgen {command} failed (see above)")
    figures: dict[str, Any] = json.loads(done.stdout)
    return figures
