"""Scratch relations of one import or undo in the engine, and the writing of its data files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from kefen.lake.book import sql
from kefen.lake.book.delta import DataFile, LakeTable, Snapshot, file_prefix, make_durable, reported
from kefen.lake.book.layout import BUCKET, Layout

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kefen.engines.duckdb import DuckDBEngine

CHANGES = "kefen_book_changes"
"""One row per change: `_kind`, where the old row lies (`_file`, `_row`) and the new row.

Kinds: `new`, `updated`, `removed` (no new row), `restored` (a row put back).
"""
REPLACED = "kefen_book_replaced"
"""The old rows of `CHANGES`, as the lake holds them, with `_file` and `_row`."""
SCRATCH = (
    "kefen_book_incoming",
    "kefen_book_displaced",
    "kefen_book_whole_orders",
    "kefen_book_touched",
    "kefen_book_left",
    CHANGES,
    REPLACED,
)
# Read often and by few: quick to decompress, and groups in which ids repeat often enough for a
# dictionary, so that finding some customers' rows looks at the dictionary (decision 0042).
_DATA_FILES = (
    "FORMAT parquet, COMPRESSION lz4_raw, PARQUET_VERSION v2, ROW_GROUP_SIZE 245760, "
    "DICTIONARY_SIZE_LIMIT 130000"
)
# A bucket with more files than this is written anew as one file when it is touched.
_FILES_PER_BUCKET = 12


def create_changes(engine: DuckDBEngine, layout: Layout) -> None:
    """Create `CHANGES` and `REPLACED`, empty."""
    drop_scratch(engine)
    columns = _declared(layout, layout.columns)
    engine.run(
        sql.statement(
            "CREATE TABLE {changes} (_kind VARCHAR, _file VARCHAR, _row BIGINT, {columns}, "
            "{bucket} INTEGER)",
            changes=CHANGES,
            columns=columns,
            bucket=sql.name(BUCKET),
        )
    )
    engine.run(
        sql.statement(
            "CREATE TABLE {replaced} (_file VARCHAR, _row BIGINT, {columns})",
            replaced=REPLACED,
            columns=columns,
        )
    )


def drop_scratch(engine: DuckDBEngine) -> None:
    """Remove the scratch relations."""
    kinds = dict(
        engine.rows(
            "SELECT table_name, table_type FROM information_schema.tables "
            "WHERE table_name LIKE 'kefen_book_%'"
        )
    )
    for relation in SCRATCH:
        if relation in kinds:
            kind = "VIEW" if kinds[relation] == "VIEW" else "TABLE"
            engine.run(sql.statement("DROP {kind} {name}", kind=kind, name=relation))


def count_rows(engine: DuckDBEngine, relation: str) -> int:
    """Return the number of rows of a scratch relation."""
    return int(engine.rows(sql.statement("SELECT count(*) FROM {name}", name=relation))[0][0])


def count_changes(engine: DuckDBEngine) -> dict[str, int]:
    """Return the number of changes by kind."""
    query = sql.statement("SELECT _kind, count(*) FROM {name} GROUP BY ALL", name=CHANGES)
    return dict(engine.rows(query))


def current_rows(snapshot: Snapshot, layout: Layout, files: Sequence[DataFile]) -> str:
    """Return a query of the rows of some files of a table, with `_file` and `_row`.

    It has every column of `layout`; those that the table does not have yet are null.
    """
    known = set(snapshot.layout.columns)
    columns = ", ".join(
        sql.name(column)
        if column in known and files
        else sql.statement(
            "CAST(NULL AS {type}) AS {column}",
            type=layout.sql_type(column),
            column=sql.name(column),
        )
        for column in layout.columns
    )
    if not files:
        return sql.statement(
            "SELECT {columns}, CAST(NULL AS VARCHAR) AS _file, CAST(NULL AS BIGINT) AS _row "
            "WHERE false",
            columns=columns,
        )
    return sql.statement(
        "SELECT {columns}, filename AS _file, file_row_number AS _row FROM {files}",
        columns=columns,
        files=sql.rows_of_files([file.path for file in files]),
    )


def keep_replaced(engine: DuckDBEngine, path: Path, layout: Layout) -> None:
    """Write the rows of `REPLACED` into a Parquet file; none when there are none."""
    if not count_rows(engine, REPLACED):
        return
    copy_to(
        engine,
        sql.statement(
            "SELECT {columns} FROM {replaced}",
            columns=sql.names(layout.columns),
            replaced=REPLACED,
        ),
        path,
    )


def copy_to(engine: DuckDBEngine, query: str, path: Path) -> None:
    """Write the rows of a query into one Parquet file that is there whole or not at all."""
    partial = path.with_name(path.name + ".partial")
    engine.run(
        sql.statement(
            "COPY ({query}) TO {path} (FORMAT parquet, COMPRESSION zstd)",
            query=query,
            path=sql.text(str(partial)),
        )
    )
    with reported(path):
        partial.replace(path)


def write_changes(
    engine: DuckDBEngine, lake: LakeTable, snapshot: Snapshot, layout: Layout, batch: int
) -> tuple[list[DataFile], list[DataFile]]:
    """Write the data files that `CHANGES` makes of a table's version; commits nothing.

    Only files that hold a changed row are written anew, and those of buckets with many files or
    of a new layout.

    Returns:
        The files to add and those to remove.

    Raises:
        BookError: A file cannot be written.
        EngineError: The engine stopped; files may be left that the table does not name.
    """
    removed = _files_to_rewrite(engine, snapshot, layout)
    kept = sql.statement(
        "SELECT {columns}, {bucket} AS {bucket_name} FROM ({current}) AS old "
        "ANTI JOIN (SELECT _file, _row FROM {changes} WHERE _row IS NOT NULL) AS change "
        "ON old._file = change._file AND old._row = change._row",
        columns=sql.names(layout.columns, "old"),
        bucket=layout.bucket_sql("old"),
        bucket_name=sql.name(BUCKET),
        current=current_rows(snapshot, layout, removed),
        changes=CHANGES,
    )
    inserted = sql.statement(
        "SELECT {columns}, {bucket} FROM {changes} WHERE _kind <> 'removed'",
        columns=sql.names(layout.columns),
        bucket=sql.name(BUCKET),
        changes=CHANGES,
    )
    query = f"{kept} UNION ALL {inserted}" if removed else inserted
    with reported(lake.directory):
        lake.directory.mkdir(parents=True, exist_ok=True)
    written = engine.rows(
        sql.statement(
            "COPY ({query}) TO {directory} ({written}, "
            "PARTITION_BY ({bucket}), APPEND, FILENAME_PATTERN {pattern}, RETURN_STATS)",
            query=query,
            written=_DATA_FILES,
            directory=sql.text(str(lake.directory)),
            bucket=sql.name(BUCKET),
            pattern=sql.text(file_prefix(batch) + "{uuid}"),
        )
    )
    added = [
        DataFile(Path(path), int(keys[BUCKET]), int(rows), int(size))
        for path, rows, size, _footer, _statistics, keys, *_more in written
    ]
    with reported(lake.directory):
        make_durable(added)
    return added, removed


def _files_to_rewrite(engine: DuckDBEngine, snapshot: Snapshot, layout: Layout) -> list[DataFile]:
    if not snapshot.files:
        return []
    with_old_rows = {
        path
        for (path,) in engine.rows(
            sql.statement(
                "SELECT DISTINCT _file FROM {changes} WHERE _file IS NOT NULL", changes=CHANGES
            )
        )
    }
    with_new_rows = {
        bucket
        for (bucket,) in engine.rows(
            sql.statement(
                "SELECT DISTINCT {bucket} FROM {changes} WHERE _kind <> 'removed'",
                bucket=sql.name(BUCKET),
                changes=CHANGES,
            )
        )
    }
    wider = layout.attributes != snapshot.layout.attributes
    touched = with_new_rows | {
        file.bucket for file in snapshot.files if str(file.path) in with_old_rows
    }
    per_bucket = [file.bucket for file in snapshot.files]
    return [
        file
        for file in snapshot.files
        if str(file.path) in with_old_rows
        or (
            file.bucket in touched and (wider or per_bucket.count(file.bucket) >= _FILES_PER_BUCKET)
        )
    ]


def _declared(layout: Layout, columns: Sequence[str]) -> str:
    return ", ".join(f"{sql.name(column)} {layout.sql_type(column)}" for column in columns)
