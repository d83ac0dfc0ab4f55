"""What programs see under the state key of a `!webrtc` node."""

from collections.abc import Mapping
from typing import Any

from flitter.model import Vector

from trunkline.flitter_plugin import figures
from trunkline.flitter_plugin.attribute import Node, vector
from trunkline.flitter_plugin.call import Call

_PARTS = {name: Vector.symbol(name) for name in figures.NAMES}


class Report:
    """Writes what has changed, and clears it all at the end."""

    def __init__(self) -> None:
        self._store: Any = None
        self._key: Any = None
        self._told: dict[str, object] = {}

    def write(self, engine: Any, node: Node, call: Call | None) -> None:
        """Tell of a call in the state of an engine, where a node says so."""
        key = vector(node, "state")
        if key != self._key or engine.state is not self._store:
            self.clear()
            self._store, self._key = engine.state, key
        if not key:
            return
        state, measured = (call.state, call.figures) if call else (None, {})
        self._put("", Vector.symbol(state) if state else None)
        self._put_all(measured)

    def clear(self) -> None:
        """Forget all that was told."""
        if self._key:
            for name in self._told:
                self._put(name, None)
        self._told, self._store, self._key = {}, None, None

    def _put_all(self, measured: Mapping[str, float]) -> None:
        for name in figures.NAMES:
            self._put(name, measured.get(name))

    def _put(self, name: str, value: Any) -> None:
        if self._told.get(name) == value:
            return
        self._told[name] = value
        self._store[self._key.concat(_PARTS[name]) if name else self._key] = value
