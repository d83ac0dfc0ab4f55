"""A track as the room has it."""

from dataclasses import dataclass
from typing import assert_never

from trunkline.model import view
from trunkline.model.id import ParticipantId, TrackId
from trunkline.model.media import Kind, Label, Layer, Port, Source, Wish
from trunkline.model.report import Layers, Resized, Stalled


@dataclass(slots=True, kw_only=True)
class Track:
    """What one participant sends under one name."""

    id: TrackId
    owner: ParticipantId
    kind: Kind
    name: str
    stream: str
    source: Source = "unspecified"
    muted: bool = False
    stalled: bool = False
    """Nothing comes of it; while it is muted, that is not told."""
    codec: str | None = None
    layers: tuple[Layer, ...] = ()
    size: tuple[int, int] | None = None
    """Of its pictures, where it is sent once and that is known."""
    port: Port | None = None
    """Where it comes in, once that is known."""
    earlier: Port | None = None
    """Where it came in before, by another way."""
    fallback: Port | None = None
    """Where it comes in in another codec, for who cannot play the first."""

    def choose(self, unplayable: str | None) -> Port | None:
        """The producer for who cannot play this codec."""
        misfit = self.codec is not None and self.codec == unplayable
        return self.fallback if misfit and self.fallback else self.port

    def producers(self) -> tuple[Port, ...]:
        """Wherever it comes in."""
        return tuple(port for port in (self.port, self.fallback) if port)

    def came_in_at(self, port: Port | None) -> bool:
        """Whether a port is another way of what comes in now, so that pictures can go on."""
        return port is not None and port == self.earlier

    @property
    def is_remote(self) -> bool:
        """Whether it comes over a trunk."""
        return False

    def note(self, report: Stalled | Layers | Resized) -> None:
        """How it comes has changed."""
        match report:
            case Stalled(_, stalled):
                self.stalled = stalled
            case Layers(_, layers):
                self.layers = layers
            case Resized(_, size):
                self.size = size
            case _:
                assert_never(report)

    def move(self, port: Port | None) -> None:
        """It comes in elsewhere, or nowhere: what was known of how it comes is forgotten."""
        self.port, self.codec, self.size = port, None, None
        self.stalled, self.layers = False, ()

    def highest(self, wish: Wish) -> int | None:
        """The highest layer wanted: the lowest that fills its place, but none above the one named.

        An index into `layers`; None: the best.
        """
        wide = (
            number
            for number, layer in enumerate(self.layers)
            if layer.width >= wish.width and layer.height >= wish.height
        )
        filling = next(wide, None) if wish.width or wish.height else None
        limits = [limit for limit in (filling, wish.max_layer) if limit is not None]
        return min(limits, default=None)

    def place(self, layer: int | None) -> int | None:
        """Where the core has a layer, among those that come; None: the best."""
        return layer

    def layer_at(self, place: int) -> int:
        """Which layer the core has there."""
        return place

    @property
    def label(self) -> Label:
        """How it is named in offers."""
        return Label(self.stream, self.name)

    def describe(self) -> view.Track:
        """As others may see it."""
        return view.Track(
            id=self.id,
            kind=self.kind,
            codec=self.codec,
            participant=self.owner,
            name=self.name,
            stream=self.stream,
            source=self.source,
            muted=self.muted,
            stalled=self.stalled and not self.muted,
            layers=self.layers,
        )
