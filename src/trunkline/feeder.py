"""Who feeds producers of this program, and what they are told."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from trunkline.model.demand import Demand
from trunkline.model.id import TransportId
from trunkline.model.media import Port


def _indifferent(_demand: Demand) -> None:
    """Feed whether anybody watches or not."""


def _resigned() -> None:
    """What is over is over."""


@dataclass(frozen=True, slots=True)
class Feeder:
    """Who feeds the producers of one transport; both are called from the loop."""

    on_keyframe: Callable[[Port], None]
    """Somebody needs a keyframe of one."""
    on_demand: Callable[[Demand], None] = _indifferent
    """Somebody is shown one that nobody was shown before, or nobody is any more."""
    on_end: Callable[[], None] = _resigned
    """The transport is gone, and this program did not end it."""


class Feeders:
    """All of them; bounded as sessions are."""

    def __init__(self) -> None:
        self._feeders: dict[TransportId, Feeder] = {}

    def __contains__(self, transport: TransportId) -> bool:
        return transport in self._feeders

    def add(self, transport: TransportId, feeder: Feeder) -> None:
        """This one feeds that transport."""
        self._feeders[transport] = feeder

    def remove(self, transport: TransportId) -> None:
        """It feeds no more; nothing if it never did."""
        self._feeders.pop(transport, None)

    def end(self, transport: TransportId) -> None:
        """The transport ended by itself; nothing if it is none of these."""
        feeder = self._feeders.pop(transport, None)
        if feeder is not None:
            feeder.on_end()

    def want_keyframe(self, producer: Port) -> None:
        """Somebody needs a keyframe; nothing if the producer is gone."""
        feeder = self._feeders.get(producer.transport)
        if feeder is not None:
            feeder.on_keyframe(producer)

    def tell(self, demand: Demand) -> None:
        """Pass this on, after what is under way: what a feeder does then must not come between."""
        feeder = self._feeders.get(demand.producer.transport)
        if feeder is not None:
            asyncio.get_running_loop().call_soon(feeder.on_demand, demand)
