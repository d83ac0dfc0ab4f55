"""From the generator's figures to a result that can be kept, and a table that can be read."""

import platform
import subprocess
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.generator import ROOT
from benchmarks.scenario import Scenario

NOISE = 0.2
"""Processors that others may keep busy."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One scenario: the figures as the generator gave them."""

    scenario: Scenario
    workers: int
    floor: dict[str, Any]
    direct: dict[str, Any]
    through: dict[str, Any]

    def as_json(self) -> dict[str, Any]:
        """Everything, with the medians in front."""
        return {
            "scenario": self.scenario.title,
            "workers": self.workers,
            "server_us_per_packet": self.cost,
            "floor_us_per_packet": self.floor_cost,
            "times_floor": self.times_floor,
            "lost": self.lost,
            "floor": self.floor,
            "direct": self.direct,
            "through": self.through,
        }

    @property
    def cost(self) -> float | None:
        """Median of the server's CPU time for each packet to each viewer, in microseconds."""
        windows = [window["server_us_per_packet"] for window in self.through["windows"]]
        return None if None in windows else median(windows)

    @property
    def floor_cost(self) -> float:
        """Median of the floor in microseconds."""
        return float(median(self.floor["us_per_packet"]))

    @property
    def times_floor(self) -> float | None:
        """How many times the floor the server needs."""
        return None if self.cost is None else self.cost / self.floor_cost

    @property
    def other_cores(self) -> float | None:
        """Most processors that others kept busy in a window; None when the server is among them."""
        if self.cost is None:
            return None
        return max(float(window["other_cores"]) for window in self.through["windows"])

    @property
    def lost(self) -> int:
        """Packets that never came, over all windows."""
        return sum(window["lost"] for window in self.through["windows"])


def latency(figures: dict[str, Any], share: str) -> float:
    """Median over the windows of a quantile of the latency, in milliseconds."""
    values = [window["latency_ms"][share] for window in figures["windows"]]
    # A window in which nothing arrived has no latency.
    return float(median([value for value in values if value is not None] or [float("nan")]))


def result(measured: Sequence[Measured], label: str) -> dict[str, Any]:
    """What is kept of a run."""
    return {
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "server": label,
        "machine": {
            "cpu": cpu_model(),
            "cores": len(list(Path("/sys/devices/system/cpu").glob("cpu[0-9]*"))),
            "kernel": platform.release(),
        },
        "versions": {
            "commit": output_of("git", "describe", "--always", "--dirty"),
            "python": platform.python_version(),
            "rustc": output_of("rustc", "--version"),
        },
        "scenarios": [each.as_json() for each in measured],
    }


def table(measured: Iterable[Measured]) -> str:
    """The figures as a Markdown table."""
    rows = [[head for head, _ in COLUMNS], ["---"] * len(COLUMNS)]
    rows += [[cell(each) for _, cell in COLUMNS] for each in measured]
    widths = [max(len(row[column]) for row in rows) for column in range(len(COLUMNS))]
    return "\n".join(
        "| " + " | ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)) + " |"
        for row in rows
    )


def is_disturbed(measured: Iterable[Measured]) -> bool:
    """Whether other programs worked so much that the figures are of little worth."""
    return any((each.other_cores or 0.0) > NOISE for each in measured)


def number(value: float | None, digits: int = 2) -> str:
    """A figure, or a dash."""
    return "-" if value is None else f"{value:.{digits}f}"


def mebibytes(kib: float | None) -> str:
    """Memory in MiB, or a dash."""
    return "-" if kib is None else f"{kib / 1024:.0f}"


def latencies(figures: dict[str, Any]) -> str:
    """Both quantiles."""
    return f"{latency(figures, 'p50'):.1f} / {latency(figures, 'p99'):.1f}"


COLUMNS: Sequence[tuple[str, Callable[[Measured], str]]] = (
    ("scenario", lambda each: each.scenario.title),
    ("workers", lambda each: str(each.workers)),
    ("µs per packet", lambda each: number(each.cost)),
    ("floor", lambda each: number(each.floor_cost)),
    ("x floor", lambda each: number(each.times_floor, 1)),
    ("lost", lambda each: str(each.lost)),
    ("ms p50 / p99", lambda each: latencies(each.through)),
    ("without server", lambda each: latencies(each.direct)),
    ("MiB idle", lambda each: mebibytes(each.through["memory_idle_kib"])),
    ("KiB per stream", lambda each: number(each.through["memory_kib_per_stream"], 0)),
)


def cpu_model() -> str:
    """The processor's name as Linux has it."""
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def output_of(*command: str) -> str:
    """What a program prints, on one line."""
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout.strip()
