"""What the guide to frames tells people to run works as it stands."""

import re
import sys
from pathlib import Path

import pytest

from support.frames import HERE
from support.process import process
from support.relay import RunningRelay
from trunkline import Peer

GUIDE = Path(__file__).parents[2] / "docs" / "guide" / "frames.md"


@pytest.mark.timeout(60)
async def test_the_program_draws_into_the_room(relay: RunningRelay, tmp_path: Path) -> None:
    (program,) = re.findall(r"```python\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
    file = tmp_path / "program.py"
    file.write_text(program.replace("http://127.0.0.1:8080", relay.url))
    async with (
        process([sys.executable, str(file)]) as running,
        Peer.join(relay.url, "studio", network=HERE) as guest,
    ):
        track = await anext(guest.arrivals("video"))
        seen = set()
        async for picture in (await guest.watch(track)).arrays():
            assert running.running, running.output
            assert picture.shape == (360, 640, 3)
            seen.add(int(picture[180, 320, 0]))
            if len(seen) > 5:
                break
