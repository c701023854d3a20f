"""The rows on memory and disk: what they say at a small size, and when a limit is met."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from measuring import Limits
from rows import all_rows
from workbench import Asked, Workbench


def _bench(work: Path, **asked: object) -> Workbench:
    return Workbench(Asked(work, limits=Limits(10, 8), many=1_000, **asked))  # type: ignore[arg-type]


def test_what_is_larger_than_memory_is_graded_whole_and_equal(tmp_path: Path) -> None:
    outcome = all_rows()["memory"].judge(_bench(tmp_path, memory="300MB", cap=2.0))
    assert [verdict.is_met for verdict in outcome.verdicts] == [True] * 4
    assert "nothing missing" in outcome.verdicts[2].measured
    assert "no difference" in outcome.verdicts[3].measured
    assert outcome.figures["kefen"]["peak_megabytes"] > 100
    assert len(list((tmp_path / "data-1000-in-4").glob("orders-*"))) == 4


def test_a_process_above_the_cap_misses_the_bar(tmp_path: Path) -> None:
    outcome = all_rows()["memory"].judge(_bench(tmp_path, cap=0.05))
    assert [verdict.is_met for verdict in outcome.verdicts] == [False]


def test_what_needs_hours_is_measured_only_when_named() -> None:
    assert not all_rows()["memory"].is_usual
    assert all_rows()["main"].is_usual


@pytest.mark.slow
def test_a_full_disk_is_an_error_and_leaves_the_earlier_results(tmp_path: Path) -> None:
    if shutil.which("unshare") is None:
        pytest.skip("there is no `unshare` to mount a small disk with")
    (verdict,) = all_rows()["disk"].judge(_bench(tmp_path)).verdicts
    if verdict.measured.startswith("not measured"):
        pytest.skip(verdict.measured)
    assert verdict.is_met, verdict.measured
