"""Inputs that are fed from taps, wherever what they show comes in."""

from collections.abc import Mapping
from functools import partial

from trunkline.client.input import Input, make
from trunkline.client.inside import Feed
from trunkline.domain.taking import Taking
from trunkline.media.core import Core
from trunkline.model.media import Kind, Port


class Tapping:
    """What is taken of another relay comes in elsewhere when its way changes: the inputs go on."""

    def __init__(self, core: Core) -> None:
        self.inputs: dict[Kind, Input] = {}
        self._core = core
        self._feeds: dict[Kind, tuple[Port, Feed]] = {}
        self._taking: Taking | None = None

    def begin(self, ports: Mapping[Kind, Port]) -> None:
        """Make an input for each."""
        for kind, port in ports.items():
            self.inputs[kind] = make(kind)
            self._feed(kind, port)

    def turn(self, taking: Taking) -> None:
        """It may come in elsewhere now, or be gone."""
        self._taking = taking
        for kind, port in taking.ports.items():
            if kind in self._feeds and self._feeds[kind][0] != port:
                self._feed(kind, port)
        if self.inputs and taking.is_remote and taking.is_gone():
            self.close()

    def close(self) -> None:
        """Take no more."""
        for _, feed in self._feeds.values():
            feed.close()
        for source in self.inputs.values():
            source.close()
        self._feeds.clear()

    def _feed(self, kind: Kind, port: Port) -> None:
        if kind in self._feeds:
            self._feeds.pop(kind)[1].close()
        ended = partial(self._ended, self.inputs[kind])
        self._feeds[kind] = (port, Feed(self._core.tap(port), self.inputs[kind], ended))

    def _ended(self, source: Input) -> None:
        # A trunk that ends is mostly not the end: another way may be found, or nobody is left.
        if not (self._taking and self._taking.is_remote):
            source.close()
