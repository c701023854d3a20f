"""What an import changes in a table: the rows of a file against the rows of the book."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kefen.domain.errors import DataError
from kefen.domain.text import Text
from kefen.lake.book import sql
from kefen.lake.book.layout import BATCH, BUCKET, CANCELLED_FROM, Layout
from kefen.lake.book.workspace import (
    CHANGES,
    REPLACED,
    create_changes,
    current_rows,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from kefen.engines.duckdb import DuckDBEngine
    from kefen.lake.book.delta import DataFile, Snapshot

INCOMING = "kefen_book_incoming"
DISPLACED = "kefen_book_displaced"
WHOLE_ORDERS = "kefen_book_whole_orders"
# So many rows of file and book together are merged at a time, to bound the memory.
ROWS_PER_CHUNK = 2_000_000
_EXAMPLES = 5


@dataclass(frozen=True, slots=True)
class Counts:
    """What an import does, in rows."""

    new: int
    updated: int
    unchanged: int
    removed: int


@dataclass(frozen=True, slots=True)
class _Chunk:
    """Some of the rows of the file and all rows of the book that they can meet."""

    incoming: str
    current: str


class Merge:
    """The merge of one file into one version of a table.

    Args:
        engine: The engine that holds the rows of the file.
        relation: Their relation, with the columns of the contract and the attributes.
        given: The columns that the file had; the others keep what the book has.
        attributes: The attributes of the file under the names of the book -> in `relation`.
        snapshot: The version of the table.
        layout: The columns of the version to be made.
        batch: The number of the batch.
        today: The day on which cancellations of this file become known.
    """

    def __init__(
        self,
        engine: DuckDBEngine,
        relation: str,
        given: frozenset[str],
        attributes: dict[str, str],
        snapshot: Snapshot,
        layout: Layout,
        batch: int,
        today: date,
    ) -> None:
        self._engine = engine
        self._relation = relation
        self._attributes = attributes
        self._given = tuple(
            column for column in layout.data_columns if column in given or column in attributes
        )
        self._snapshot = snapshot
        self._layout = layout
        self._batch = batch
        self._today = today

    def plan(self) -> Counts:
        """Fill `CHANGES` and `REPLACED`.

        Returns:
            What the import does.

        Raises:
            DataError: An order of the file is in the book under another customer.
            EngineError: The engine stopped.
        """
        create_changes(self._engine, self._layout)
        if not self._snapshot.files:
            return self._plan_first()
        self._take_incoming("TABLE")
        if self._layout.table.name == "orders":
            self._refuse_other_customers()
        for chunk in self._chunks():
            self._merge(chunk)
        return self._counts()

    # -- the rows of the file -------------------------------------------------------------

    def _take_incoming(self, kind: str) -> None:
        columns = []
        for column in self._layout.data_columns:
            if column in self._attributes:
                columns.append(f"{sql.name(self._attributes[column])} AS {sql.name(column)}")
            elif column in self._layout.attributes:
                columns.append(f"CAST(NULL AS VARCHAR) AS {sql.name(column)}")
            else:
                columns.append(sql.name(column))
        self._engine.run(
            sql.statement(
                "CREATE {kind} {incoming} AS SELECT {columns}, {bucket} AS {bucket_name} "
                "FROM {relation}",
                kind=kind,
                incoming=INCOMING,
                columns=", ".join(columns),
                bucket=self._layout.bucket_sql(),
                bucket_name=sql.name(BUCKET),
                relation=sql.name(self._relation),
            )
        )

    def _plan_first(self) -> Counts:
        """The book has no rows: every row is new, and nothing is copied to find that out."""
        self._take_incoming("VIEW")
        undated = f", CAST(NULL AS DATE) AS {sql.name(CANCELLED_FROM)}"
        self._engine.run(sql.statement("DROP TABLE {changes}", changes=CHANGES))
        self._engine.run(
            sql.statement(
                "CREATE VIEW {changes} AS SELECT 'new' AS _kind, CAST(NULL AS VARCHAR) AS _file, "
                "CAST(NULL AS BIGINT) AS _row, {columns}{undated}, "
                "CAST({batch} AS BIGINT) AS {batch_name}, {bucket} FROM {incoming}",
                changes=CHANGES,
                columns=sql.names(self._layout.data_columns),
                undated=undated if self._layout.dates_cancellations else "",
                batch=str(int(self._batch)),
                batch_name=sql.name(BATCH),
                bucket=sql.name(BUCKET),
                incoming=INCOMING,
            )
        )
        new = self._engine.rows(f"SELECT count(*) FROM {INCOMING}")[0][0]
        return Counts(new, 0, 0, 0)

    def _refuse_other_customers(self) -> None:
        clashes = self._engine.rows(
            sql.statement(
                "SELECT DISTINCT o.order_id, o.customer_id, i.customer_id "
                "FROM (SELECT order_id, customer_id FROM {files}) AS o "
                "JOIN (SELECT DISTINCT order_id, customer_id FROM {incoming}) AS i "
                "ON o.order_id = i.order_id AND o.customer_id <> i.customer_id "
                "ORDER BY ALL LIMIT {limit}",
                files=sql.rows_of_files([file.path for file in self._snapshot.files]),
                incoming=INCOMING,
                limit=str(_EXAMPLES),
            )
        )
        if clashes:
            listed = "; ".join(f"{order}: {book} / {file}" for order, book, file in clashes)
            raise DataError(
                Text(
                    "An order is in the book under another customer (order: customer in the "
                    "book / in the file): {listed}",
                    "订单在账套中属于另一客户（订单号：账套中的客户 / 文件中的客户）：{listed}",
                ).filled(listed=listed),
                mend=Text(
                    "Correct the customer or the order id in the file; if the book is wrong, "
                    "undo the batch that brought the order, then import again.",
                    "请改正文件中的客户编号或订单号；若账套有误，请先撤销导入该订单的批次，再重新导入。",
                ),
            )

    # -- chunks ---------------------------------------------------------------------------

    def _chunks(self) -> Iterator[_Chunk]:
        displaced = self._find_displaced()
        for buckets in self._bucket_groups():
            files = [file for file in self._snapshot.files if file.bucket in buckets]
            yield self._chunk(
                sql.statement(
                    "SELECT * FROM {incoming} WHERE {bucket} IN ({buckets})",
                    incoming=INCOMING,
                    bucket=sql.name(BUCKET),
                    buckets=", ".join(str(int(bucket)) for bucket in buckets),
                ),
                files,
                "ANTI" if displaced else "",
            )
        if displaced:
            yield self._chunk(f"SELECT * FROM {INCOMING}", self._snapshot.files, "SEMI")

    def _chunk(self, incoming: str, files: Sequence[DataFile], displaced: str) -> _Chunk:
        current = current_rows(self._snapshot, self._layout, files)
        if displaced:
            restriction = sql.statement(
                " {kind} JOIN {displaced} USING ({unit})",
                kind=displaced,
                displaced=DISPLACED,
                unit=sql.names(self._layout.unit),
            )
            incoming = f"SELECT * FROM ({incoming}) {restriction}"
            current = f"SELECT * FROM ({current}) {restriction}"
        return _Chunk(incoming, current)

    def _bucket_groups(self) -> Iterator[list[int]]:
        """Group the buckets that the file touches into chunks of bounded size."""
        counted = self._engine.rows(
            sql.statement(
                "SELECT {bucket}, count(*) FROM {incoming} GROUP BY ALL ORDER BY ALL",
                bucket=sql.name(BUCKET),
                incoming=INCOMING,
            )
        )
        in_book = {bucket: 0 for bucket, _ in counted}
        for file in self._snapshot.files:
            if file.bucket in in_book:
                in_book[file.bucket] += file.rows
        group: list[int] = []
        rows = 0
        for bucket, incoming in counted:
            size = incoming + in_book[bucket]
            if group and rows + size > ROWS_PER_CHUNK:
                yield group
                group, rows = [], 0
            group.append(bucket)
            rows += size
        if group:
            yield group

    def _find_displaced(self) -> bool:
        """Find rows whose customer changes so that they go to another bucket."""
        unit = self._layout.unit
        if self._layout.buckets == 1 or not unit or "customer_id" in unit:
            return False
        self._engine.run(
            sql.statement(
                "CREATE TABLE {displaced} AS SELECT DISTINCT {unit} FROM "
                "(SELECT {plain_unit}, {bucket} AS _bucket FROM {files}) AS old JOIN "
                "(SELECT DISTINCT {plain_unit}, {bucket_name} AS _bucket FROM {incoming}) AS i "
                "ON {same} AND old._bucket <> i._bucket",
                displaced=DISPLACED,
                unit=sql.names(unit, "i"),
                plain_unit=sql.names(unit),
                bucket=self._layout.bucket_sql(),
                bucket_name=sql.name(BUCKET),
                files=sql.rows_of_files([file.path for file in self._snapshot.files]),
                incoming=INCOMING,
                same=_equal(unit, "old", "i"),
            )
        )
        return bool(self._engine.rows(f"SELECT count(*) FROM {DISPLACED}")[0][0])

    # -- one chunk ------------------------------------------------------------------------

    def _merge(self, chunk: _Chunk) -> None:
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

    def _merge_orders(self, chunk: _Chunk) -> None:
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
        self._merge_whole_orders(_Chunk(whole.incoming, current))

    def _merge_by_key(self, chunk: _Chunk) -> None:
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
                same=_equal(key, "i", "old"),
                differs=differs or "false",
            )
        )

    def _merge_whole_rows(self, chunk: _Chunk) -> None:
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

    def _merge_whole_orders(self, chunk: _Chunk) -> None:
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
            ", CASE WHEN {status} = 'cancelled' AND {cancelled_on} IS NULL AND old._row IS NOT NULL "
            "THEN CASE WHEN old.status = 'cancelled' "
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

    # -- counting -------------------------------------------------------------------------

    def _counts(self) -> Counts:
        counted = dict(self._engine.rows(f"SELECT _kind, count(*) FROM {CHANGES} GROUP BY ALL"))
        incoming = self._engine.rows(f"SELECT count(*) FROM {INCOMING}")[0][0]
        written = counted.get("new", 0) + counted.get("updated", 0)
        # A line of a replaced order that takes the place of another is an updated one.
        swapped = self._swapped() if "removed" in counted else 0
        return Counts(
            new=counted.get("new", 0) - swapped,
            updated=counted.get("updated", 0) + swapped,
            unchanged=incoming - written,
            removed=counted.get("removed", 0) - swapped,
        )

    def _swapped(self) -> int:
        (total,) = self._engine.rows(
            sql.statement(
                "SELECT coalesce(sum(least(came, went)), 0)::BIGINT FROM (SELECT "
                "count(*) FILTER (_kind = 'new') AS came, "
                "count(*) FILTER (_kind = 'removed') AS went "
                "FROM {changes} SEMI JOIN {changes} AS r "
                "ON r._kind = 'removed' AND r.order_id = {changes}.order_id "
                "GROUP BY {changes}.order_id)",
                changes=CHANGES,
            )
        )[0]
        return int(total)


def _restricted(chunk: _Chunk, kind: str) -> _Chunk:
    restriction = f"{kind} JOIN {WHOLE_ORDERS} USING (order_id)"
    return _Chunk(
        f"SELECT * FROM ({chunk.incoming}) {restriction}",
        f"SELECT * FROM ({chunk.current}) {restriction}",
    )


def _cancelled_lines(chunk: _Chunk) -> str:
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


def _equal(columns: Sequence[str], left: str, right: str) -> str:
    return " AND ".join(
        f"{sql.column(column, left)} = {sql.column(column, right)}" for column in columns
    )
