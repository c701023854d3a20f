"""The runs that the rows of the benchmark ask for: made by turns, compared, and kept."""

from __future__ import annotations

import shutil
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from compare import differences
from contenders import CONTENDERS, KEFEN
from generate import generate
from measuring import Limits, Measured, ProcessFailedError, measure, median

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from contenders import Contender

_ALL_EQUAL = 1_000_000
"""From this size on heavy contenders run as often as `heavy_repeats` says."""


@dataclass(frozen=True)
class Asked:
    """What the command line asks for.

    Attributes:
        work: The directory for data and results.
        sizes: Numbers of customers, ascending.
        repeats: How often each contender does the main job.
        heavy_repeats: How often the slow ones do it, with a million customers and more.
        without: Names of contenders that are left out.
        limits: When a process is stopped.
        many: The number of customers that memory does not hold.
        memory: What Kefen is told to work in then.
        cap: The most memory it may hold then, in GB.
    """

    work: Path
    sizes: tuple[int, ...] = (50_000, 250_000, 1_000_000)
    repeats: int = 3
    heavy_repeats: int = 1
    without: frozenset[str] = frozenset()
    limits: Limits = field(default_factory=lambda: Limits(minutes=40, gigabytes=18))
    many: int = 10_000_000
    memory: str = "2500MB"
    cap: float = 4.0

    def takes_part(self, contender: Contender) -> bool:
        """Return whether a contender is not left out."""
        return contender.name not in self.without

    def repeats_of(self, job: Job) -> int:
        """Return how often a job is done."""
        slow = job.contender.heavy and job.customers >= _ALL_EQUAL
        return min(self.repeats, self.heavy_repeats) if slow else self.repeats


@dataclass(frozen=True)
class Job:
    """The main job of one contender with a number of customers."""

    contender: Contender
    customers: int


class ResultsDifferError(RuntimeError):
    """Two contenders gave different grades or metrics."""


@dataclass
class Workbench:
    """Where jobs are run.

    Attributes:
        asked: What the command line asks for.
        runs: What every run of each job took.
        failed: Why a contender could not do a job: the end of what it said.
    """

    asked: Asked
    runs: dict[Job, list[Measured]] = field(default_factory=dict)
    failed: dict[Job, str] = field(default_factory=dict)

    def data(self, customers: int, parts: int = 1) -> Path:
        """Return the directory with the files of a size; they are generated once."""
        directory = self.asked.work / f"data-{customers}{f'-in-{parts}' if parts > 1 else ''}"
        if not directory.exists():
            tell(f"Generating {customers:,} customers")
            begun = directory.with_name(f"{directory.name}.begun")
            shutil.rmtree(begun, ignore_errors=True)
            generate(customers, begun, parts)
            begun.rename(directory)
        return directory

    def results(self, job: Job) -> Path:
        """Return the directory for the results of a job."""
        return self.asked.work / f"results-{job.customers}" / job.contender.name

    def run(self, jobs: Iterable[Job]) -> None:
        """Do jobs by turns, as often as is asked for, and compare each with Kefen's results.

        Raises:
            ProcessFailedError: Kefen failed. What another contender says when it fails is kept.
            ResultsDifferError: Grades or metrics differ.
        """
        taking = [job for job in dict.fromkeys(jobs) if self.asked.takes_part(job.contender)]
        # Kefen first, so that there is something to compare with.
        taking.sort(key=lambda job: (job.customers, list(CONTENDERS).index(job.contender.name)))
        for turn in range(self.asked.repeats):
            for job in taking:
                stopped = any(run.stopped for run in self.runs.get(job, ()))
                if turn < self.asked.repeats_of(job) and not stopped and job not in self.failed:
                    self._run(job)

    def median(self, job: Job) -> Measured | None:
        """Return the medians of a job; None when it was not done."""
        runs = self.runs.get(job)
        return median(runs) if runs else None

    def _run(self, job: Job) -> None:
        out = self.results(job)
        shutil.rmtree(out, ignore_errors=True)
        out.parent.mkdir(parents=True, exist_ok=True)
        data = self.data(job.customers)
        try:
            run = measure(job.contender.command(data, out), self.asked.limits)
        except ProcessFailedError as error:
            if job.contender == KEFEN:
                raise
            self.failed[job] = error.last_words
            tell(f"{job.customers:>10,} {job.contender.name:16} failed: {error.last_words}")
            return
        tell(
            f"{job.customers:>10,} {job.contender.name:16} {run.seconds:8.1f} s "
            f"{run.cpu_seconds:8.1f} CPU s {run.peak_megabytes:8.0f} MB {run.stopped}"
        )
        self.runs.setdefault(job, []).append(run)
        reference = Job(KEFEN, job.customers)
        if run.stopped or job == reference or reference not in self.runs:
            return
        if len(self.runs[job]) == 1 and (found := differences(self.results(reference), out)):
            raise ResultsDifferError(f"kefen and {job.contender.name} differ:\n" + "\n".join(found))


def jobs_of(contenders: Sequence[Contender], sizes: Sequence[int]) -> list[Job]:
    """Return the job of each contender with each size."""
    return [Job(contender, size) for size in sizes for contender in contenders]


def tell(line: str) -> None:
    """Say how far it is, beside what is printed at the end."""
    print(line, file=sys.stderr, flush=True)
