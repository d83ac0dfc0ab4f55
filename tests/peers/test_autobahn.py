"""Autobahn's fuzzing client finds nothing wrong with our WebSockets.

It is a program for Python 2.7, so it is used only where it is installed:
`python2.7 -m pip install autobahntestsuite`, its `wstest` in the path.
"""

import asyncio
import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from support.echo import echo
from support.process import process
from trunkline.net.websocket import Limits

pytestmark = [
    pytest.mark.peer,
    pytest.mark.timeout(900),
    pytest.mark.skipif(
        shutil.which("wstest") is None,
        reason="needs Autobahn's wstest: python2.7 -m pip install autobahntestsuite",
    ),
]

# Those of compression, which is not negotiated.
WITHOUT = ["12.*", "13.*"]
GOOD = {"OK", "NON-STRICT", "INFORMATIONAL"}
# A text that ends in the middle of a frame is not judged before the frame is whole.
NOT_STRICT = {"6.4.3", "6.4.4"}


async def test_no_case_fails(tmp_path: Path) -> None:
    # Its largest messages have 16 MiB.
    async with echo(Limits(message=32 << 20, waiting=256 << 20)) as url:
        asked: dict[str, Any] = {
            "outdir": str(tmp_path),
            "servers": [{"agent": "trunkline", "url": url}],
            "cases": ["*"],
            "exclude-cases": WITHOUT,
        }
        spec = tmp_path / "spec.json"
        spec.write_text(json.dumps(asked))
        async with process(["wstest", "-m", "fuzzingclient", "-s", str(spec)]) as client:
            assert await asyncio.wait_for(client.inner.wait(), 800) == 0, client.output
    cases = json.loads((tmp_path / "index.json").read_text())["trunkline"]
    assert len(cases) > 250
    wrong = {
        name: case
        for name, case in cases.items()
        if case["behavior"] not in GOOD or case["behaviorClose"] not in GOOD
    }
    assert wrong == {}
    assert {name for name, case in cases.items() if case["behavior"] == "NON-STRICT"} == NOT_STRICT
