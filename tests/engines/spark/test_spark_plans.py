"""What Spark plans, what reaches the driver, and what a killed executor changes: nothing."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from random import Random
from typing import Any

import probing
import pytest
import test_every_ready_standard as ready
from both_engines import canonical_dataset, everything, on_duckdb, write_company
from test_spark_parity import AS_OF

from kefen.engines.spark.engine import SparkEngine
from kefen.engines.spark.questions import MOST_COLLECTED
from kefen.grading.grade import grade
from kefen.standards.reader import bundled_standard

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def _two_pieces() -> None:
    """Leave the pieces as many as the engine takes."""


def _paths(folder: Path) -> dict[str, Path]:
    company = ready.company_for(Random("plans"), bundled_standard())
    return write_company(folder, probing._company(company.pop("customers"), company))


def test_no_plan_brings_all_rows_into_one_partition(cluster: Any, tmp_path: Path) -> None:
    plans: list[str] = []
    paths = _paths(tmp_path)

    def keep(answered: Any) -> None:
        plans.append(answered._jdf.queryExecution().executedPlan().toString())

    with SparkEngine(cluster, on_job=keep) as engine:
        run = grade(canonical_dataset(engine, paths), bundled_standard(), AS_OF)
        everything(run)
        assert engine.collected <= MOST_COLLECTED
    assert len(plans) > 5
    assert any("Exchange" in plan for plan in plans)
    for plan in plans:
        assert "SinglePartition" not in plan
        assert "Window" not in plan
        assert "MapInArrow" in plan


def test_a_killed_executor_changes_nothing_but_the_time(cluster: Any, tmp_path: Path) -> None:
    paths = _paths(tmp_path)
    standard = bundled_standard()
    jobs: list[int] = []

    def kill_at_the_sixth(_: Any) -> None:
        jobs.append(len(jobs))
        if len(jobs) == 6:
            [victim, *_rest] = _executors(cluster.sparkContext.applicationId)
            os.kill(victim, signal.SIGKILL)

    with SparkEngine(cluster, on_job=kill_at_the_sixth) as engine:
        found = everything(grade(canonical_dataset(engine, paths), standard, AS_OF))
    assert len(jobs) > 6
    assert found == on_duckdb(paths, standard, AS_OF)


def _executors(application: str) -> list[int]:
    """Return the processes of a cluster's executors."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            command = (folder / "cmdline").read_bytes().decode(errors="replace")
        except OSError:
            continue
        if "CoarseGrainedExecutorBackend" in command and application in command:
            found.append(int(folder.name))
    return sorted(found)
