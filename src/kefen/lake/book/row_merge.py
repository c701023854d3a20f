"""How the rows of a file meet those of the book: by key, as whole rows, as whole orders."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kefen.lake.book import sql
from kefen.lake.book.layout import BATCH, BUCKET, CANCELLED_FROM, Layout
from kefen.lake.book.workspace import CHANGES, REPLACED

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from kefen.engines.duckdb import DuckDBEngine

WHOLE_ORDERS = "kefen_book_whole_orders"


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some of the rows of the file and all rows of the book that they can meet, as queries."""

    incoming: str
    current: str


class RowMerge:
    """The statements that find the changes of one chunk and put them into `CHANGES`.

    Args:
        engine: The engine with the scratch relations.
        layout: The columns of the version to be made.
        given: The data columns that the file has; the others keep what the book has.
        batch: The number of the batch.
        today: The day on which cancellations of this file become known.
    """

    def __init__(
        self,
        engine: DuckDBEngine,
        layout: Layout,
        given: Sequence[str],
        batch: int,
        today: date,
    ) -> None:
        self._engine = engine
        self._layout = layout
        self._given = tuple(given)
        self._batch = batch
        self._today = today

    def merge(self, chunk: Chunk) -> None:
        """Put the changes of one chunk into `CHANGES`, the rows they replace into `REPLACED`.

        Raises:
            EngineError: The engine stopped.
        """
        if not self._layout.table.key:
            self._merge_whole_rows(chunk)
        elif self._layout.table.name == "orders":
            self._merge_orders(chunk)
        else:
            self._merge_by_key(chunk)
        self._engine.run(
            sql.statement(
                "INSERT INTO {replaced} SELECT old._file, old._row, {columns} "
                "FROM ({current}) AS old SEMI JOIN {changes} AS change "
                "ON old._file = change._file AND old._row = change._row",
                replaced=REPLACED,
                columns=sql.names(self._layout.columns, "old"),
                current=chunk.current,
                changes=CHANGES,
            )
        )

    def _merge_orders(self, chunk: Chunk) -> None:
        """Orders with a line lacking its number, here or there, are replaced as a whole."""
        self._engine.run(
            sql.statement(
                "CREATE OR REPLACE TABLE {whole} AS "
                "SELECT order_id FROM ({incoming}) WHERE line IS NULL UNION "
                "SELECT order_id FROM ({current}) WHERE line IS NULL",
                whole=WHOLE_ORDERS,
                incoming=chunk.incoming,
                current=chunk.current,
            )
        )
        self._merge_by_key(_restricted(chunk, "ANTI"))
        whole = _restricted(chunk, "SEMI")
        # Only orders that the file has are replaced.
        current = sql.statement(
            "SELECT * FROM ({current}) SEMI JOIN ({incoming}) AS i USING (order_id)",
            current=whole.current,
            incoming=whole.incoming,
        )
        self._merge_whole_orders(Chunk(whole.incoming, current))

    def _merge_by_key(self, chunk: Chunk) -> None:
        key = self._layout.table.key
        values = [column for column in self._given if column not in key]
        differs = " OR ".join(
            f"{sql.column(column, 'i')} IS DISTINCT FROM {sql.column(column, 'old')}"
            for column in values
        )
        self._engine.run(
            sql.statement(
                "INSERT INTO {changes} "
                "SELECT CASE WHEN old._row IS NULL THEN 'new' ELSE 'updated' END, "
                "old._file, old._row, {columns}{cancelled_from}, {batch}, i.{bucket} "
                "FROM ({incoming}) AS i LEFT JOIN ({current}) AS old ON {same} "
                "WHERE old._row IS NULL OR {differs}",
                changes=CHANGES,
                columns=sql.names_from(self._sources("i", "old")),
                cancelled_from=self._cancelled_by_key(),
                batch=str(int(self._batch)),
                bucket=sql.name(BUCKET),
                incoming=chunk.incoming,
                current=chunk.current,
                same=equal(key, "i", "old"),
                differs=differs or "false",
            )
        )

    def _merge_whole_rows(self, chunk: Chunk) -> None:
        """Tables without a key: rows of the file that the book has not as often are added."""
        self._engine.run(
            sql.statement(
                "INSERT INTO {changes} SELECT 'new', NULL, NULL, {columns}, {batch}, i.{bucket} "
                "FROM ({incoming}) AS i ANTI JOIN ({current}) AS old ON {same}",
                changes=CHANGES,
                columns=sql.names(self._layout.data_columns, "i"),
                batch=str(int(self._batch)),
                bucket=sql.name(BUCKET),
                incoming=self._numbered(chunk.incoming, BUCKET),
                current=self._numbered(chunk.current, BATCH),
                same=self._same_row("i", "old"),
            )
        )

    def _merge_whole_orders(self, chunk: Chunk) -> None:
        incoming = self._numbered(chunk.incoming, BUCKET)
        current = self._numbered(chunk.current, CANCELLED_FROM, BATCH)
        self._engine.run(
            sql.statement(
                "INSERT INTO {changes} SELECT 'new', NULL, NULL, {columns}{cancelled_from}, "
                "{batch}, i.{bucket} FROM (SELECT * FROM ({incoming}) AS i "
                "ANTI JOIN ({current}) AS old ON {same}) AS i "
                "LEFT JOIN ({cancelled}) AS was ON was.order_id = i.order_id",
                changes=CHANGES,
                columns=sql.names(self._layout.data_columns, "i"),
                cancelled_from=self._cancelled_in_whole_order(),
                batch=str(int(self._batch)),
                bucket=sql.name(BUCKET),
                incoming=incoming,
                current=current,
                same=self._same_row("i", "old"),
                cancelled=_cancelled_lines(chunk),
            )
        )
        self._engine.run(
            sql.statement(
                "INSERT INTO {changes} (_kind, _file, _row, {bucket}, order_id) "
                "SELECT 'removed', old._file, old._row, {old_bucket}, old.order_id "
                "FROM ({current}) AS old ANTI JOIN ({incoming}) AS i ON {same}",
                changes=CHANGES,
                bucket=sql.name(BUCKET),
                old_bucket=self._layout.bucket_sql("old"),
                current=current,
                incoming=incoming,
                same=self._same_row("i", "old"),
            )
        )

    def _sources(self, file: str, book: str) -> list[tuple[str, str]]:
        """Return where each data column comes from: the file, or the book if it lacks it."""
        return [
            (column, file if column in self._given else book)
            for column in self._layout.data_columns
        ]

    def _numbered(self, query: str, *ties: str) -> str:
        """Return a query with `_occurrence`: which of the rows that are equal in the file."""
        rest = [column for column in self._layout.data_columns if column not in self._given]
        return sql.statement(
            "SELECT *, row_number() OVER (PARTITION BY {given} ORDER BY {rest}) AS _occurrence "
            "FROM ({query})",
            given=sql.names(self._given),
            rest=sql.names([*rest, *ties]),
            query=query,
        )

    def _same_row(self, left: str, right: str) -> str:
        required = self._layout.table.required
        return " AND ".join(
            [
                f"{left}._occurrence = {right}._occurrence",
                *(
                    f"{sql.column(column, left)} IS NOT DISTINCT FROM {sql.column(column, right)}"
                    if column not in required or column == "customer_id"
                    else f"{sql.column(column, left)} = {sql.column(column, right)}"
                    for column in self._given
                ),
            ]
        )

    def _cancelled_by_key(self) -> str:
        """The day from which a line counts as cancelled, where the data does not say it."""
        if not self._layout.dates_cancellations:
            return ""
        sources = dict(self._sources("i", "old"))
        return sql.statement(
            ", CASE WHEN {status} = 'cancelled' AND {cancelled_on} IS NULL "
            "AND old._row IS NOT NULL THEN CASE WHEN old.status = 'cancelled' "
            "THEN coalesce(old.{cancelled_from}, old.cancelled_on) ELSE {today} END END",
            status=sql.column("status", sources["status"]),
            cancelled_on=sql.column("cancelled_on", sources["cancelled_on"]),
            cancelled_from=sql.name(CANCELLED_FROM),
            today=self._today_sql(),
        )

    def _cancelled_in_whole_order(self) -> str:
        """As `_cancelled_by_key`, for lines without a number.

        When more lines of the order are cancelled than before, the cancellation is new;
        otherwise a cancelled line was only corrected, and the day is the order's.
        """
        return sql.statement(
            ", CASE WHEN i.status = 'cancelled' AND i.cancelled_on IS NULL "
            "AND was.lines_before > 0 THEN CASE "
            "WHEN was.live_before > 0 AND was.cancelled_now > was.cancelled_before THEN {today} "
            "ELSE was.since END END",
            today=self._today_sql(),
        )

    def _today_sql(self) -> str:
        return f"CAST({sql.text(self._today.isoformat())} AS DATE)"


