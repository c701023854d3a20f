"""Grading as the command line does it: read, grade, judge the data, report, write."""

from __future__ import annotations

import shutil
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from importlib import import_module
from typing import TYPE_CHECKING, Any

from kefen.cli.estimate import check_room
from kefen.cli.language import current_language, language_was_asked
from kefen.cli.progress import steps
from kefen.cli.runs_before import moves_before, previous_run, serving_of
from kefen.domain.text import Text
from kefen.grading.named_standard import NamedStandard, find_calibration

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import date
    from pathlib import Path

    from kefen.cli.data import Data
    from kefen.domain.text import Language
    from kefen.engines.engine import Engine
    from kefen.grading.run import GradedRun
    from kefen.grading.serving.drift import Drift
    from kefen.lake.book import Book
    from kefen.lake.fingerprints import Fingerprints
    from kefen.lake.quality import QualityReport
    from kefen.reports.previous import PreviousRun
    from kefen.standards.calibration import Calibration
    from kefen.standards.model import Standard

_QUALITY = Text("Judging the data", "评估数据质量")
_REPORT = Text("Writing the report", "生成报告")
_RESULTS = Text("Writing the results", "写入结果")


@dataclass(frozen=True)
class Grading:
    """What a call asks for.

    Attributes:
        data: The data.
        standard: The standard as named, or None.
        as_of: The as-of date; None for the end of the last complete month with orders.
        out: Where results go, or None.
        overwrite: Whether results there may be replaced.
        calibration: A frozen calibration, or None.
        recalibrate: Whether a run of a book learns its lines anew whatever its standard says.
        report: Whether reports are written.
        customer: The id of a customer whose card is added to the report, or None.
        previous: The results of an earlier run to compare the counts with; None for the latest
            earlier run of the book, if there is one.
        memory: The memory limit; on Spark, of each task.
        engine: `duckdb` or `spark`.
        spark_master: The master of Spark or its Connect address, or None.
        quiet: Whether progress is not shown.
    """

    data: Data
    standard: str | None = None
    as_of: date | None = None
    out: Path | None = None
    overwrite: bool = False
    calibration: Path | None = None
    recalibrate: bool = False
    report: bool = True
    customer: str | None = None
    previous: Path | None = None
    memory: str = "2GB"
    engine: str = "duckdb"
    spark_master: str | None = None
    quiet: bool = False


@dataclass
class Graded:
    """What came of it.

    Attributes:
        asked: What was asked for.
        run: The run; its engine is open while the block lasts.
        quality: The quality report; None without a report.
        previous: The earlier run that the report compares with, or None.
        run_id: The run's id in the book; None in file mode.
        folders: Where results are.
        rejected: How many rejected values were written to `rejected.csv`.
    """

    asked: Grading
    run: GradedRun
    quality: QualityReport | None = None
    previous: PreviousRun | None = None
    run_id: str | None = None
    folders: list[Path] = field(default_factory=list)
    rejected: int = 0

    @property
    def last_order_before(self) -> date | None:
        """Return the day of the last order in the data if it is before the as-of date."""
        from kefen.grading.population import last_order_before

        return last_order_before(self.run.dataset, self.run.as_of)

    @property
    def drifts(self) -> tuple[Drift, ...]:
        """Return how far the computed grades are from the overrides that the run applied."""
        from kefen.engines.opened import SPARK
        from kefen.grading.serving.drift import drifts_in

        return () if self.asked.engine == SPARK else drifts_in(self.run, self.run_id or "")

    @property
    def previous_of_another_standard(self) -> str | None:
        """Return the standard of the run before that a call names, if grades held ignore it."""
        from kefen.grading.serving.before import RunBefore

        moving = any(one.movement is not None for one in self.run.standard.schemes.values())
        if self.asked.previous is None or self.asked.data.book is not None or not moving:
            return None
        named = RunBefore.load(self.asked.previous).standard
        return named if named != self.run.standard.id else None

    @property
    def example_customer(self) -> str | None:
        """Return the id of the customer with the largest score of any kind; None without one."""
        from kefen.grading.tally import leading_customer

        return leading_customer(self.run)

    def as_dict(self) -> dict[str, Any]:
        """Return what `--json` prints: the essentials of `run.json`, and where everything is."""
        record = self.run.record
        standard = {k: v for k, v in record["standard"].items() if k != "text"}
        essentials = ("as_of", "window", "months", "currency", "calibration", "customers", "rows")
        return {
            "run": self.run_id,
            "standard": standard,
            **{name: record[name] for name in essentials},
            "schemes": [
                {**scheme, "classes": classes}
                for scheme, classes in zip(record["schemes"], self._classes(), strict=True)
            ],
            "schemes_not_run": record["schemes_not_run"],
            "findings": self.quality.as_dict()["findings"]
            if self.quality is not None
            else record["findings"],
            "out": [str(folder) for folder in self.folders],
            "rejected_values": self.rejected,
            "seconds": record["seconds"],
        }

    def _classes(self) -> Iterator[dict[str, int]]:
        for scheme in self.run.record["schemes"]:
            yield {
                tally.grade: tally.customers
                for tally in self.run.classes.get(scheme["scheme"], ())
                if tally.grade is not None
            }


