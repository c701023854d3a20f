"""What a restatement changed: which batches came, and whose grades are others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import duckdb

from kefen.domain.errors import CallError, DataError
from kefen.domain.text import Text
from kefen.grading.comparability import comparable
from kefen.grading.history import run_called
from kefen.grading.outputs import (
    GRADES_FILE,
    METRICS_FILE,
    SERVED_FILE,
    parquet_pattern,
    read_record,
)
from kefen.grading.serving.written import grades_held

if TYPE_CHECKING:
    from decimal import Decimal
    from pathlib import Path

    from kefen.grading.comparability import Obstacle
    from kefen.grading.history import KeptRun
    from kefen.lake.book import Book
    from kefen.lake.book.batches import Batch

_CHANGED = """
SELECT coalesce(a.scheme, b.scheme) AS scheme,
       coalesce(a.customer_id, b.customer_id) AS customer_id,
       a.grade AS grade_before, b.grade AS grade_after,
       a.score AS score_before, b.score AS score_after,
       a.reason AS reason_before, b.reason AS reason_after,
       coalesce(a.customer_id, b.customer_id) IN (SELECT customer_id FROM own) AS own
FROM read_parquet($grades_before) AS a
FULL JOIN read_parquet($grades_after) AS b
  ON a.scheme = b.scheme AND a.customer_id = b.customer_id
WHERE (a.grade, a.score, a.score_text, a.reason)
  IS DISTINCT FROM (b.grade, b.score, b.score_text, b.reason)
   OR a.customer_id IS NULL OR b.customer_id IS NULL
"""
# Metrics are compared by name: a changed standard may have others.
_OWN = """
CREATE TEMP TABLE own AS SELECT DISTINCT customer_id FROM (
  (SELECT * FROM read_parquet($1) EXCEPT SELECT * FROM read_parquet($2))
  UNION ALL
  (SELECT * FROM read_parquet($2) EXCEPT SELECT * FROM read_parquet($1))) AS differing
"""


@dataclass(frozen=True, slots=True)
class ChangedGrade:
    """One grade that a restatement changed.

    Attributes:
        customer: The customer.
        scheme: The scheme.
        grade_before: The grade in the run that was restated; None where there was none.
        grade_after: The grade in the restating run.
        score_before: The score before, where the scheme has one.
        score_after: The score after.
        own: Whether the customer's own metrics changed; if not, only the lines did.
    """

    customer: str
    scheme: str
    grade_before: str | None
    grade_after: str | None
    score_before: Decimal | None
    score_after: Decimal | None
    own: bool


@dataclass(frozen=True, slots=True)
class SchemeChanged:
    """How many customers a restatement touched under one scheme.

    Attributes:
        scheme: The scheme.
        grades: Whose grade is another, those who got or lost one among them.
        scores: Whose score alone is another.
    """

    scheme: str
    grades: int
    scores: int


@dataclass(frozen=True, slots=True)
class Restatement:
    """What a run says otherwise than the one it restates, and why.

    Attributes:
        before: The run that was restated.
        after: The run that restates it.
        batches: The imports, and undoings of imports, that came between the two.
        obstacles: What else differs: the standard, the lines, the months covered.
        other_rates: Whether they were made by different tables of exchange rates.
        customers: How many customers have another grade, score or reason under any scheme.
        own: How many customers have other metrics.
        schemes: The schemes that are touched.
        examples: Some of the changed grades: other grades first, those of own metrics first.
        held: How many customers hold another grade under any scheme, computed ones aside.
    """

    before: KeptRun
    after: KeptRun
    batches: tuple[Batch, ...]
    obstacles: tuple[Obstacle, ...]
    other_rates: bool
    customers: int
    own: int
    schemes: tuple[SchemeChanged, ...]
    examples: tuple[ChangedGrade, ...]
    held: int


def restatement_by(book: Book, run_id: str, *, examples: int = 20) -> Restatement:
    """Return what a run changed of the one that it restates.

    Args:
        book: The book.
        run_id: The restating run.
        examples: How many changed grades to list at most.

    Raises:
        CallError: There is no such run, or it restates none.
        DataError: The results of one of the two cannot be read.
    """
    after = run_called(book, run_id)
    if after.restates is None:
        raise CallError(
            Text("The run {r} restates none.", "运行 {r} 并未重述其他运行。").filled(r=run_id),
            mend=Text("`kefen runs` says which do.", "`kefen runs` 会列出哪些运行是重述。"),
        )
    before = run_called(book, after.restates)
    with _changes(before.folder, after.folder) as connection:
        schemes = connection.execute(
            "SELECT scheme, count(*) FILTER (grade_before IS DISTINCT FROM grade_after), "
            "count(*) FILTER (grade_before IS NOT DISTINCT FROM grade_after) "
            "FROM changed GROUP BY scheme ORDER BY scheme"
        ).fetchall()
        counted = connection.execute(
            "SELECT count(DISTINCT customer_id), (SELECT count(*) FROM own) FROM changed"
        ).fetchone()
        held = _hold_another(connection, before.folder, after.folder)
        rows = connection.execute(
            "SELECT customer_id, scheme, grade_before, grade_after, score_before, score_after, own "
            "FROM changed ORDER BY grade_before IS NOT DISTINCT FROM grade_after, NOT own, scheme, "
            "customer_id LIMIT ?",
            [examples],
        ).fetchall()
    customers, own = counted if counted is not None else (0, 0)
    return Restatement(
        before=before,
        after=after,
        batches=batches_between(book, before, after),
        obstacles=comparable(before, after),
        other_rates=_rates_of(before) != _rates_of(after),
        customers=int(customers),
        own=int(own),
        schemes=tuple(SchemeChanged(str(s), int(g), int(n)) for s, g, n in schemes),
        examples=tuple(ChangedGrade(*row) for row in rows),
        held=held,
    )


def _rates_of(run: KeptRun) -> str | None:
    """Return the SHA-256 of the rates by which a run's amounts were converted, if any were."""
    rates = read_record(run.folder).get("rates")
    return None if rates is None else str(rates["sha256"])


