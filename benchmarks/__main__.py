"""`python -m benchmarks`: what a forwarded packet costs, next to the floor."""

import argparse
import contextlib
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks import generator, report, server
from benchmarks.report import Measured
from benchmarks.scenario import SCENARIOS, Scenario


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    names = [scenario.name for scenario in SCENARIOS]
    parser.add_argument("--only", choices=names, action="append", help="scenario; repeatable")
    parser.add_argument("--windows", type=int, default=3, help="windows of each scenario (3)")
    parser.add_argument("--seconds", type=int, default=5, help="length of a window (5)")
    parser.add_argument(
        "--workers",
        type=int,
        action="append",
        help="worker threads of our relay (1); repeatable: each scenario with each number",
    )
    parser.add_argument("--output", type=Path, help="JSON file (benchmarks/results/latest.json)")
    other = parser.add_argument_group("another server, which runs already")
    other.add_argument("--whip", help="URL with {room} and {name}, http:// only")
    other.add_argument("--whep", help="URL with {room} and {name}, http:// only")
    other.add_argument("--pid", type=int, action="append", default=[], help="its process")
    other.add_argument("--label", default="trunkline", help="its name in the result")
    chosen = parser.parse_args()
    if (chosen.whip is None) != (chosen.whep is None):
        parser.error("--whip and --whep go together")
    if chosen.whip and chosen.workers:
        parser.error("--workers is for our own relay")
    chosen.workers = chosen.workers or [1]
    return chosen


def measure(scenario: Scenario, chosen: argparse.Namespace) -> list[Measured]:
    """Measure the floor, the generator alone, and the server with each number of workers."""
    shape = [*scenario.arguments(), f"--seconds={chosen.seconds}"]
    windows = f"--windows={chosen.windows}"
    floor = generator.run("floor", [*shape, windows])
    direct = generator.run("direct", [*shape, "--windows=1"])
    measured = []
    for workers in chosen.workers:
        with contextlib.ExitStack() as stack:
            if chosen.whip is None:
                target = stack.enter_context(server.relay(workers))
            else:
                target = server.Server(whip=chosen.whip, whep=chosen.whep, pids=tuple(chosen.pid))
            room = f"bench-{scenario.name}"
            through = generator.run("run", [*shape, windows, *target.arguments(room)])
        measured.append(
            Measured(
                scenario=scenario, workers=workers, floor=floor, direct=direct, through=through
            )
        )
    return measured


def measure_all(chosen: argparse.Namespace) -> Sequence[Measured]:
    """Measure every scenario that was asked for."""
    generator.build()
    measured: list[Measured] = []
    for scenario in SCENARIOS:
        if chosen.only is None or scenario.name in chosen.only:
            print(f"{scenario.title} …", file=sys.stderr)
            measured += measure(scenario, chosen)
    return measured


def main() -> int:
    """Measure, write the result, print the table."""
    chosen = arguments()
    try:
        measured = measure_all(chosen)
    except generator.BenchmarkError as error:
        print(f"no figures: {error}", file=sys.stderr)
        return 1
    path = chosen.output or Path(__file__).parent / "results" / "latest.json"
    path.parent.mkdir(exist_ok=True)
    kept = report.result(measured, chosen.label)
    path.write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n")
    print(report.table(measured))
    if report.is_disturbed(measured):
        print("other programs kept a processor busy meanwhile: measure again", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
