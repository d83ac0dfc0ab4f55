"""What a room tells those who feed a producer of their own."""

from dataclasses import dataclass

from trunkline.model.media import Port


@dataclass(frozen=True, slots=True)
class Demand:
    """Somebody is shown a producer now, and nobody was before; or nobody any more.

    Told of producers that are fed by somebody who can do without (`Publisher.on_demand`): a camera
    that need not be connected, a track that need not be fetched from another relay.
    """

    producer: Port
    wanted: bool
