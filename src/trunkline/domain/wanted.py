"""Which producers of one room somebody takes, for those who send only what is taken."""

from collections.abc import Iterable

from trunkline.domain.effect import Effect
from trunkline.domain.participant import Publisher, Sender
from trunkline.model.demand import Demand
from trunkline.model.id import TransportId
from trunkline.model.media import Port


class Wanted:
    """What was told of demand, and what is wanted beside what participants are shown."""

    def __init__(self) -> None:
        self.afar: frozenset[Port] = frozenset()
        """Those that neighbours are sent."""
        self._held: list[Port] = []  # bounded by the descriptors that taps take
        self._told: set[Port] = set()  # producers of publishers

    def hold(self, producer: Port) -> None:
        """A program takes what a producer sends, until `release`."""
        self._held.append(producer)

    def release(self, producer: Port) -> bool:
        """The program takes no more; whether it did."""
        if producer not in self._held:
            return False
        self._held.remove(producer)
        return True

    def forget(self, transport: TransportId) -> None:
        """A transport is gone."""
        self._held = [port for port in self._held if port.transport != transport]

    def tell(self, senders: Iterable[Sender], shown: Iterable[Port]) -> list[Effect]:
        """Say what is news, given what participants are shown."""
        on_demand = [one for one in senders if isinstance(one, Publisher) and one.on_demand]
        if not on_demand and not self._told:
            return []
        tracks = (track for one in on_demand for track in one.tracks.values())
        ports = {port for track in tracks for port in track.producers()}
        wanted = ports & ({*shown, *self._held} | self.afar)
        news = [Demand(port, port in wanted) for port in ports if port in wanted ^ self._told]
        self._told = wanted
        return [*sorted(news, key=_place)]


def _place(demand: Demand) -> str:
    """The order in which it is told: always the same."""
    return demand.producer.mid
