"""Make the crates of core/patched: the registry's, changed by core/patches/NAME-VERSION.patch.

Cargo can take a crate from a folder, but cannot change one. Cargo itself gets and verifies it here.
"""

import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PATCHES = ROOT / "core/patches"
PATCHED = ROOT / "core/patched"

MANIFEST = """
[package]
name = "fetch"
edition = "2024"

[workspace]

[dependencies]
{name} = {{ version = "={version}", default-features = false }}
"""


def fetched(name: str, version: str) -> Path:
    """Where cargo keeps the crate as it was published."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        (place / "src").mkdir()
        (place / "src/lib.rs").touch()
        (place / "Cargo.toml").write_text(MANIFEST.format(name=name, version=version))
        command = ["cargo", "metadata", "--format-version=1", "--quiet"]
        listed = subprocess.run(
            command, cwd=place, check=True, stdout=subprocess.PIPE, text=True
        ).stdout
    packages = json.loads(listed)["packages"]
    manifest = next(one["manifest_path"] for one in packages if one["name"] == name)
    return Path(manifest).parent


def make(patch: Path) -> None:
    """Copy a crate and change the copy."""
    name, _, version = patch.stem.rpartition("-")
    target = PATCHED / name
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(fetched(name, version), target, ignore=shutil.ignore_patterns(".*", "tests"))
    change = ["git", "apply", f"--directory={target.relative_to(ROOT)}", str(patch)]
    subprocess.run(change, cwd=ROOT, check=True)


def main() -> None:
    """Make all of them."""
    for patch in sorted(PATCHES.glob("*.patch")):
        try:
            make(patch)
        except subprocess.CalledProcessError as error:
            shutil.rmtree(PATCHED, ignore_errors=True)
            sys.exit(f"{patch.name} could not be applied: {error}")


if __name__ == "__main__":
    main()
