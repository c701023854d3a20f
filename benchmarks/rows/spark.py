"""The main job on Spark: identical grades, and what that costs beside DuckDB."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from contenders import KEFEN, SPARK
from rows.protocol import Outcome, Row, Verdict
from rows.scripts import figures_of
from rows.wording import table_of_jobs
from workbench import Job, jobs_of, tell

if TYPE_CHECKING:
    from collections.abc import Sequence

    from workbench import Asked, Workbench

_LARGEST = 250_000
_PLANNED = 20_000
_BAR = "grades and metrics identical to DuckDB's, to the last digit"


def _jobs(asked: Asked) -> Sequence[Job]:
    # One machine says nothing of what a cluster takes: a middling size is enough.
    size = max((size for size in asked.sizes if size <= _LARGEST), default=asked.sizes[0])
    return jobs_of((KEFEN, SPARK), [size])


def _judge(bench: Workbench) -> Outcome:
    compared = _compared(bench)
    if bench.median(_jobs(bench.asked)[-1]) is None:
        return compared
    plans = _plans(bench)
    return Outcome(
        (*compared.verdicts, *judged_plans(plans)),
        (
            *compared.paragraphs,
            f"Plans: the default standard over {_PLANNED:,} generated customers took "
            f"{plans['jobs']} jobs.",
        ),
        {**compared.figures, "plans": plans},
    )


def _plans(bench: Workbench) -> dict[str, Any]:
    tell("Looking at Spark's plans")
    return figures_of("spark_plans.py", bench.data(_PLANNED), "--json")


def judged_plans(found: dict[str, Any]) -> tuple[Verdict, ...]:
    """Return what the figures of `spark_plans.py` come to."""
    jobs = found["jobs"]
    return (
        Verdict(
            "no exchange to one partition except above partial aggregates",
            f"{found['to_one_partition']} of {jobs} plans have one",
            is_met=found["to_one_partition"] == 0 < jobs,
        ),
        Verdict(
            "no unpartitioned window",
            f"{found['with_window']} of {jobs} plans have a window",
            is_met=found["with_window"] == 0 < jobs,
        ),
        Verdict(
            f"at most {found['may_be_collected']:,} histogram rows collected",
            f"{found['most_collected']:,} at most for one question",
            is_met=found["most_collected"] <= found["may_be_collected"],
        ),
    )


def _compared(bench: Workbench) -> Outcome:
    jobs = _jobs(bench.asked)
    job = jobs[-1]
    kefen, spark = bench.median(jobs[0]), bench.median(job)
    if job in bench.failed:
        return Outcome((Verdict(_BAR, f"Spark did not run: {bench.failed[job]}", None),))
    if kefen is None or spark is None:
        return Outcome((Verdict(_BAR, "not measured", None),))
    if spark.stopped:
        return Outcome((Verdict(_BAR, f"Spark was {spark.stopped}", None),))
    return Outcome(
        # A difference would have stopped the benchmark.
        (Verdict(_BAR, f"no difference with {job.customers:,} customers", is_met=True),),
        (
            table_of_jobs(bench, jobs),
            f"On one machine Spark takes {spark.seconds / kefen.seconds:.1f} times the seconds "
            f"and {spark.cpu_seconds / kefen.cpu_seconds:.1f} times the CPU seconds of DuckDB.",
        ),
        {"customers": job.customers},
    )


ROW = Row(5, "spark", "The same grades on Spark", _judge, _jobs)
