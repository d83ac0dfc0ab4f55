"""libFuzzer's way into `fuzz.target`: `python -m fuzz TARGET` and libFuzzer's own arguments.

Atheris counts the branches of what is imported here; it is installed by `make fuzz` alone.
"""

import sys

import atheris

with atheris.instrument_imports(
    include=["trunkline.protocol", "trunkline.domain.routing"], enable_loader_override=False
):
    from fuzz.target import TARGETS

target = TARGETS[sys.argv.pop(1)]
atheris.Setup(sys.argv, target)
atheris.Fuzz()
