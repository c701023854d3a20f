"""Shaping a file as its mapping says: further files joined, rows filtered."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from kefen.domain.contract import Column, Kind
from kefen.domain.errors import DataError
from kefen.domain.text import Text
from kefen.lake.reading import messages
from kefen.lake.reading.compute import row_filter
from kefen.lake.reading.conversion import ColumnEvidence, convert
from kefen.lake.reading.files import open_file
from kefen.lake.reading.raw_tables import new_name
from kefen.lake.reading.spreadsheets import refuse_alike_sheets
from kefen.lake.reading.sql import SQL, joined, listed, name, statement

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kefen.domain.contract import Table
    from kefen.engines.engine import Engine
    from kefen.lake.dataset import Finding
    from kefen.lake.reading.mapping import Join, TableMapping
    from kefen.lake.reading.source import RawColumn, RawFile, ReadingOptions

_KEY = Column("key", Kind.ID, Text("Key", "关联字段"))


def shape(
    engine: Engine,
    file: RawFile,
    mapping: TableMapping,
    options: ReadingOptions,
    table: Table,
) -> tuple[RawFile, tuple[Finding, ...]]:
    """Return the file with its joins and its filter, and what was found on the way.

    Raises:
        DataError: A joined file or a heading is missing, or the filter cannot be read.
    """
    findings: list[Finding] = []
    for join in mapping.joins:
        file, unmatched = _joined(engine, file, join, table)
        if unmatched:
            findings.append(messages.join_unmatched(table, join.file, unmatched))
    if mapping.where is not None:
        file, filtered = _filtered(engine, file, mapping.where, options, table)
        if filtered:
            findings.append(messages.rows_filtered(table, filtered))
    return file, tuple(findings)


def _filtered(
    engine: Engine, file: RawFile, where: str, options: ReadingOptions, table: Table
) -> tuple[RawFile, int]:
    condition = row_filter(where, file, options.timezone, f"{file.path.name} ({table.name}.where)")
    before, after = engine.rows(
        statement(
            "SELECT count(*), count(*) FILTER (WHERE {condition}) FROM {file}",
            condition=condition,
            file=file.relation,
        )
    )[0]
    kept = statement(
        "(SELECT *, {identity} AS kept_id, {row} AS kept_row FROM {file} WHERE {condition})",
        identity=file.identity,
        row=file.row,
        file=file.relation,
        condition=condition,
    )
    shaped = replace(file, relation=kept, identity=SQL("kept_id"), row=SQL("kept_row"))
    return shaped, before - after


def _joined(engine: Engine, file: RawFile, join: Join, table: Table) -> tuple[RawFile, int]:
    """Return the file with the columns of another beside its own, and the rows that fit none.

    Every row of the file stays; one that fits several rows of the other comes once for each.
    Columns of the other file whose heading is in use are left out.
    """
    other = open_file(engine, file.path.parent / join.file, table)
    refuse_alike_sheets([other], table)
    for side, headings in ((file, [a for a, _ in join.on]), (other, [b for _, b in join.on])):
        for heading in headings:
            if heading not in side.headings:
                raise _no_heading(side, heading, table)
    used = {heading.lower() for heading in file.headings}
    brought = [column for column in other.columns if column.heading.lower() not in used]
    own_columns, own_fields, own_query = _side(file, file.columns, [a for a, _ in join.on], "own")
    other_columns, other_fields, other_query = _side(
        other, brought, [b for _, b in join.on], "other"
    )
    on = joined(
        " AND ",
        (SQL(f"own_key_{position} = other_key_{position}") for position in range(len(join.on))),
    )
    made = new_name("joined")
    engine.run(
        statement(
            "CREATE TABLE {made} AS SELECT {fields}, own_row AS row_number_in_file "
            "FROM {own} AS own LEFT JOIN {other} AS other ON {on} ORDER BY own_row, other_row",
            made=name(made),
            fields=listed([*own_fields, *other_fields]),
            own=own_query,
            other=other_query,
            on=on,
        )
    )
    unmatched = engine.rows(
        statement(
            "SELECT count(*) FROM {other} AS other ANTI JOIN {own} AS own ON {on}",
            own=own_query,
            other=other_query,
            on=on,
        )
    )[0][0]
    combined = replace(
        file,
        relation=name(made),
        columns=(*own_columns, *other_columns),
        row=SQL("row_number_in_file"),
        identity=SQL("rowid"),
        in_place=False,
        further=(*file.further, other.path),
        hidden_rows=file.hidden_rows + other.hidden_rows,
        hidden_columns=(
            *file.hidden_columns,
            *(column.heading for column in brought if column.heading in other.hidden_columns),
        ),
    )
    return combined, int(unmatched)


def _side(
    file: RawFile, columns: Sequence[RawColumn], keys: Sequence[str], prefix: str
) -> tuple[list[RawColumn], list[SQL], SQL]:
    """Return one side of a join: its columns under new names, those names, and the query."""
    renamed: list[RawColumn] = []
    fields: list[SQL] = []
    selected: list[SQL] = []
    for position, column in enumerate(columns):
        value = name(f"{prefix}_{position}")
        fields.append(value)
        selected.append(statement("{v} AS {n}", v=column.value, n=value))
        kinds = None
        if column.kinds is not None:
            kinds = name(f"{prefix}_kind_{position}")
            fields.append(kinds)
            selected.append(statement("{v} AS {n}", v=column.kinds, n=kinds))
        renamed.append(replace(column, value=value, kinds=kinds))
    for position, heading in enumerate(keys):
        key = convert(_KEY, file.column(heading), ColumnEvidence(), "UTC").value
        selected.append(statement("{v} AS {n}", v=key, n=SQL(f"{prefix}_key_{position}")))
    selected.append(statement("{v} AS {n}", v=file.row, n=SQL(f"{prefix}_row")))
    query = statement(
        "(SELECT {selected} FROM {file})", selected=listed(selected), file=file.relation
    )
    return renamed, fields, query


def _no_heading(file: RawFile, heading: str, table: Table) -> DataError:
    return DataError(
        Text(
            "The mapping joins on “{h}”, but the file has no such heading.",
            "映射按“{h}”关联，但文件中没有这个标题。",
        ).filled(h=heading),
        where=f"{file.path.name} ({table.name}.join)",
        mend=Text("Its headings are: {all}.", "文件的标题有：{all}。").filled(
            all=", ".join(file.headings[:40])
        ),
    )
