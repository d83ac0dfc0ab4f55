"""What a machine lacks for a build is named with its remedy: the script meets made-up machines."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "tooling" / "prerequisites.sh"
COMPLETE = {
    "python3": 'case "$2" in *version*) echo 3.12.1;; esac',
    "cargo": "echo cargo 1.90.0",
    "rustc": "echo 'rustc 1.90.0 (abc 2025-01-01)'",
    "node": "echo v22.1.0",
    "npm": "echo 10.0.0",
    "cc": "true",
    "git": "true",
    "apt-get": "true",
}


def check(folder: Path, **changes: str | None) -> tuple[int, str]:
    """(status, what it says) on a machine with these tools; None takes one away."""
    for name, body in {**COMPLETE, **changes}.items():
        if body is not None:
            (folder / name).write_text(f"#!/bin/sh\n{body}\n")
            (folder / name).chmod(0o755)
    for name in ("id", "cut", "tr", "sh"):
        (folder / name).symlink_to(str(shutil.which(name)))
    done = subprocess.run(
        [str(folder / "sh"), str(SCRIPT)],
        env={**os.environ, "PATH": str(folder), "PYTHON": "python3"},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stderr


def test_a_complete_machine_is_left_in_peace(tmp_path: Path) -> None:
    assert check(tmp_path) == (0, "")


@pytest.mark.parametrize(
    ("changes", "missing", "remedy"),
    [
        ({"python3": None}, "Python 3.11 or later (python3 is not there)", "PYTHON="),
        ({"python3": "echo 3.9.18"}, "(python3 is 3.9.18)", "make PYTHON=python3.13"),
        (
            {"python3": 'case "$2" in *version*) echo 3.12.1;; *) exit 1;; esac'},
            "Python's venv module",
            "apt-get install python3.12-venv",
        ),
        ({"cargo": None}, "Rust 1.88 or later", "rustup"),
        ({"rustc": "echo 'rustc 1.75.0 (x)'"}, "(rustc is 1.75.0)", "rustup update stable"),
        ({"node": None}, "Node 20.19 or later", "apt-get install nodejs npm"),
        ({"node": "echo v18.19.0"}, "(node is 18.19.0)", "nodejs.org"),
        ({"node": "echo v20.9.0"}, "(node is 20.9.0)", "nodejs.org"),
        ({"npm": None}, "npm", "apt-get install nodejs npm"),
        ({"cc": None}, "a C compiler", "apt-get install build-essential"),
        ({"cc": None, "apt-get": None, "dnf": "true"}, "a C compiler", "dnf install gcc"),
        ({"cc": None, "apt-get": None}, "a C compiler", "with your package manager"),
    ],
)
def test_what_is_missing_is_named_with_its_remedy(
    tmp_path: Path, changes: dict[str, str | None], missing: str, remedy: str
) -> None:
    status, said = check(tmp_path, **changes)
    assert status == 1
    assert missing in said
    assert remedy in said
    assert said.count("Missing:") == 1


def test_all_that_is_missing_is_named_at_once(tmp_path: Path) -> None:
    status, said = check(tmp_path, cargo=None, node=None, cc=None)
    assert status == 1
    assert said.count("Missing:") == 3
