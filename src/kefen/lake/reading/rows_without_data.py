"""Rejected rows that are no record: totals, notes, headings again; and those that must be told.

What is printed with a table stands among its rows in the file: sums, notes below it, the heading
on each page. No data is lost with such rows, so they are not counted when a file is refused for
what is rejected. A row that says how the rows around it are to be read is another matter: a unit,
or the heading of another table. Passed over, the amounts would be read wrong.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kefen.domain.contract import Kind
from kefen.domain.errors import DataError
from kefen.domain.text import Text
from kefen.lake.reading.conversion import ANY_TOTAL
from kefen.lake.reading.headings import guess_columns
from kefen.lake.reading.sql import (
    SQL,
    any_of,
    joined,
    listed,
    literal,
    name,
    statement,
)
from kefen.lake.reading.units import unit_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from kefen.domain.contract import Table
    from kefen.engines.engine import Engine
    from kefen.lake.reading.columns import ColumnChoice
    from kefen.lake.reading.conversion import Conversion
    from kefen.lake.reading.source import RawColumn, RawFile

SHOWN_CHARACTERS = 200
WITHOUT_DATA = ("total_row", "note_row", "heading_again")
"""The codes of rejected rows with which no data is lost."""
_MOST_LOOKED_AT = 500
_LABELLED = literal("^[^0-9:：]{1,20}[:：]")
# Words: Chinese characters, or letters with a blank, or no digit. A pasted line of data is none.
_WORDS = literal("\\p{Han}|\\p{L}\\s+\\S|^[^0-9]*\\p{L}{2}[^0-9]*$")
# As spreadsheets write the sum of a group: 001 汇总, 001 Total.
_TOTAL_OF = literal(r"(?i)(?:合计|总计|小计|汇总| total)\s*[:：]?\s*$")
_PASTED = literal("\\S[,;|\\t]\\S.*\\S[,;|\\t]\\S")


def tell_rows_without_data(
    engine: Engine,
    file: RawFile,
    conversions: Sequence[Conversion],
    rejected: str,
    file_number: int,
) -> int:
    """Give the rejected rows that are no record this one reason, and return how many they are.

    A total has a word for one in place of an id, or lacks what it must have and holds such a word
    in any other cell. A note has words in one cell, which is none of numbers or dates, and nothing
    else; or a label (`制表人：`) in every cell that it fills. A heading comes again where every
    cell is that of the heading.

    Args:
        engine: The engine that holds the file's rows.
        file: The file.
        conversions: How its columns are made.
        rejected: The relation of rejected values, with its file's own among them.
        file_number: The file's position among those of the table.
    """
    told = list(_reasons(file, conversions))
    if not told:
        return 0
    values = name(f"{rejected}_values")
    engine.run(
        statement(
            "CREATE OR REPLACE TEMP TABLE rows_without_data AS "
            'SELECT {number}, {id} AS row_id, {file}, {row}, CASE {headings} END AS "column", '
            "left(CASE {cells} END, {limit}), CASE {codes} END AS code FROM {relation} "
            "WHERE {id} IN (SELECT row_id FROM {values} WHERE file_number = {number})",
            number=literal(file_number),
            id=file.identity,
            file=literal(file.shown),
            row=file.row,
            headings=_cases((test, literal(heading)) for test, heading, _, _ in told),
            cells=_cases((test, cell) for test, _, cell, _ in told),
            codes=_cases((test, literal(code)) for test, _, _, code in told),
            limit=literal(SHOWN_CHARACTERS),
            relation=file.relation,
            values=values,
        )
    )
    engine.run(SQL("DELETE FROM rows_without_data WHERE code IS NULL"))
    engine.run(
        statement(
            "DELETE FROM {values} WHERE file_number = {number} "
            "AND row_id IN (SELECT row_id FROM rows_without_data)",
            values=values,
            number=literal(file_number),
        )
    )
    engine.run(statement("INSERT INTO {values} FROM rows_without_data", values=values))
    return int(engine.rows(SQL("SELECT count(*) FROM rows_without_data"))[0][0])


def is_note(line: str, delimiter: str) -> bool:
    """Return whether a line of text that has one field alone is a note, not a record."""
    return (
        delimiter not in line
        and not any(mark in line for mark in ",;|\t")
        and (
            any("\u4e00" <= c <= "\u9fff" for c in line)
            or " " in line.strip()
            or not any(c.isdigit() for c in line)
        )
    )


def refuse_what_must_be_told(
    engine: Engine,
    table: Table,
    file: RawFile,
    conversions: Sequence[Conversion],
    choice: ColumnChoice,
    rejected: str,
    file_number: int,
) -> None:
    """Refuse a file among whose rejected rows is a unit of amounts, or another table's heading.

    Raises:
        DataError: There is one.
    """
    money = [
        c
        for c in conversions
        if c.column.kind is Kind.MONEY and not c.computed and c.column.name not in choice.unit_said
    ]
    columns = [c for c in file.columns if c.kind in ("text", "mixed")]
    if not columns:
        return
    rows = engine.rows(
        statement(
            "SELECT {row}, {cells} FROM {relation} WHERE {id} IN "
            "(SELECT row_id FROM {values} WHERE file_number = {number} "
            "AND code IN ('not_a_number', 'not_a_date', 'heading_again')) ORDER BY 1 LIMIT {most}",
            row=file.row,
            cells=listed(_text(column) for column in columns),
            relation=file.relation,
            id=file.identity,
            values=name(f"{rejected}_values"),
            number=literal(file_number),
            most=literal(_MOST_LOOKED_AT),
        )
    )
    places = {column.heading: place for place, column in enumerate(columns, 1)}
    for row in rows:
        for conversion in money:
            cell = row[places[conversion.heading]] if conversion.heading in places else None
            unit = unit_of(str(cell)) if cell else None
            if unit is not None and unit.factor != 1:
                raise _unit_among_rows(file, table, int(row[0]), conversion, str(cell))
        cells = ["" if cell is None else str(cell) for cell in row[1:]]
        if _is_other_heading(cells, [c.heading for c in columns], table, choice):
            raise _second_table(file, table, int(row[0]), cells)


def _reasons(
    file: RawFile, conversions: Sequence[Conversion]
) -> Iterator[tuple[SQL, str, SQL, str]]:
    """Yield the tests of a rejected row, the first that holds counts: heading, cell, code."""
    texts = [column for column in file.columns if column.kind in ("text", "mixed")]
    by_heading = {c.heading: c for c in conversions if not c.computed}
    used = [column for column in texts if column.heading in by_heading]
    if used:
        again = joined(
            " AND ",
            (
                statement("coalesce({cell} = {h}, false)", cell=_text(c), h=literal(c.heading))
                for c in used
            ),
        )
        yield statement("({all})", all=again), used[0].heading, _text(used[0]), "heading_again"
    ids = [c for c in conversions if c.column.kind is Kind.ID and not c.computed]
    for each in ids:
        yield _is_total(each.shown), each.heading, each.shown, "total_row"
    missing = any_of(c.blank for c in conversions if c.column.required)
    for column in texts:
        test = statement(
            "({missing} AND {total})", missing=missing, total=_says_total(column.value)
        )
        yield test, column.heading, column.value, "total_row"
    no_words = {
        c.heading for c in conversions if c.column.kind not in (Kind.ID, Kind.TEXT, Kind.CODE)
    }
    if len(texts) == len(file.columns):
        cells = listed(_text(column) for column in texts)
        filled = statement("list_filter([{cells}], lambda cell: cell IS NOT NULL)", cells=cells)
        first = statement("({filled})[1]", filled=filled)
        note = statement(
            "((len({filled}) = 1 AND {numbers} IS NULL AND regexp_matches({first}, {words}) "
            "AND NOT regexp_matches({first}, {pasted})) OR (len({filled}) > 1 AND "
            "len(list_filter({filled}, lambda cell: NOT regexp_matches(cell, {label}))) = 0))",
            filled=filled,
            first=first,
            numbers=_first_filled(c for c in texts if c.heading in no_words),
            words=_WORDS,
            pasted=_PASTED,
            label=_LABELLED,
        )
        yield note, texts[0].heading, first, "note_row"


def _text(column: RawColumn) -> SQL:
    return statement("nullif(trim(CAST({v} AS VARCHAR)), '')", v=column.value)


def _first_filled(columns: Iterable[RawColumn]) -> SQL:
    return statement("coalesce({cells}, NULL)", cells=listed([*map(_text, columns), SQL("NULL")]))


def _cases(pairs: Iterator[tuple[SQL, SQL]]) -> SQL:
    return joined(
        " ",
        (statement("WHEN {test} THEN {value}", test=test, value=value) for test, value in pairs),
    )


def _is_total(cell: SQL) -> SQL:
    """Return SQL that is true where a cell is a word for a total."""
    return statement(
        "regexp_matches(CAST({cell} AS VARCHAR), {totals})", cell=cell, totals=ANY_TOTAL
    )


def _says_total(cell: SQL) -> SQL:
    """Return SQL that is true where a cell ends with a word for a total (`001 汇总`)."""
    return statement(
        "(regexp_matches(CAST({cell} AS VARCHAR), {ending}) OR {total})",
        cell=cell,
        ending=_TOTAL_OF,
        total=_is_total(cell),
    )


def _is_other_heading(
    cells: Sequence[str], headings: Sequence[str], table: Table, choice: ColumnChoice
) -> bool:
    """Return whether a row is a heading by which the rows below it would be read otherwise."""
    filled = [cell for cell in cells if cell]
    if len(filled) < 2 or len(set(filled)) != len(filled):
        return False
    guess = guess_columns(filled, table)
    if any(required not in guess.columns for required in table.required):
        return False
    return any(
        headings[cells.index(written)] != choice.columns.get(column)
        for column, written in guess.columns.items()
        if column in table.required
    )


def _unit_among_rows(
    file: RawFile, table: Table, row: int, conversion: Conversion, unit: str
) -> DataError:
    return DataError(
        Text(
            "Row {row} says “{u}” in the column {h}: the amounts may be counted in it.",
            "第 {row} 行在“{h}”列写着“{u}”：金额可能以此为单位。",
        ).filled(row=row, u=unit, h=conversion.heading),
        where=f"{file.shown} ({table.name})",
        mend=Text(
            "Put the unit into the heading or directly below it; or say in a mapping file what "
            "the column is counted in: tables: {{{t}: {{units: {{{c}: wan}}}}}} (1 for none).",
            "请把单位写进标题或紧接标题的下一行；或在映射文件中说明该列的单位："
            "tables: {{{t}: {{units: {{{c}: wan}}}}}}（没有单位时写 1）。",
        ).filled(t=table.name, c=conversion.column.name),
    )


def _second_table(file: RawFile, table: Table, row: int, cells: Sequence[str]) -> DataError:
    return DataError(
        Text(
            "Row {row} is the heading of another table, whose columns stand elsewhere: {all}.",
            "第 {row} 行是另一张表的标题，其列的位置不同：{all}。",
        ).filled(row=row, all=", ".join(cell for cell in cells if cell)),
        where=f"{file.shown} ({table.name})",
        mend=Text(
            "Put each table on a sheet or in a file of its own.",
            "请把每张表放在单独的工作表或文件中。",
        ),
    )