def write_restatement(book: Book, run_id: str, target: Path) -> int:
    """Write every grade that a run changed as CSV, and return how many there are.

    Raises:
        CallError: There is no such run, it restates none, or the file cannot be written.
        DataError: The results of one of the two cannot be read.
    """
    found = restatement_by(book, run_id, examples=0)
    with _changes(found.before.folder, found.after.folder) as connection:
        try:
            rows = connection.sql(
                "SELECT customer_id, scheme, grade_before, grade_after, score_before, "
                "score_after, reason_before, reason_after, own AS own_metrics_changed FROM changed "
                "ORDER BY scheme, customer_id"
            )
            rows.write_csv(str(target), header=True)
            counted = connection.execute("SELECT count(*) FROM changed").fetchone()
        except duckdb.IOException as error:
            raise CallError(
                Text("“{p}” cannot be written", "“{p}”无法写入").filled(p=target),
                mend=Text("Choose another file.", "请换一个文件。"),
            ) from error
    return int(counted[0]) if counted is not None else 0


def batches_between(book: Book, before: KeptRun, after: KeptRun) -> tuple[Batch, ...]:
    """Return the batches that one run's data has and the other's has not, by number.

    Raises:
        BookError: The list of batches cannot be read.
    """

    def between(batch: Batch) -> bool:
        then = before.lake_versions.get(batch.table, -1)
        now = after.lake_versions.get(batch.table, -1)
        version = batch.version_after
        return batch.changed and version is not None and min(then, now) < version <= max(then, now)

    return tuple(batch for batch in book.imports.batches() if between(batch))


def _hold_another(connection: duckdb.DuckDBPyConnection, before: Path, after: Path) -> int:
    if not (before / SERVED_FILE).exists() and not (after / SERVED_FILE).exists():
        return 0
    one, other = (grades_held(folder).sql("duckdb") for folder in (before, after))
    row = connection.execute(
        f"SELECT count(DISTINCT customer_id) FROM ({one}) AS a "  # noqa: S608
        f"JOIN ({other}) AS b USING (customer_id, scheme) "
        "WHERE a.grade IS DISTINCT FROM b.grade"
    ).fetchone()
    return int(row[0]) if row is not None else 0


def _changes(before: Path, after: Path) -> duckdb.DuckDBPyConnection:
    """Return a connection with the relations `own` and `changed`."""
    connection = duckdb.connect()
    metrics = [parquet_pattern(folder / METRICS_FILE) for folder in (before, after)]
    grades = [parquet_pattern(folder / GRADES_FILE) for folder in (before, after)]
    try:
        try:
            connection.execute(_OWN, metrics)
        except duckdb.BinderException:
            # Under another standard there are other metrics: nobody's can be said to be the same.
            connection.execute(
                "CREATE TEMP TABLE own AS SELECT customer_id FROM read_parquet($1) "
                "UNION SELECT customer_id FROM read_parquet($2)",
                metrics,
            )
        connection.execute(
            f"CREATE TEMP TABLE changed AS {_CHANGED}",
            {"grades_before": grades[0], "grades_after": grades[1]},
        )
    except duckdb.Error as error:
        connection.close()
        raise DataError(
            Text("the results of a run cannot be read", "无法读取评级结果"),
            where=str(after),
            mend=Text("Run `kefen doctor`.", "请运行 `kefen doctor`。"),
        ) from error
    return connection