def _restricted(chunk: Chunk, kind: str) -> Chunk:
    restriction = f"{kind} JOIN {WHOLE_ORDERS} USING (order_id)"
    return Chunk(
        sql.all_of(f"({chunk.incoming})", restriction),
        sql.all_of(f"({chunk.current})", restriction),
    )


def _cancelled_lines(chunk: Chunk) -> str:
    """Return a query of the lines of each order, cancelled or not, before and now."""
    return sql.statement(
        "SELECT order_id, count(*) FILTER (before) AS lines_before, "
        "count(*) FILTER (before AND NOT cancelled) AS live_before, "
        "count(*) FILTER (before AND cancelled) AS cancelled_before, "
        "count(*) FILTER (NOT before AND cancelled) AS cancelled_now, "
        "max(since) AS since FROM ("
        "SELECT order_id, true AS before, coalesce(status = 'cancelled', false) AS cancelled, "
        "coalesce({since}, cancelled_on) AS since FROM ({current}) UNION ALL "
        "SELECT order_id, false, coalesce(status = 'cancelled', false), NULL FROM ({incoming})) "
        "GROUP BY order_id",
        since=sql.name(CANCELLED_FROM),
        current=chunk.current,
        incoming=chunk.incoming,
    )


def equal(columns: Sequence[str], left: str, right: str) -> str:
    """Return the condition that two rows are equal in columns that are never null."""
    return " AND ".join(
        f"{sql.column(column, left)} = {sql.column(column, right)}" for column in columns
    )
