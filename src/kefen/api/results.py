"""What grading gives: a run that was kept, and a result that can still be written and reported."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import pyarrow as pa
import pyarrow.parquet as pq
from sqlglot import exp

from kefen.api.grader import Grader
from kefen.api.tables import active_session, in_library
from kefen.domain.contract import TABLES
from kefen.domain.errors import CallError, DataError, EngineError
from kefen.domain.text import Text
from kefen.engines.spark.engine import SparkEngine
from kefen.grading.explain import checked_scheme
from kefen.grading.explain import explain as explain_customer
from kefen.grading.finding_effects import quality_under
from kefen.grading.kept_runs import kept_run
from kefen.grading.named import grade_called
from kefen.grading.outcome_words import grades_in_words
from kefen.grading.outputs import (
    GRADES_FILE,
    METRICS_FILE,
    OUTCOMES_FILE,
    RECORD_FILE,
    REJECTED_FILE,
    output_directory,
    write_json,
    write_results,
)
from kefen.grading.smallest_changes import smallest_changes
from kefen.grading.stored import StoredRun
from kefen.grading.what_if import what_if as grade_with
from kefen.lake.customer_names import customer_name
from kefen.lake.quality import assess_quality
from kefen.lake.quality.report import finding_as_dict
from kefen.lake.reading import rejection_reason
from kefen.lake.rejected_csv import rejected_values, write_rejected_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import date

    from kefen.domain.text import Language
    from kefen.grading.explanation import Explanation
    from kefen.grading.run import GradedRun
    from kefen.grading.smallest_changes import Reach
    from kefen.grading.what_if import WhatIf
    from kefen.lake.book import Book
    from kefen.lake.quality import QualityReport
    from kefen.lake.reading import Library
    from kefen.standards.calibration import Calibration
    from kefen.standards.model import Standard

_REJECTED = ("table", "file", "row", "column", "value", "code", "reason")


class Run:
    """A run that was kept: every grade, the metrics behind it, and why.

    `kefen.open_run` and `Book.run` give one. Its tables are frames of one library; `to_pandas`,
    `to_polars`, `to_arrow`, `to_duckdb` and `to_spark` give the same run with the tables of
    another.
    """

    def __init__(self, stored: StoredRun | None, library: Library, language: Language) -> None:
        self._stored = stored
        self._library: Library = library
        self._language: Language = language
        self._connection: Any = None

    def _run(self) -> StoredRun:
        assert self._stored is not None  # noqa: S101  only a `Result` begins without one
        return self._stored

    def _whole(self, name: str) -> Any:
        """Return a table of the run in the library; one for Spark stays out of this process."""
        if self._library == "spark" and (found := self._dataframe(name)) is not None:
            return found
        return self._shown(self._table(name))

    def _dataframe(self, name: str) -> Any:
        path = self._run().directory / name
        if not path.exists():
            return None
        session = self._connection or active_session()
        return session.read.parquet(str(path.absolute()))

    def _table(self, name: str) -> pa.Table:
        path = self._run().directory / name
        if name == OUTCOMES_FILE and not path.exists():
            return _no_outcomes()
        try:
            return pq.read_table(path)
        except (OSError, pa.ArrowException) as error:
            raise DataError(
                Text("This file of the run cannot be read.", "无法读取该评级结果的文件。"),
                where=str(path),
                mend=Text("Grade again.", "请重新评级。"),
            ) from error

    def _shown(self, table: pa.Table) -> Any:
        return in_library(table, self._library, self._connection)

    # -- what was found -------------------------------------------------------------------

    @property
    def as_of(self) -> date:
        """Return the day that the grades are as of."""
        return self._run().as_of

    @property
    def standard(self) -> Standard:
        """Return the standard that graded."""
        return self._run().standard

    @property
    def schemes(self) -> tuple[str, ...]:
        """Return the ids of the schemes that were run, in order."""
        return self._run().running

    @property
    def calibration(self) -> Calibration:
        """Return what the schemes learned; give it to `kefen.grade` to freeze it."""
        return self._run().calibration

    @property
    def record(self) -> Mapping[str, Any]:
        """Return the record of the run: the content of `run.json`."""
        return self._run().record

    @property
    def findings(self) -> list[dict[str, Any]]:
        """Return what was found about the data, each with its effect on the grades."""
        return list(self.record["findings"])

    @property
    def grades(self) -> Any:
        """Return one row for each customer and scheme: a grade, or the reason for none.

        Columns: customer_id, scheme, grade, score, score_text, reason, confidence.
        """
        return self._whole(GRADES_FILE)

    @property
    def metrics(self) -> Any:
        """Return one row for each customer, and one column for each metric."""
        return self._whole(METRICS_FILE)

    @property
    def outcomes(self) -> Any:
        """Return the tags that hold and the amounts of terms; no rows where there are none.

        Columns: customer_id, scheme, kind, id, amount.
        """
        return self._whole(OUTCOMES_FILE)

    @property
    def summary(self) -> Any:
        """Return how many customers each grade has, and each reason for none.

        Columns: scheme, grade, reason, customers.
        """
        counted = self._counted()
        rows = sorted(counted.to_pylist(), key=self._place_of)
        return self._shown(pa.Table.from_pylist(rows, schema=counted.schema))

    def _counted(self) -> pa.Table:
        keys = ["scheme", "grade", "reason"]
        counted = self._table(GRADES_FILE).group_by(keys).aggregate([("customer_id", "count")])
        return counted.rename_columns([*keys, "customers"])

    def _place_of(self, row: Mapping[str, Any]) -> tuple[int, int, str, str]:
        classes = [grade.id for grade in self.standard.schemes[row["scheme"]].grades]
        grade = row["grade"]
        known = grade in classes
        place = classes.index(grade) if known else len(classes) + (grade is None)
        return self.schemes.index(row["scheme"]), place, grade or "", row["reason"] or ""

    # -- in another library ---------------------------------------------------------------

    def _in(self, library: Library, connection: Any = None) -> Self:
        other = object.__new__(type(self))
        other.__dict__.update(self.__dict__)
        other._library, other._connection = library, connection
        return other

    def to_pandas(self) -> Self:
        """Return the same run with tables of pandas, in columns of Arrow's exact types."""
        return self._in("pandas")

    def to_polars(self) -> Self:
        """Return the same run with tables of polars."""
        return self._in("polars")

    def to_arrow(self) -> Self:
        """Return the same run with Arrow tables."""
        return self._in("arrow")

    def to_duckdb(self, connection: Any = None) -> Self:
        """Return the same run with relations of a DuckDB connection; None: the default one."""
        return self._in("duckdb", connection)

    def to_spark(self, session: Any = None) -> Self:
        """Return the same run with Spark DataFrames; None: of the session that is open.

        Of a run that Spark computed, rows stay where they are until the DataFrame is asked.
        """
        return self._in("spark", session)

    # -- why, and what if -----------------------------------------------------------------

    def _name(self, customer: str) -> str | None:
        del customer
        return None

    def explain(self, customer: str, scheme: str | None = None) -> Explanation:
        """Explain a customer's grades to the last point.

        Args:
            customer: The customer's id.
            scheme: Only this scheme, by id or name; None: all that were run.

        Raises:
            CallError: The run has no such customer or scheme.
        """
        run = self._run()
        return explain_customer(run, customer, scheme=scheme, name=self._name(customer))

    def what_if(
        self, customer: str, changes: Mapping[str, Any] | None = None, **more: Any
    ) -> WhatIf:
        """Return a customer's grades with other values of some metrics.

        Args:
            customer: The customer's id.
            changes: New values by metric.
            more: The same, as keywords: `revenue=50_000`.

        Raises:
            CallError: There is no such customer or metric, or a value does not fit.
        """
        return grade_with(self._run(), customer, {**(changes or {}), **more})

    def what_reaches(self, customer: str, grade: str, scheme: str) -> Sequence[Reach]:
        """Return the smallest change of each single metric that gives a customer a grade.

        Args:
            customer: The customer's id.
            grade: The grade to reach, by code or name.
            scheme: The scheme, by id or name.

        Raises:
            CallError: There is no such customer, grade or scheme.
        """
        run = self._run()
        chosen = checked_scheme(run, scheme)
        wanted = grade_called(run.standard.schemes[chosen], grade)
        return smallest_changes(run, customer, wanted, chosen)

    def grader(self) -> Grader:
        """Return what grades and explains one customer at once by this run's calibration."""
        return Grader(self._run())

    def __repr__(self) -> str:
        schemes = ", ".join(self.schemes)
        return f"<{type(self).__name__} as of {self.as_of.isoformat()}: {schemes}>"


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
    ) -> None:
        super().__init__(None, library, language)
        self._graded = graded
        self._close = close
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
            write_results(graded, folder)
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
        }[name]

    def _table(self, name: str) -> pa.Table:
        relation = self._relation(name)
        if relation is None:
            return _no_outcomes()
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

        Raises:
            EngineError: The result is Spark's: the report lists and sorts, on one machine.
        """
        if "quality" not in self._kept:
            graded = self._open()
            if isinstance(graded.dataset.engine, SparkEngine):
                raise _not_on_spark()
            months = graded.standard.constants.window.months or 12
            report = assess_quality(graded.dataset, graded.as_of, months)
            self._kept["quality"] = quality_under(report, graded.standard)
        found: QualityReport = self._kept["quality"]
        return found

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
        return target

    def _write(self, folder: Path) -> None:
        graded = self._open()
        write_results(graded, folder)
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
            EngineError: The files cannot be written, or the result is Spark's.
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
        write_reports(
            graded,
            folder,
            self._language,
            customer=customer,
            quality=self.quality,
            why=why,
            previous=earlier,
        )


def open_run(folder: str | Path, *, language: Language = "en") -> Run:
    """Open the results that `kefen grade --out`, `Result.write` or a book wrote.

    Args:
        folder: Where they are.
        language: The language of words, `en` or `zh`.

    Raises:
        CallError: There are none.
        DataError: A file of them is damaged.
        StandardError: Their standard cannot be read by this version.
    """
    return Run(StoredRun.load(Path(folder)), "arrow", language)


def _not_on_spark() -> EngineError:
    return EngineError(
        Text(
            "Spark makes no quality report and no report: one machine makes them.",
            "Spark 不生成数据质量报告和评级报告：它们由一台机器生成。",
        ),
        mend=Text(
            "Run kefen grade --engine spark, which makes the report on this machine, or grade with "
            'engine="duckdb".',
            '请运行 kefen grade --engine spark（报告由本机生成），或使用 engine="duckdb" 评级。',
        ),
    )


def _no_outcomes() -> pa.Table:
    names = ("customer_id", "scheme", "kind", "id")
    columns = [*((name, pa.string()) for name in names), ("amount", pa.decimal128(18, 4))]
    return pa.schema(columns).empty_table()


def _all_of(relation: str) -> str:
    return exp.select("*").from_(exp.table_(relation, quoted=True)).sql("duckdb")
