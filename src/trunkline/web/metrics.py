"""/metrics in the format of Prometheus."""

from collections import Counter
from collections.abc import Iterable

from aiohttp import web
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from trunkline.engine import Engine
from trunkline.model import view
from trunkline.model.id import ParticipantId, TransportId
from trunkline.model.report import Traffic
from trunkline.model.request import Measure

_NOTHING = Traffic(TransportId(0), False, None, 0, 0, (), ())

Key = tuple[str, str]
"""A metric's name without prefix and suffix, and its direction."""

_HELP = {
    "packets": "RTP packets from publishers (in) and to viewers (out).",
    "bytes": "RTP payload bytes from publishers (in) and to viewers (out).",
    "datagram_bytes": "Bytes of all datagrams of all sessions.",
    "keyframe_requests": "Keyframe requests from viewers (in) and to publishers (out).",
    "nacks": "Retransmission requests from viewers (in) and to publishers (out).",
    "retransmitted_bytes": "RTP payload bytes sent again to viewers.",
    "keyframes": "Keyframes from publishers.",
}


class Totals:
    """Sums that only grow, though the core's counters end with their sessions.

    What a session counted after the last look at it is lost.
    """

    def __init__(self) -> None:
        self._sums = _sum(_NOTHING)  # so that all are shown from the start
        self._last: dict[ParticipantId, Counter[Key]] = {}  # as many as there are sessions

    def update(self, statistics: view.Statistics) -> Counter[Key]:
        """Add what came since the last time."""
        now = {one.id: _sum(one.traffic) for one in statistics.participants}
        for participant, counters in now.items():
            self._sums.update(counters - self._last.get(participant, Counter()))
        self._last = now
        return self._sums


class Metrics:
    """The endpoint. Its registry is its own, so that two relays in one process do not meet."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._totals = Totals()

    def routes(self) -> list[web.RouteDef]:
        """For the router."""
        return [web.get("/metrics", self._show)]

    async def _show(self, _: web.Request) -> web.Response:
        statistics = await self._engine.ask(Measure())
        snapshot = _Snapshot(self._engine.rooms(), statistics, self._totals.update(statistics))
        registry = CollectorRegistry(auto_describe=False)
        registry.register(snapshot)
        headers = {"Content-Type": CONTENT_TYPE_LATEST, "Cache-Control": "no-store"}
        return web.Response(body=generate_latest(registry), headers=headers)


class _Snapshot:
    """One look at everything, as prometheus-client wants it."""

    def __init__(
        self, rooms: tuple[view.Room, ...], statistics: view.Statistics, totals: Counter[Key]
    ) -> None:
        self._rooms = rooms
        self._statistics = statistics
        self._totals = totals

    def collect(self) -> Iterable[Metric]:
        yield GaugeMetricFamily("trunkline_rooms", "Rooms with anybody in them.", len(self._rooms))
        participants = GaugeMetricFamily(
            "trunkline_participants", "Publishers and viewers.", labels=["role"]
        )
        publishers = sum(len(room.participants) for room in self._rooms)
        participants.add_metric(["publisher"], publishers)
        participants.add_metric(["viewer"], sum(room.viewers for room in self._rooms))
        yield participants
        sessions = self._statistics.participants
        connected = sum(one.traffic.connected for one in sessions)
        states = GaugeMetricFamily(
            "trunkline_sessions", "Media sessions by state.", labels=["state"]
        )
        states.add_metric(["connected"], connected)
        states.add_metric(["connecting"], len(sessions) - connected)
        yield states
        for name, text in _HELP.items():
            family = CounterMetricFamily(f"trunkline_{name}", text, labels=["direction"])
            for (of, direction), value in self._totals.items():
                if of == name:
                    family.add_metric([direction], value)
            yield family
        yield CounterMetricFamily(
            "trunkline_datagrams_dropped",
            "Datagrams that belonged to no session or were not valid.",
            self._statistics.datagrams_dropped,
        )


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
