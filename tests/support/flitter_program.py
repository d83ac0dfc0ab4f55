"""Run Flitter with one node more: `!probe` prints what is drawn inside it, and the state.

`!probe name=NAME state=KEY points=X;Y;X;Y… every=FRAMES`: each line is JSON with the state, the
figures under it, the size, and the colours at these points, as fractions of the size from the top.
With WATCHED in the environment each `!webrtc` prints, too; with AS_HARDWARE pixels are read as from
a graphics card, though the processor draws.
"""

import json
import os
import sys
from typing import Any

from flitter.engine.__main__ import main
from flitter.model import Vector
from flitter.plugins import PluginObjectCache
from flitter.render.window import ProgramNode

from trunkline.flitter_plugin import pixels
from trunkline.flitter_plugin.node import WebRTC


class Probe(ProgramNode):
    """Passes on what is drawn inside it."""

    def __init__(self, glctx: Any) -> None:
        super().__init__(glctx)
        self._frame = 0
        self._said: dict[str, Any] = {}

    def create(self, engine: Any, node: Any, resized: bool, **kwargs: Any) -> None:
        super().create(engine, node, resized, **kwargs)
        key = node["state"] if "state" in node else Vector(None)
        figures = {
            name: list(engine.state[key.concat(Vector.symbol(name))])
            for name in ("fps", "kbps", "rtt", "loss")
        }
        self._said = {
            "name": node.get("name", 1, str, ""),
            "state": str(engine.state[key]) if key and key in engine.state else None,
            "figures": {name: value[0] for name, value in figures.items() if value},
        }

    def render(self, node: Any, references: Any, **kwargs: Any) -> None:
        super().render(node, references, srgb=True, colorbits=8, **kwargs)
        self._frame += 1
        if self._frame % node.get("every", 1, int, 10):
            return
        image = self._target.image
        points = list(node["points"])
        pixels = [
            image.getpixel((int(x * image.width), int(y * image.height)))[:3]
            for x, y in zip(points[::2], points[1::2], strict=True)
        ]
        child = self.children[0].texture if self.children else None
        size = child.size if child is not None else None
        sys.stdout.write(json.dumps(self._said | {"pixels": pixels, "size": size}) + "\n")
        sys.stdout.flush()


class Watched(WebRTC):
    """As it is, but that it tells what has come, under its state key."""

    frame = 0

    def render(self, node: Any, references: Any, **kwargs: Any) -> None:
        super().render(node, references, **kwargs)
        self.frame += 1
        if self.frame % 10:
            return
        shown = self.shown
        told = {
            "name": node.get("state", 1, str, ""),
            "state": self._session.call.state if self._session else None,
            "pixels": [shown.pixels.mean(axis=(0, 1)).tolist()] if shown is not None else [],
            "spread": float(shown.pixels.std(axis=(0, 1)).max()) if shown is not None else 0,
        }
        sys.stdout.write(json.dumps(told) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    nodes = PluginObjectCache.setdefault("flitter.render.window", {})
    nodes["probe"] = Probe
    if os.environ.get("WATCHED"):
        nodes["webrtc"] = Watched
    if os.environ.get("AS_HARDWARE"):
        pixels.IN_SOFTWARE = ()
    main()
