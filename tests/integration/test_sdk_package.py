"""The package for npm holds what it says, and a program can load it."""

import json
import subprocess
import tarfile
from pathlib import Path

import pytest

FRONTEND = Path(__file__).parents[2] / "frontend"

USE = """
import { Room, type Track } from "@trunkline/sdk";
import type { TrunklineRoom } from "@trunkline/sdk/element";

export async function enter(element: TrunklineRoom): Promise<MediaStream[]> {
  const subscribe = (track: Track) => (track.kind === "audio" ? {} : null);
  const room = element.session ?? (await Room.connect("/", { room: "studio", subscribe }));
  // @ts-expect-error: there is no such event
  room.on("nonsense", () => undefined);
  return [...room.subscriptions.values()].map(({ stream }) => stream);
}
"""

OPTIONS = {
    "noEmit": True,
    "strict": True,
    "target": "es2022",
    "lib": ["es2023", "dom"],
    "module": "nodenext",
    "types": [],
}


@pytest.mark.timeout(120)  # a build, on a busy machine
def test_the_package_is_whole(tmp_path: Path) -> None:
    _run(FRONTEND / "sdk", "npm", "pack", "--pack-destination", str(tmp_path))
    (packed,) = tmp_path.glob("*.tgz")
    modules = tmp_path / "node_modules"
    with tarfile.open(packed) as archive:
        archive.extractall(modules / "@trunkline", filter="data")
    package = (modules / "@trunkline" / "package").rename(modules / "@trunkline" / "sdk")
    (modules / "@bufbuild").symlink_to(FRONTEND / "node_modules" / "@bufbuild")
    for way in json.loads((package / "package.json").read_text("utf-8"))["exports"].values():
        assert (package / way["types"]).is_file()
        assert (package / way["default"]).is_file()
    assert not [path for path in package.rglob("*.ts") if not path.name.endswith(".d.ts")]
    script = "const { Room } = await import('@trunkline/sdk'); console.log(typeof Room.connect)"
    assert _run(tmp_path, "node", "--input-type=module", "--eval", script).split() == ["function"]
    (tmp_path / "use.ts").write_text(USE, encoding="utf-8")
    compiler = str(FRONTEND / "node_modules" / ".bin" / "tsc")
    (tmp_path / "tsconfig.json").write_text(json.dumps({"compilerOptions": OPTIONS}), "utf-8")
    _run(tmp_path, compiler)


def _run(folder: Path, *command: str) -> str:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout}{done.stderr}"
    return done.stdout
