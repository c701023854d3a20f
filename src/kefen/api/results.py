"""What grading gives: a run whose data are at hand, so that it can be written and reported."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import pyarrow as pa
from sqlglot import exp

from kefen.api.runs import Run, no_outcomes, no_served
from kefen.api.speaking import speaking_class
from kefen.api.tables import in_library
from kefen.domain.contract import TABLES
from kefen.domain.errors import CallError, EngineError
from kefen.domain.text import Text
from kefen.engines.duckdb import DuckDBEngine
from kefen.engines.spark.engine import SparkEngine
from kefen.grading.finding_effects import quality_under
from kefen.grading.kept_runs import kept_run
from kefen.grading.outcome_words import grades_in_words
from kefen.grading.outputs import (
    GRADES_FILE,
    METRICS_FILE,
    OUTCOMES_FILE,
    RECORD_FILE,
    REJECTED_FILE,
    SERVED_FILE,
    output_directory,
    write_json,
)
from kefen.grading.read_back import read_back
from kefen.grading.serving.serve import Serving
from kefen.grading.stored import StoredRun
from kefen.grading.written_run import write_run
from kefen.lake.customer_names import customer_name
from kefen.lake.quality import assess_quality
from kefen.lake.quality.report import finding_as_dict
from kefen.lake.reading import rejection_reason
from kefen.lake.rejected_csv import rejected_values, write_rejected_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import date

    from kefen.domain.text import Language
    from kefen.engines.engine import Engine
    from kefen.grading.run import GradedRun
    from kefen.lake.book import Book
    from kefen.lake.dataset import Dataset
    from kefen.lake.quality import QualityReport
    from kefen.lake.reading import Library
    from kefen.standards.calibration import Calibration
    from kefen.standards.model import Standard

_REJECTED = ("table", "file", "row", "column", "value", "code", "reason")


@speaking_class
class Result(Run):
    """What `kefen.grade` gives: a run whose data are still at hand, so that it can be reported.

    It keeps an engine with the data until `close`, or the end of a `with` block.
    """

    def __init__(
        self,
        graded: GradedRun,
        close: Callable[[], None],
        library: Library,
        language: Language,
        *,
        again: Callable[[Engine], Dataset] | None = None,
        serving: Serving | None = None,
        before: Path | None = None,
    ) -> None:
        """Make a result.

        Args:
            graded: The run, in its open engine.
            close: Closes the engine.
            library: The library of its tables.
            language: The language of words and reports.
            again: Reads the same data cut into another engine; None where that cannot be done.
            serving: What the grades held follow from, for a run of Spark: they are computed when
                it is written.
            before: The files of the run before, which alerts are compared with, or None.
        """
        super().__init__(None, library, language)
        self._graded = graded
        self._close = close
        self._again = again
        self._serving = serving or Serving()
        self._before = before
        self._kept: dict[str, Any] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the data; the result cannot be asked any more."""
        self._kept["closed"] = True
        self._close()

    def _open(self) -> GradedRun:
        if self._kept.get("closed"):
            raise CallError(
                Text("The result was closed.", "该结果已关闭。"),
                mend=Text(
                    "Ask it before it is closed, or keep it with .write(folder).",
                    "请在关闭前使用，或用 .write(目录) 保存。",
                ),
            )
        return self._graded

    def _run(self) -> StoredRun:
        graded = self._open()
        if "stored" not in self._kept:
            folder = graded.dataset.engine.scratch / "run"
            folder.mkdir()
            write_run(graded, folder, before=self._before, serving=self._serving)
            self._kept["stored"] = StoredRun.load(folder)
        found: StoredRun = self._kept["stored"]
        return found

    @property
    def as_of(self) -> date:
        """Return the day that the grades are as of."""
        return self._graded.as_of

    @property
    def standard(self) -> Standard:
        """Return the standard that graded."""
        return self._graded.standard

    @property
    def schemes(self) -> tuple[str, ...]:
        """Return the ids of the schemes that were run, in order."""
        return tuple(item["scheme"] for item in self._graded.record["schemes"])

    @property
    def calibration(self) -> Calibration:
        """Return what the schemes learned; give it to `kefen.grade` to freeze it."""
        return self._graded.calibration

    @property
    def record(self) -> Mapping[str, Any]:
        """Return the record of the run: the content of `run.json`."""
        return self._graded.record

    def _relation(self, name: str) -> str | None:
        graded = self._open()
        return {
            GRADES_FILE: graded.grades,
            METRICS_FILE: graded.metrics,
            OUTCOMES_FILE: graded.outcomes,
            SERVED_FILE: graded.served,
        }[name]

    def _table(self, name: str) -> pa.Table:
        relation = self._relation(name)
        if name == SERVED_FILE and isinstance(self._graded.dataset.engine, SparkEngine):
            raise EngineError(
                Text(
                    "The grades held are computed when a result of Spark is written.",
                    "Spark 结果的现行等级在写出时计算。",
                ),
                mend=Text(
                    "Write it, and open it: kefen.open_run(result.write(folder)).served.",
                    "请写出后再打开：kefen.open_run(result.write(目录)).served。",
                ),
            )
        if relation is None:
            return no_served() if name == SERVED_FILE else no_outcomes()
        return self._graded.dataset.engine.arrow(_all_of(relation))

    def _dataframe(self, name: str) -> Any:
        relation = self._relation(name)
        engine = self._graded.dataset.engine
        if relation is None or not isinstance(engine, SparkEngine):
            return None
        return engine.dataframe(_all_of(relation))

    def _shown(self, table: pa.Table) -> Any:
        engine = self._graded.dataset.engine
        session = engine.session if isinstance(engine, SparkEngine) else None
        own = session if self._library == "spark" else None
        return in_library(table, self._library, self._connection or own)

    def _counted(self) -> pa.Table:
        graded = self._open()
        grades = exp.table_(graded.grades, quoted=True)
        keys = [exp.column(key) for key in ("scheme", "grade", "reason")]
        counts = exp.select(*keys, exp.alias_(exp.Count(this=exp.Star()), "customers"))
        return graded.dataset.engine.arrow(counts.from_(grades).group_by(*keys).sql("duckdb"))

    def _name(self, customer: str) -> str | None:
        return customer_name(self._open().dataset, customer)

    @property
    def quality(self) -> QualityReport:
        """Return the quality report on the data.

        Of a result of Spark, this machine makes it from the files or the book that were graded.

        Raises:
            EngineError: The result is Spark's, and its data are not in files.
        """
        if "quality" not in self._kept:
            with self._readable(None) as run:
                self._assessed(run)
        found: QualityReport = self._kept["quality"]
        return found

    def _assessed(self, run: GradedRun) -> QualityReport:
        if "quality" not in self._kept:
            months = run.standard.constants.window.months or 12
            report = assess_quality(run.dataset, run.as_of, months)
            self._kept["quality"] = quality_under(report, run.standard)
        found: QualityReport = self._kept["quality"]
        return found

    @contextmanager
    def _readable(self, folder: Path | None) -> Iterator[GradedRun]:
        """Give the run as reports read it: one of Spark from its written results, on this machine.

        Args:
            folder: Where its results were written; None writes them where this machine keeps them.
        """
        graded = self._open()
        spark = graded.dataset.engine
        if not isinstance(spark, SparkEngine):
            yield graded
            return
        if self._again is None:
            raise _not_on_spark()
        with DuckDBEngine(memory_limit=spark.task_memory) as engine:
            written = folder or self._run().directory
            yield read_back(graded, written, self._again(engine))

    @property
    def findings(self) -> list[dict[str, Any]]:
        """Return what was found about the data, each with its effect on the grades.

        In Spark: what was found while the data was read.
        """
        if isinstance(self._open().dataset.engine, SparkEngine):
            return list(self.record["findings"])
        return [finding_as_dict(finding) for finding in self.quality.findings]

    @property
    def rejected(self) -> Any:
        """Return every value that could not be read, with its place and the reason.

        Columns: table, file, row, column, value, code, reason.
        """
        dataset = self._open().dataset
        rows: list[dict[str, Any]] = []
        for name in TABLES:
            read = dataset.tables.get(name)
            if read is None or not read.rows_rejected:
                continue
            for file, row, column, value, code in rejected_values(dataset.engine, read.rejected):
                reason = rejection_reason(code).in_language(self._language)
                found = (name, file, row, column, value, code, reason)
                rows.append(dict(zip(_REJECTED, found, strict=True)))
        kinds = {"row": pa.int64()}
        schema = pa.schema([(name, kinds.get(name, pa.string())) for name in _REJECTED])
        return self._shown(pa.Table.from_pylist(rows, schema=schema))

    def write(self, folder: str | Path, *, overwrite: bool = False) -> Path:
        """Write the run into a folder, as `kefen grade --out` does; `kefen.open_run` reads it.

        Args:
            folder: Where; made whole or not at all.
            overwrite: Whether the results there may be replaced.

        Returns:
            The folder.

        Raises:
            CallError: It exists and may not be replaced.
            EngineError: The disk is full.
        """
        target = Path(folder)
        with output_directory(target, overwrite=overwrite) as partial:
            self._write(partial)
        self._keep_at(target)
        return target

    def _keep_at(self, folder: Path) -> None:
        """Read a run of Spark from where it was written: all executors see that folder."""
        if isinstance(self._open().dataset.engine, SparkEngine):
            self._kept["stored"] = StoredRun.load(folder)

    def _write(self, folder: Path) -> None:
        graded = self._open()
        graded = write_run(graded, folder, before=self._before, serving=self._serving)
        self._graded = graded
        tables = graded.dataset.tables
        rejected = {name: read.rejected for name, read in tables.items() if read.rows_rejected}
        if rejected and not graded.dataset.versions:
            target = folder / REJECTED_FILE
            write_rejected_of(graded.dataset.engine, rejected, target, self._language)

    def keep_in(self, book: Book, *, report: bool) -> str:
        """Keep the run in the book whose data it graded, and return its id there.

        Args:
            book: The book.
            report: Whether the reports are kept beside it.

        Raises:
            BookError: The book is in use or cannot be written.
        """
        with kept_run(book, self._open()) as (identifier, folder):
            self._write(folder)
            self._keep_at(folder)
            if report:
                self._report(folder, None, None)
        return identifier

    def report(
        self,
        folder: str | Path,
        *,
        customer: str | None = None,
        previous: str | Path | None = None,
        overwrite: bool = False,
    ) -> Path:
        """Write `report.xlsx` and `report.html` into a folder.

        Args:
            folder: Where; made whole or not at all.
            customer: The id of a customer whose card is added.
            previous: The folder of an earlier run to compare the counts with.
            overwrite: Whether a report there may be replaced.

        Returns:
            The folder.

        Raises:
            CallError: The folder exists and may not be replaced; there is no such customer; or
                the earlier run is not earlier.
            EngineError: The files cannot be written, or the result is Spark's and its data are
                not in files.
        """
        target = Path(folder)
        with output_directory(target, overwrite=overwrite) as partial:
            write_json(partial / RECORD_FILE, dict(self.record))
            self._report(partial, customer, None if previous is None else Path(previous))
        return target

    def _report(self, folder: Path, customer: str | None, previous: Path | None) -> None:
        from kefen.reports.previous import PreviousRun
        from kefen.reports.write import write_reports

        graded = self._open()
        earlier = None
        if previous is not None:
            earlier = PreviousRun.load(previous)
            earlier.require_before(graded.as_of)
        why = None
        if customer is not None:
            why = grades_in_words(self._run(), graded.dataset, customer)
        written = folder if (folder / GRADES_FILE).exists() else None
        with self._readable(written) as run:
            write_reports(
                run,
                folder,
                self._language,
                customer=customer,
                quality=self._assessed(run),
                why=why,
                previous=earlier,
            )


def _not_on_spark() -> EngineError:
    return EngineError(
        Text(
            "One machine makes the quality report and the report, and these data are only in "
            "Spark.",
            "数据质量报告和评级报告由一台机器生成，而这些数据只在 Spark 中。",
        ),
        mend=Text(
            "Give files or grade a book: this machine reads those itself. Or grade with "
            'engine="duckdb".',
            '请提供文件或为账套评级，本机可自行读取；或使用 engine="duckdb" 评级。',
        ),
    )


def _all_of(relation: str) -> str:
    return exp.select("*").from_(exp.table_(relation, quoted=True)).sql("duckdb")
