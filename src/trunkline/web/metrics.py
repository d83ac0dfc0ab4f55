"""/metrics in the format of Prometheus."""

from collections import Counter

from aiohttp import web

from trunkline.engine import Engine
from trunkline.model import view
from trunkline.model.id import TransportId
from trunkline.model.report import Traffic
from trunkline.model.request import Measure
from trunkline.web.api.cameras import Cameras

_NOTHING = Traffic(TransportId(0), False, None, 0, 0, (), ())

Key = tuple[str, str]
"""A metric's name without prefix and suffix, and its direction."""


class Totals:
    """Sums that only grow, though the core's counters end with their sessions.

    What a session counted after the last look at it is lost.
    """

    def __init__(self) -> None:
        self._sums = _sum(_NOTHING)  # so that all are shown from the start
        self._last: dict[TransportId, Counter[Key]] = {}  # as many as there are transports

    def update(self, statistics: view.Statistics) -> Counter[Key]:
        """Add what came since the last time."""
        now = {one.traffic.transport: _sum(one.traffic) for one in statistics.participants}
        for transport, counters in now.items():
            self._sums.update(counters - self._last.get(transport, Counter()))
        self._last = now
        return self._sums


class Metrics:
    """The endpoint."""

    def __init__(self, engine: Engine, cameras: Cameras) -> None:
        self._engine = engine
        self._cameras = cameras
        self._totals = Totals()

    def routes(self) -> list[web.RouteDef]:
        """For the router."""
        return [web.get("/metrics", self._show)]

    async def _show(self, _: web.Request) -> web.Response:
        # Imported by the first who asks: most relays are never asked, and it takes a megabyte.
        from trunkline.web.exposition import CONTENT_TYPE, expose

        statistics = await self._engine.ask(Measure())
        totals = self._totals.update(statistics)
        body = expose(self._engine.rooms(), statistics, totals, self._cameras.list())
        headers = {"Content-Type": CONTENT_TYPE, "Cache-Control": "no-store"}
        return web.Response(body=body, headers=headers)


def _sum(traffic: Traffic) -> Counter[Key]:
    incoming, outgoing = traffic.producers, traffic.consumers
    return Counter(
        {
            ("packets", "in"): sum(one.packets for one in incoming),
            ("packets", "out"): sum(one.packets for one in outgoing),
            ("bytes", "in"): sum(one.bytes for one in incoming),
            ("bytes", "out"): sum(one.bytes for one in outgoing),
            ("datagram_bytes", "in"): traffic.received,
            ("datagram_bytes", "out"): traffic.sent,
            ("keyframe_requests", "in"): sum(one.keyframe_requests for one in outgoing),
            ("keyframe_requests", "out"): sum(one.keyframe_requests for one in incoming),
            ("nacks", "in"): sum(one.nacks for one in outgoing),
            ("nacks", "out"): sum(one.nacks for one in incoming),
            ("retransmitted_bytes", "out"): sum(one.retransmitted for one in outgoing),
            ("keyframes", "in"): sum(one.keyframes for one in incoming),
        }
    )
