"""The wheel alone is enough: no Rust, no Node, nothing of this folder."""

import asyncio
import os
import re
import shutil
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import aiohttp
import pytest

from support.offer import offer
from support.process import process
from support.relay import free_port
from support.turns import turn
from support.waiting import until

ROOT = Path(__file__).parents[2]
OTHER = {"x86_64": "aarch64", "aarch64": "x86_64"}
SDP = {"Content-Type": "application/sdp"}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Made with the profile of the tests, whose core is compiled already.

    Once by all processes that run these tests beside each other: two builds at a time share
    maturin's folder.
    """
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "wheel"
    folder.mkdir(exist_ok=True)
    with turn(folder, places=1):
        if not list(folder.glob("*.whl")):
            _run("make", "--no-print-directory", "wheel", "PROFILE=release", f"OUT={folder}")
    (found,) = folder.glob("*.whl")
    return found


@pytest.mark.timeout(300)  # a cold compile of the core, on a busy machine
def test_one_wheel_serves_every_python_and_holds_all(wheel: Path) -> None:
    assert "-cp311-abi3-" in wheel.name
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    assert "trunkline/_core.abi3.so" in names
    assert "trunkline/web/static/index.html" in names
    assert "flitter_webrtc/signalling/__init__.py" in names
    assert "trunkline/web/static/sdk/trunkline-room.js" in names
    assert [name for name in names if name.startswith("trunkline/web/static/assets/")]
    assert not [name for name in names if name.endswith((".rs", ".ts", ".tsx"))]


@pytest.mark.timeout(300)
def test_wheels_that_are_not_what_they_say_are_found(wheel: Path, tmp_path: Path) -> None:
    check = str(ROOT / "tooling" / "check-wheel.sh")
    _run(check, str(wheel))
    name = re.fullmatch(r"(.*abi3)-(manylinux_\d+_\d+)_(.*)\.whl", wheel.name)
    assert name is not None, wheel.name
    head, system, machine = name.groups()
    for wrong, complaint in (
        (f"{head}-manylinux_2_5_{machine}.whl", "needs glibc"),
        (f"{head}-musllinux_1_2_{machine}.whl", "its core needs lib"),
        (f"{head}-{system}_{OTHER[machine]}.whl", "its core is not for"),
    ):
        renamed = shutil.copy(wheel, tmp_path / wrong)
        done = subprocess.run(
            [check, str(renamed)], cwd=ROOT, capture_output=True, text=True, check=False
        )
        assert done.returncode == 1
        assert complaint in done.stderr


@pytest.mark.timeout(300)
async def test_an_installed_wheel_serves_without_compilers(wheel: Path, tmp_path: Path) -> None:
    home = tmp_path / "empty"
    venv.create(home, with_pip=True)
    python = home / "bin" / "python"
    # Wheels only: a package that would be compiled here would need a compiler there.
    constraints = str(ROOT / "constraints.txt")
    await asyncio.to_thread(
        _run,
        *(str(python), "-m", "pip", "install", "--quiet", "--only-binary", ":all:"),
        *("--constraint", constraints, str(wheel)),
    )
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    command = [
        *(str(home / "bin" / "trunkline"), "serve", "--host", "127.0.0.1", "--port", str(port)),
        *("--media-port", "0", "--tls", "off", "--state-dir", str(tmp_path / "state")),
    ]
    # Nothing of this folder either, and no program but those of the environment.
    clean = {"PATH": str(home / "bin"), "PYTHONPATH": "", "VIRTUAL_ENV": ""}
    async with (
        process(command, environment=clean) as server,
        aiohttp.ClientSession(url) as client,
    ):

        async def ready() -> int:
            assert server.running, server.output
            try:
                async with client.get("/readyz") as response:
                    return response.status
            except aiohttp.ClientConnectionError:
                return 0

        await until(ready, lambda status: status == 200, within=20, what="the relay ready")
        async with client.get("/watch/demo") as page:
            assert page.status == 200
            assert "<script" in await page.text()
        async with client.post("/whep/demo", data=offer("recvonly"), headers=SDP) as answer:
            assert answer.status == 409, await answer.text()
        assert await server.stop(within=20) == 0


def _run(*command: str) -> None:
    # The make that runs these tests says how it was called; a make of ours is another one.
    environment = {name: value for name, value in os.environ.items() if name != "MAKEFLAGS"}
    # Nor does an interpreter's own environment follow into another one.
    environment |= {"PYTHON": sys.executable}
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
