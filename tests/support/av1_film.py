"""Two seconds of AV1 as a file, made in a process of its own: `python -m support.av1_film PATH`.

SVT-AV1 gives the thread that opens it the highest priority in real time where it may (as root), and
all that is started from there has it, too: a machine with two such programs stands still.
"""

import os
import subprocess
import sys
from pathlib import Path

from support.streams import record

TESTS = Path(__file__).parents[1]


def film(path: Path) -> None:
    """Make it."""
    command = [sys.executable, "-m", "support.av1_film", str(path)]
    subprocess.run(command, check=True, env={**os.environ, "PYTHONPATH": str(TESTS)}, timeout=60)


if __name__ == "__main__":
    low_delay = {"preset": "12", "svtav1-params": "pred-struct=1:lookahead=0"}
    record(Path(sys.argv[1]), "libsvtav1", None, seconds=2, **low_delay)  # type: ignore[arg-type]
