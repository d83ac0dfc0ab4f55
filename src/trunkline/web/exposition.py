"""The text format of Prometheus."""

from collections.abc import Callable, Iterable, Mapping, Sequence, Set

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    InfoMetricFamily,
    Metric,
)
from prometheus_client.exposition import CONTENT_TYPE_LATEST as CONTENT_TYPE

from trunkline.model import view
from trunkline.model.camera import Camera, CameraHealth
from trunkline.model.id import RoomName

__all__ = ["CONTENT_TYPE", "expose"]

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


def expose(
    rooms: tuple[view.Room, ...],
    statistics: view.Statistics,
    totals: Mapping[Key, int],
    cameras: Sequence[tuple[Camera, CameraHealth]],
) -> bytes:
    """One look at everything.

    Args:
        rooms: all that are open.
        statistics: of the sessions that run.
        totals: sums that only grow.
        cameras: and how they are.
    """
    # A registry of its own, so that two relays in one process do not meet.
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Snapshot(rooms, statistics, totals))
    if cameras:
        registry.register(_Cameras({room.name for room in rooms if room.listed}, cameras))
    return generate_latest(registry)


class _Snapshot:
    """One look at everything, as prometheus-client wants it."""

    def __init__(
        self, rooms: tuple[view.Room, ...], statistics: view.Statistics, totals: Mapping[Key, int]
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
        yield CounterMetricFamily(
            "trunkline_batches_dropped",
            "Batches of packets that one worker could not hand to another.",
            self._statistics.batches_dropped,
        )
        yield CounterMetricFamily(
            "trunkline_datagrams_unsent",
            "Datagrams that were to leave, and of which too many waited for the network.",
            self._statistics.datagrams_unsent,
        )


_Family = type[CounterMetricFamily] | type[GaugeMetricFamily]
_OF_CAMERAS: tuple[tuple[_Family, str, str, Callable[[CameraHealth], float | None]], ...] = (
    (GaugeMetricFamily, "up", "It is connected, and sends.", lambda one: one.state == "live"),
    (
        GaugeMetricFamily,
        "failing",
        "It is wanted, and cannot be had.",
        lambda one: one.state in ("waiting", "failed"),
    ),
    (CounterMetricFamily, "connections", "How often it was there.", lambda o: o.tally.connections),
    (CounterMetricFamily, "restarts", "How often it broke off.", lambda one: one.restarts),
    (CounterMetricFamily, "pictures", "Pictures from it.", lambda one: one.tally.pictures),
    (
        GaugeMetricFamily,
        "picture_age_seconds",
        "Since its last picture; missing where none ever came.",
        lambda one: one.tally.age,
    ),
    (GaugeMetricFamily, "transcoders", "That run for it now.", lambda one: one.tally.transcoders),
)


class _Cameras:
    """Cameras by their ids; names are told of rooms that are listed alone."""

    def __init__(
        self, listed: Set[RoomName], cameras: Sequence[tuple[Camera, CameraHealth]]
    ) -> None:
        self._listed = listed
        self._cameras = cameras

    def collect(self) -> Iterable[Metric]:
        names = InfoMetricFamily("trunkline_camera", "How it is called.", labels=["camera"])
        for camera, _ in self._cameras:
            if camera.room in self._listed:
                names.add_metric([camera.id], {"room": camera.room, "name": camera.name})
        yield names
        for family, name, text, read in _OF_CAMERAS:
            metric = family(f"trunkline_camera_{name}", text, labels=["camera"])
            for camera, health in self._cameras:
                value = read(health)
                if value is not None:
                    metric.add_metric([camera.id], value)
            yield metric