@contextmanager
def grade_data(asked: Grading) -> Iterator[Graded]:
    """Grade and write; within the block the run can still be asked.

    Raises:
        KefenError: The call, the data, the standard or the book is wrong.
    """
    from kefen.lake.fingerprints import Fingerprints

    # The bytes of the files are read while what grades is imported, which keeps one core only.
    with Fingerprints.ahead(asked.data.paths) as taken, _graded(asked, taken) as graded:
        yield graded


@contextmanager
def _graded(asked: Grading, fingerprints: Fingerprints) -> Iterator[Graded]:
    """Grade and write, given the fingerprints of the files that are read."""
    from kefen.engines.beside import beside
    from kefen.engines.opened import SPARK, opened_engine
    from kefen.grading.grade import STAGES
    from kefen.grading.outputs import check_output

    data = asked.data
    if asked.out is not None:
        check_output(asked.out, overwrite=asked.overwrite)
    named = NamedStandard(asked.standard, data.book, asked.as_of)
    if named.known is not None:
        find_calibration(asked.calibration, named.known)
    previous_run(asked.previous, None, asked.as_of)
    check_room(asked)
    total = data.steps + len(STAGES) + 2 * asked.report + 1
    with opened_engine(
        asked.engine, memory=asked.memory, spark_master=asked.spark_master
    ) as engine:
        with steps(total, shown=not asked.quiet) as begin:
            run = _run(asked, named, engine, begin, fingerprints)
            graded = Graded(asked, run)
            if asked.report and asked.engine != SPARK:
                _judge(graded, run, begin)
            # What will be shown is imported meanwhile: writing leaves some of a core for it.
            with nullcontext() if asked.quiet else beside(_import_summary):
                _write(graded, begin)
        yield graded


def _import_summary() -> None:
    import_module("kefen.cli.grade_summary")


def _run(
    asked: Grading,
    named: NamedStandard,
    engine: Engine,
    begin: Callable[[Text], None],
    fingerprints: Fingerprints,
) -> GradedRun:
    """Read what has to be read, and grade."""
    from kefen.grading.grade import STAGES, grade
    from kefen.grading.population import default_as_of
    from kefen.grading.shortened import lines_wanted

    def on_stage(stage: str) -> None:
        begin(STAGES[stage])

    data, book = asked.data, asked.data.book
    if book is not None:
        return _run_of_book(asked, book, named, engine, begin)
    wanted = None
    if asked.as_of is not None:
        wanted = lines_wanted(named.on(asked.as_of), asked.as_of)
    dataset = data.read(engine, begin, wanted, fingerprints)
    as_of = asked.as_of or default_as_of(dataset)
    standard = named.on(as_of)
    return grade(
        dataset,
        standard,
        as_of,
        calibration=find_calibration(asked.calibration, standard),
        previous=_names(asked, standard),
        serving=serving_of(asked.previous, None, standard, as_of),
        on_stage=on_stage,
    )


def _run_of_book(
    asked: Grading,
    book: Book,
    named: NamedStandard,
    engine: Engine,
    begin: Callable[[Text], None],
) -> GradedRun:
    """Read what has to be read of a book, and grade it."""
    from kefen.grading.grade import STAGES
    from kefen.grading.months.grading import grade_for_book, grade_in_book
    from kefen.grading.months.newest import default_as_of_book
    from kefen.grading.population import default_as_of

    def on_stage(stage: str) -> None:
        begin(STAGES[stage])

    data = asked.data
    if asked.calibration is None and data.rates is None:
        dataset, as_of = None, asked.as_of
        if as_of is None and not asked.report:
            as_of = default_as_of_book(book, engine)
        if as_of is None:
            dataset = data.read(engine, begin)
            as_of = default_as_of(dataset)
        standard = named.on(as_of)
        return grade_in_book(
            book,
            engine,
            standard,
            as_of,
            lambda: dataset or data.read(engine, begin),
            everybody=asked.report,
            recalibrate=asked.recalibrate,
            names=_names(asked, standard),
            on_stage=on_stage,
        )
    dataset = data.read(engine, begin)
    as_of = asked.as_of or default_as_of(dataset)
    standard = named.on(as_of)
    return grade_for_book(
        book,
        dataset,
        standard,
        as_of,
        calibration=find_calibration(asked.calibration, standard),
        recalibrate=asked.recalibrate,
        names=_names(asked, standard),
        on_stage=on_stage,
    )


