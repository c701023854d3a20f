"""What an import changes in a table: the rows of a file against the rows of the book."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kefen.domain.errors import DataError
from kefen.domain.text import Text
from kefen.lake.book import sql
from kefen.lake.book.layout import BATCH, BUCKET, CANCELLED_FROM, Layout
from kefen.lake.book.row_merge import Chunk, RowMerge, equal
from kefen.lake.book.workspace import (
    CHANGES,
    count_changes,
    count_rows,
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
        rows = RowMerge(self._engine, self._layout, self._given, self._batch, self._today)
        for chunk in self._chunks():
            rows.merge(chunk)
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
        new = count_rows(self._engine, INCOMING)
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

    def _chunks(self) -> Iterator[Chunk]:
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
            yield self._chunk(sql.all_of(INCOMING), self._snapshot.files, "SEMI")

    def _chunk(self, incoming: str, files: Sequence[DataFile], displaced: str) -> Chunk:
        current = current_rows(self._snapshot, self._layout, files)
        if displaced:
            restriction = sql.statement(
                " {kind} JOIN {displaced} USING ({unit})",
                kind=displaced,
                displaced=DISPLACED,
                unit=sql.names(self._layout.unit),
            )
            incoming = sql.all_of(f"({incoming})", restriction)
            current = sql.all_of(f"({current})", restriction)
        return Chunk(incoming, current)

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
                same=equal(unit, "old", "i"),
            )
        )
        return count_rows(self._engine, DISPLACED) > 0

    # -- counting -------------------------------------------------------------------------

    def _counts(self) -> Counts:
        counted = count_changes(self._engine)
        incoming = count_rows(self._engine, INCOMING)
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
