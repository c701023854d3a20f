"""Runs that were kept: their tables in any library, and why each customer has its grades."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import pyarrow as pa
import pyarrow.parquet as pq

from kefen.api.given import language_given
from kefen.api.grader import Grader
from kefen.api.speaking import speaking, speaking_class
from kefen.api.tables import active_session, in_library
from kefen.compiler.movement_names import SHOWN
from kefen.domain.errors import DataError
from kefen.domain.text import Text
from kefen.expressions.types import ValueType
from kefen.grading.alerts.raising import ALERTS_FILE
from kefen.grading.explain import checked_scheme
from kefen.grading.explain import explain as explain_customer
from kefen.grading.named import grade_called
from kefen.grading.outputs import (
    GRADES_FILE,
    METRICS_FILE,
    OUTCOMES_FILE,
    SERVED_FILE,
)
from kefen.grading.smallest_changes import smallest_changes
from kefen.grading.stored import StoredRun
from kefen.grading.what_if import what_if as grade_with

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from kefen.domain.text import Language
    from kefen.grading.explanation import Explanation
    from kefen.grading.smallest_changes import Reach
    from kefen.grading.what_if import WhatIf
    from kefen.lake.reading import Library
    from kefen.standards.calibration import Calibration
    from kefen.standards.model import Standard

_REJECTED = ("table", "file", "row", "column", "value", "code", "reason")


@speaking_class
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
        if name == SERVED_FILE and not path.exists():
            return no_served()
        if name == OUTCOMES_FILE and not path.exists():
            return no_outcomes()
        return self._read(path)

    def _read(self, path: Path) -> pa.Table:
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
    def costs(self) -> dict[str, Any] | None:
        """Return what winning and keeping a customer cost in the window.

        `won` and `kept` have `spent`, `customers` and `each`; `times` is how many times as much
        winning costs. Amounts are exact decimals, None where they are not known; the whole is None
        where no costs were imported, or the run was made by an earlier version.
        """
        told = self.record.get("costs")
        if told is None:
            return None
        parts = {
            name: {key: _amount(value) for key, value in told[name].items()}
            for name in ("won", "kept")
        }
        return {**parts, "times": _amount(told["times"])}

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
    def served(self) -> Any:
        """Return the grades that customers hold, where grades move or people override them.

        Columns: customer_id, scheme, computed, grade (the one held), hold (why they differ), by,
        held_until, since, and what the next run needs; no rows where nothing moves.
        """
        return self._whole(SERVED_FILE)

    @property
    def alerts(self) -> Any:
        """Return what the standard warns of, beside the run before.

        Columns: customer_id, alert, severity, state (new, still, gone), first_seen (the as-of date
        of the run that raised it); no rows where the standard warns of nothing.
        """
        path = self._run().directory / ALERTS_FILE
        if not path.exists():
            return self._shown(no_alerts())
        return self._shown(self._read(path))

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


@speaking
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
    return Run(StoredRun.load(Path(folder)), "arrow", language_given(language))


def no_outcomes() -> pa.Table:
    """Return the table of outcomes of a run whose schemes have none."""
    names = ("customer_id", "scheme", "kind", "id")
    columns = [*((name, pa.string()) for name in names), ("amount", pa.decimal128(18, 4))]
    return pa.schema(columns).empty_table()


def no_served() -> pa.Table:
    """Return a table of grades held without rows."""
    types = {ValueType.TEXT: pa.string(), ValueType.DATE: pa.date32()}
    names = {"customer_id": ValueType.TEXT, "scheme": ValueType.TEXT, **SHOWN}
    return pa.schema([(name, types[of]) for name, of in names.items()]).empty_table()


def _amount(told: Any) -> Any:
    """Return an amount that `run.json` has as a string."""
    return Decimal(told) if isinstance(told, str) else told


def no_alerts() -> pa.Table:
    """Return the table of alerts of a run whose standard warns of nothing."""
    names = ("customer_id", "alert", "severity", "state")
    columns = [*((name, pa.string()) for name in names), ("first_seen", pa.date32())]
    return pa.schema(columns).empty_table()
