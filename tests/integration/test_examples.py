"""Each example runs as it stands, with the real core and the demonstration's publisher."""

import re
import sys
from pathlib import Path

import pytest

from support.process import process
from support.waiting import until

EXAMPLES = Path(__file__).parents[2] / "examples"

EXPECTED = {
    "count_frames.py": r"demo: [1-9]\d* packets, [1-9]\d* keyframes, [1-9]\d* kB",
    "react_to_joins.py": r"Welcome to demo, .*\n(.*\n)*demo has video in H264",
}

# Those that take and give frames: tests/browser/test_frame_examples.py.
FRAMES = {
    "animate_arrays.py",
    "detect_motion.py",
    "invert_pictures.py",
    "offer_by_hand.py",
    "record_room.py",
}


def test_every_example_is_known() -> None:
    assert {path.name for path in EXAMPLES.glob("*.py")} == set(EXPECTED) | FRAMES


@pytest.mark.timeout(60)
@pytest.mark.parametrize("name", EXPECTED)
async def test_an_example_runs_and_ends_with_control_c(name: str, tmp_path: Path) -> None:
    environment = {
        "TRUNKLINE_PORT": "0",
        "TRUNKLINE_MEDIA_PORT": "0",
        "TRUNKLINE_STATE_DIR": str(tmp_path),
    }
    async with process([sys.executable, str(EXAMPLES / name)], environment=environment) as example:

        async def output() -> str:
            assert example.running, example.output
            return example.output

        await until(
            output,
            lambda text: re.search(EXPECTED[name], text) is not None,
            within=30,
            what=EXPECTED[name],
        )
        assert await example.stop(within=20) == 0
