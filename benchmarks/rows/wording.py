"""Tables and phrases that several rows use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from contenders import KEFEN
from generate import LINES_PER_CUSTOMER
from workbench import Job

if TYPE_CHECKING:
    from collections.abc import Sequence

    from measuring import Measured
    from workbench import Workbench


def table_of_jobs(bench: Workbench, jobs: Sequence[Job]) -> str:
    """Return the medians of jobs and their ratios to Kefen's as a Markdown table."""
    lines = [
        "| customers | order lines | who | runs | seconds | CPU seconds | peak memory, MB "
        "| seconds / Kefen's | CPU / Kefen's |",
        "|---:|---:|---|---:|---:|---:|---:|---:|---:|",
    ]
    for job in jobs:
        size = f"| {job.customers:,} | {job.customers * LINES_PER_CUSTOMER:,} "
        title, own = job.contender.title, bench.median(job)
        if own is None:
            if not bench.asked.takes_part(job.contender):
                continue
            reason = "failed" if job in bench.failed else "not run"
            lines.append(f"{size}| {title}, {reason} | 0 | | | | | |")
            continue
        stopped = f", {own.stopped}" if own.stopped else ""
        kefen = bench.median(Job(KEFEN, job.customers)) or own
        lines.append(
            f"{size}| {title}{stopped} | {len(bench.runs[job])} | {own.seconds:.1f} "
            f"| {own.cpu_seconds:.1f} | {own.peak_megabytes:.0f} "
            f"| {own.seconds / kefen.seconds:.2f} | {own.cpu_seconds / kefen.cpu_seconds:.2f} |"
        )
    return "\n".join(lines)


def times(other: Measured, kefen: Measured) -> str:
    """Return how many times faster than another Kefen is, in words."""
    at_least = "more than " if other.stopped else ""
    return (
        f"{at_least}{other.seconds / kefen.seconds:.1f} times in seconds, "
        f"{at_least}{other.cpu_seconds / kefen.cpu_seconds:.1f} times in CPU seconds"
        + (f" ({other.stopped})" if other.stopped else "")
    )
