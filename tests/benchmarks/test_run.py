"""A measurement of the benchmark: a process that takes too much is stopped, and it is said."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from types import ModuleType

_BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


@pytest.fixture(scope="module")
def run() -> ModuleType:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(_BENCHMARKS))
        spec = importlib.util.spec_from_file_location("benchmark_run", _BENCHMARKS / "run.py")
        assert spec is not None and spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        patch.setitem(sys.modules, "benchmark_run", module)
        spec.loader.exec_module(module)
        return module


@pytest.fixture(scope="module")
def data(run: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a directory with data enough for a process of several seconds."""
    directory: Path = tmp_path_factory.mktemp("data")
    run.generate(10_000, directory)
    return directory


def test_a_process_is_measured(run: ModuleType, data: Path, tmp_path: Path) -> None:
    found = run.measure("by_hand", data, tmp_path / "out", run.Limits(5, 18))
    assert found.stopped == ""
    assert found.seconds > 0
    assert found.cpu_seconds > 0
    assert found.peak_megabytes > 10
    assert (tmp_path / "out" / "grades.parquet").exists()


@pytest.mark.parametrize(
    ("minutes", "gigabytes", "reason"),
    [(0, 18, "stopped at 0 minutes"), (5, 0.01, "stopped at 0.01 GB")],
)
def test_a_process_beyond_a_limit_is_stopped(
    run: ModuleType, data: Path, tmp_path: Path, minutes: float, gigabytes: float, reason: str
) -> None:
    limits = run.Limits(minutes, gigabytes)
    found = run.measure("by_plain_pandas", data, tmp_path / "out", limits)
    assert found.stopped == reason
    assert not (tmp_path / "out" / "grades.parquet").exists()


def test_a_process_that_fails_is_an_error(run: ModuleType, tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="by_hand failed with exit code 1"):
        run.measure("by_hand", tmp_path / "missing", tmp_path / "out", run.Limits(5, 18))


def test_verdicts_name_both_pandas_and_what_was_stopped(run: ModuleType) -> None:
    found = {
        "kefen": [run.Measured(10, 18, 2000)],
        "by_hand": [run.Measured(8, 15, 2000)],
        "by_pandas": [run.Measured(24, 20, 9000)],
        "by_plain_pandas": [run.Measured(240, 239, 17_000, "stopped at 4 minutes")],
    }
    assert run.verdicts(found) == [
        "met: 10.0 s, at most 19.0 s (2x + 3 s of the SQL by hand)",
        "MISSED: 2.4 times faster than pandas by an expert, at least 20",
        "for comparison: the SQL by hand is 3.0 times faster than pandas by an expert",
        "met: more than 24.0 times faster than plain pandas, at least 20",
        "for comparison: the SQL by hand is more than 30.0 times faster than plain pandas",
        "met: 1.95 GB, under 3 GB",
    ]
    assert "by_plain_pandas, stopped at 4 minutes |" in run.table({1000: found})


def test_nothing_is_said_of_a_bar_when_the_process_was_stopped_before_it(run: ModuleType) -> None:
    found = {
        "kefen": [run.Measured(10, 18, 2000)],
        "by_plain_pandas": [run.Measured(90, 89, 17_000, "stopped at 17 GB")],
    }
    assert run.verdicts(found)[0] == (
        "not known: more than 9.0 times faster than plain pandas, at least 20"
    )


def test_growth_is_told_between_sizes_and_over_all(run: ModuleType) -> None:
    results = {
        size: {"kefen": [run.Measured(seconds, 2 * seconds, 100)]}
        for size, seconds in ((100, 1), (1000, 10), (10_000, 1000))
    }
    lines = run.table(results).splitlines()
    assert [line for line in lines if line.startswith("Growth")] == [
        "Growth from 100 to 1,000 customers: seconds ~ n^1.00, CPU seconds ~ n^1.00.",
        "Growth from 1,000 to 10,000 customers: seconds ~ n^2.00, CPU seconds ~ n^2.00.",
        "Growth from 100 to 10,000 customers: seconds ~ n^1.50, CPU seconds ~ n^1.50.",
    ]
