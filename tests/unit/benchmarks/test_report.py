"""What is made of the load generator's figures."""

from typing import Any

from benchmarks.report import Measured, is_disturbed, result, table
from benchmarks.scenario import Scenario

SHAPE = Scenario(name="2", title="two", publishers=1, viewers=2, rate=30, burst=1)


def window(cost: float | None, *, p50: float | None = 1.0, others: float = 0.0) -> dict[str, Any]:
    return {
        "server_us_per_packet": cost,
        "lost": 1,
        "other_cores": others,
        "latency_ms": {"p50": p50, "p99": 9.0},
    }


def measured(*windows: dict[str, Any]) -> Measured:
    memory = {"memory_idle_kib": 2048, "memory_kib_per_stream": 300}
    return Measured(
        scenario=SHAPE,
        workers=1,
        floor={"us_per_packet": [0.5, 0.4, 9.0]},
        direct={"windows": [window(None)]},
        through={"windows": list(windows), **memory},
    )


def test_the_median_of_the_windows_counts() -> None:
    each = measured(window(1.0), window(90.0), window(2.0))
    assert (each.cost, each.floor_cost, each.times_floor, each.lost) == (2.0, 0.5, 4.0, 3)


def test_a_server_whose_process_is_not_known_has_no_cost() -> None:
    each = measured(window(None, others=2.0))
    assert each.cost is None
    assert each.times_floor is None
    assert not is_disturbed([each]), "the server itself is among the others"


def test_a_busy_machine_is_noticed() -> None:
    assert is_disturbed([measured(window(1.0)), measured(window(1.0), window(1.0, others=0.5))])
    assert not is_disturbed([measured(window(1.0, others=0.1))])


def test_the_table_has_a_row_for_each_scenario_and_a_window_without_packets_does_no_harm() -> None:
    lines = table([measured(window(1.25)), measured(window(None, p50=None))]).splitlines()
    assert len({len(line) for line in lines}) == 1
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    assert cells[2][:6] == ["two", "1", "1.25", "0.50", "2.5", "1"]
    assert cells[2][6:] == ["1.0 / 9.0", "1.0 / 9.0", "2", "300"]
    assert cells[3][2:7] == ["-", "0.50", "-", "1", "nan / 9.0"]


def test_the_result_says_on_what_it_was_measured() -> None:
    kept = result([measured(window(1.0))], "ours")
    assert kept["server"] == "ours"
    assert kept["machine"]["cores"] >= 1
    assert kept["scenarios"][0]["server_us_per_packet"] == 1.0