def _names(asked: Grading, standard: Standard) -> Calibration | None:
    """Return the calibration whose names a new one keeps, where the call names a run before."""
    if asked.previous is None:
        return None
    from kefen.grading.months.lines import names_of_run

    return names_of_run(asked.previous, standard)


def result_language(book: Book | None) -> Language:
    """Return the language of files: what the call asks for, else the book's, else the call's."""
    if book is not None and book.settings.language is not None and not language_was_asked():
        return book.settings.language
    return current_language()


def _judge(graded: Graded, run: GradedRun, begin: Callable[[Text], None]) -> None:
    """Judge the data, and find the run to compare with."""
    from kefen.grading.finding_effects import quality_under
    from kefen.lake.quality import assess_quality

    begin(_QUALITY)
    months = run.standard.constants.window.months or 12
    quality = assess_quality(run.dataset, run.as_of, months)
    graded.quality = quality_under(quality, run.standard)
    graded.previous = previous_run(graded.asked.previous, graded.asked.data.book, run.as_of)


@contextmanager
def _for_report(graded: Graded, folder: Path, begin: Callable[[Text], None]) -> Iterator[GradedRun]:
    """Give the run as reports read it: on Spark, read back on this machine from its results."""
    from kefen.engines.duckdb import DuckDBEngine
    from kefen.engines.opened import SPARK
    from kefen.grading.read_back import read_back

    if graded.asked.engine != SPARK:
        yield graded.run
        return
    with DuckDBEngine(memory_limit=graded.asked.memory) as engine:
        dataset = graded.asked.data.read(engine, lambda _: None)
        run = read_back(graded.run, folder, dataset)
        _judge(graded, run, begin)
        yield run


def _write(graded: Graded, begin: Callable[[Text], None]) -> None:
    asked, book = graded.asked, graded.asked.data.book
    if book is not None:
        from kefen.grading.kept_runs import kept_run

        with kept_run(book, graded.run) as (graded.run_id, folder):
            _write_files(graded, folder, begin)
        graded.folders.append(folder)
    if asked.out is not None:
        from kefen.grading.outputs import output_directory

        with output_directory(asked.out, overwrite=asked.overwrite) as partial:
            if book is None:
                _write_files(graded, partial, begin)
            else:
                _copy_whole(graded.folders[0], partial)
        graded.folders.append(asked.out)


def _copy_whole(folder: Path, target: Path) -> None:
    """Copy the files of a run of a book to where no other run lies beside them."""
    from kefen.grading.months.differences import OF_DIFFERENCES, make_whole

    make_whole(folder)
    ignored = shutil.ignore_patterns(*OF_DIFFERENCES)
    shutil.copytree(folder, target, dirs_exist_ok=True, ignore=ignored)


def _write_files(graded: Graded, folder: Path, begin: Callable[[Text], None]) -> None:
    from kefen.engines.opened import SPARK
    from kefen.grading.alerts.raising import run_before_in
    from kefen.grading.outputs import REJECTED_FILE
    from kefen.grading.written_run import write_run
    from kefen.lake.rejected_csv import write_rejected_of

    begin(_RESULTS)
    run, asked = graded.run, graded.asked
    before = asked.previous
    if before is None and asked.data.book is not None:
        before = run_before_in(asked.data.book, run)
    serving = None
    if asked.engine == SPARK:
        serving = serving_of(asked.previous, asked.data.book, run.standard, run.as_of)
    run = graded.run = write_run(run, folder, before=before, serving=serving, memory=asked.memory)
    rejected = {
        name: read.rejected for name, read in run.dataset.tables.items() if read.rows_rejected
    }
    if rejected and graded.asked.data.book is None:
        graded.rejected = write_rejected_of(
            run.dataset.engine, rejected, folder / REJECTED_FILE, current_language()
        )
    if graded.asked.report:
        from kefen.grading.evaluation.earlier import earlier_judged
        from kefen.grading.outcome_words import grades_in_words
        from kefen.grading.stored import StoredRun
        from kefen.reports.write import write_reports

        begin(_REPORT)
        language = result_language(graded.asked.data.book)
        with _for_report(graded, folder, begin) as readable:
            write_reports(
                readable,
                folder,
                language,
                customer=graded.asked.customer,
                quality=graded.quality,
                why=grades_in_words(
                    StoredRun.load(folder), readable.dataset, graded.asked.customer
                ),
                previous=graded.previous,
                moves=moves_before(readable, folder, graded.asked.previous, graded.asked.data.book),
                evaluation=earlier_judged(readable, graded.asked.previous, graded.asked.data.book),
            )
