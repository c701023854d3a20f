"""Rejected rows: found, counted, kept, and too many of them refused."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from kefen.domain.contract import Kind
from kefen.domain.errors import DataError
from kefen.domain.text import Text
from kefen.lake.reading import dates
from kefen.lake.reading.cells import FORMULA_ERRORS
from kefen.lake.reading.conversion import CUT_ID, NOTES, TOTALS, rejection_code
from kefen.lake.reading.raw_tables import new_name
from kefen.lake.reading.rejections import rejection_reason
from kefen.lake.reading.rows_without_data import (
    SHOWN_CHARACTERS,
    WITHOUT_DATA,
    refuse_what_must_be_told,
    tell_rows_without_data,
)
from kefen.lake.reading.sql import (
    SQL,
    any_of,
    joined,
    listed,
    literal,
    name,
    statement,
    union_all,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kefen.domain.contract import Table
    from kefen.engines.engine import Engine
    from kefen.lake.reading.columns import ColumnChoice
    from kefen.lake.reading.conversion import Conversion
    from kefen.lake.reading.source import RawFile

_EXAMPLES = 5
_NUMBER_KINDS = (Kind.MONEY, Kind.NUMBER, Kind.INTEGER)


class TooManyRejectedError(DataError):
    """More rows of a file are rejected than allowed.

    Attributes:
        rejected: The relation, in the engine, of the rejected values (`file`, `row`, `column`,
            `value`, `code`), for writing them out.
    """

    def __init__(self, what: Text, *, mend: Text, where: str, rejected: str) -> None:
        self.rejected = rejected
        super().__init__(what, mend=mend, where=where)


@dataclass(frozen=True)
class RejectedRows:
    """How many rows a file has, and how many are rejected.

    Attributes:
        rows_in: Rows in the file, with the lines that could not be split into columns.
        rejected: Rows rejected, a row with several reasons once.
        bad: Those of them that were split into columns.
        no_record: Those that sum up others, are notes, or repeat the heading: no data is lost.
    """

    rows_in: int
    rejected: int
    bad: int
    no_record: int = 0

    @property
    def lost(self) -> int:
        """Return how many rows of data are rejected."""
        return self.rejected - self.no_record


def new_rejected_table(engine: Engine, table: str) -> str:
    """Return a new, empty relation of rejected values: `file`, `row`, `column`, `value`, `code`."""
    made = new_name(f"rejected_{table}")
    engine.run(
        statement(
            "CREATE TABLE {values} (file_number INTEGER, row_id BIGINT, file VARCHAR, "
            '"row" BIGINT, "column" VARCHAR, "value" VARCHAR, code VARCHAR)',
            values=name(f"{made}_values"),
        )
    )
    engine.run(
        statement(
            'CREATE VIEW {made} AS SELECT file, "row", "column", "value", code FROM {values}',
            made=name(made),
            values=name(f"{made}_values"),
        )
    )
    return made


def bad_rows(rejected: str) -> SQL:
    """Return a FROM clause of the rejected rows, each once: `file_number`, `row_id`."""
    return statement(
        "(SELECT DISTINCT file_number, row_id FROM {values} WHERE row_id IS NOT NULL)",
        values=name(f"{rejected}_values"),
    )


def keep_rejected(
    engine: Engine,
    table: Table,
    file: RawFile,
    conversions: Sequence[Conversion],
    choice: ColumnChoice,
    rejected: str,
    file_number: int,
    max_rejected: Decimal,
) -> RejectedRows:
    """Find a file's rejected values and keep every one.

    Args:
        engine: The engine that holds the file's rows.
        table: The contract table.
        file: The file.
        conversions: How its columns are made.
        choice: Where they come from.
        rejected: The relation from `new_rejected_table`.
        file_number: The file's position among those of the table.
        max_rejected: The share of its rows that may be rejected.

    Raises:
        DataError: A rejected row says how others are to be read.
        TooManyRejectedError: More are.
    """
    tests = [(c, test) for c in conversions if (test := _test(table, c)) is not None]
    total = engine.rows(statement("SELECT count(*) FROM {file}", file=file.relation))[0][0]
    # Asked by itself: where a file's own statistics rule a bad row out, no row of it is read.
    bad = engine.rows(
        statement(
            "SELECT count(*) FROM {file} WHERE {bad}",
            file=file.relation,
            bad=any_of(test for _, test in tests),
        )
    )[0][0]
    values = name(f"{rejected}_values")
    no_record = 0
    if bad:
        engine.run(
            statement(
                "INSERT INTO {values} {found}",
                values=values,
                found=union_all(_found(file, c, test, file_number) for c, test in tests),
            )
        )
        refuse_what_must_be_told(engine, table, file, conversions, choice, rejected, file_number)
        no_record = tell_rows_without_data(engine, file, conversions, rejected, file_number)
    if file.lost is not None:
        engine.run(
            statement(
                "INSERT INTO {values} SELECT {number}, NULL, {file}, row, NULL, "
                "left(value, {shown}), code FROM {lost}",
                values=values,
                number=literal(file_number),
                file=literal(file.shown),
                shown=literal(SHOWN_CHARACTERS),
                lost=name(file.lost),
            )
        )
        no_record += engine.rows(
            statement("SELECT count(*) FROM {lost} WHERE code = 'note_row'", lost=name(file.lost))
        )[0][0]
    counted = RejectedRows(total + file.lost_rows, bad + file.lost_rows, bad, no_record)
    if counted.lost > max_rejected * counted.rows_in:
        raise _too_many(engine, file, counted, rejected, file_number, max_rejected)
    return counted


def _test(table: Table, conversion: Conversion) -> SQL | None:
    """Return SQL that is true where a column rejects its row; None where it never does."""
    required = conversion.column.required and conversion.column.name != "customer_id"
    required = required or (conversion.column.required and table.name == "customers")
    if conversion.certain:
        never = [conversion.blank] if required else []
        never += [conversion.outside] if conversion.outside is not None else []
        return any_of(never) if never else None
    return (
        statement("({value}) IS NULL", value=conversion.value) if required else conversion.invalid
    )


def _found(file: RawFile, conversion: Conversion, test: SQL, file_number: int) -> SQL:
    return statement(
        "SELECT {number}, {id}, {file}, {row}, {column}, left({shown}, {limit}), {code} "
        "FROM {relation} WHERE {test}",
        number=literal(file_number),
        id=file.identity,
        file=literal(file.shown),
        row=file.row,
        column=literal(conversion.heading),
        shown=conversion.shown,
        limit=literal(SHOWN_CHARACTERS),
        code=_code(conversion),
        relation=file.relation,
        test=test,
    )


def _code(conversion: Conversion) -> SQL:
    """Return SQL for the code of a value that is known to be rejected."""
    usual = literal("not_computed" if conversion.computed else rejection_code(conversion.column))
    branches = [
        statement("WHEN {blank} THEN 'missing'", blank=conversion.blank),
        statement(
            "WHEN {shown} IN ({errors}) THEN 'formula_error'",
            shown=conversion.shown,
            errors=listed(literal(code) for code in FORMULA_ERRORS),
        ),
    ]
    kind = conversion.column.kind
    if kind is Kind.ID:
        branches.append(
            statement(
                "WHEN regexp_matches({shown}, {totals}) THEN 'total_row' "
                "WHEN regexp_matches({shown}, {notes}) THEN 'note_row' "
                "WHEN {shown} = {heading} THEN 'heading_again' "
                "WHEN regexp_matches({shown}, {cut}) THEN 'cut_id'",
                shown=conversion.shown,
                totals=TOTALS,
                notes=NOTES,
                heading=literal(conversion.heading),
                cut=CUT_ID,
            )
        )
    if kind in _NUMBER_KINDS and not conversion.computed:
        branches.append(
            statement(
                "WHEN isfinite(TRY_CAST(regexp_replace({shown}, '[^0-9.E+-]', '', 'g') "
                "AS DOUBLE)) AND regexp_matches({shown}, '^[^A-Za-z]*[0-9][^A-Za-z]*$') "
                "AND regexp_matches(regexp_replace({shown}, '[.][0-9]{{1,4}}[^0-9]*$|[^0-9.]', "
                "'', 'g'), '[0-9]{{15,}}') THEN 'too_large'",
                shown=conversion.shown,
            )
        )
    if kind in (Kind.DATE, Kind.TIMESTAMP) and not conversion.computed:
        branches.append(
            statement(
                "WHEN {looks} THEN 'impossible_date'", looks=dates.looks_like_date(conversion.shown)
            )
        )
    return statement(
        "CASE {branches} ELSE {usual} END", branches=joined(" ", branches), usual=usual
    )


def _too_many(
    engine: Engine,
    file: RawFile,
    counted: RejectedRows,
    rejected: str,
    file_number: int,
    max_rejected: Decimal,
) -> TooManyRejectedError:
    rows = engine.rows(
        statement(
            'SELECT "row", "column", "value", code FROM {values} '
            "WHERE file_number = {number} AND code NOT IN ({no_record}) "
            'ORDER BY "row", "column" LIMIT {limit}',
            values=name(f"{rejected}_values"),
            number=literal(file_number),
            no_record=listed(literal(code) for code in WITHOUT_DATA),
            limit=literal(_EXAMPLES),
        )
    )
    share = -(-100 * counted.lost // counted.rows_in)  # the least whole percent that lets them pass
    examples = Text(
        "\n".join(_example(row, "en") for row in rows),
        "\n".join(_example(row, "zh") for row in rows),
    )
    return TooManyRejectedError(
        Text(
            "{n} of {all} {all:row|rows} {n:is|are} rejected, more than the {share} % allowed; "
            "nothing was written. The first:\n{examples}",
            "共 {all} 行，其中 {n} 行被拒绝，超过允许的 {share}%；"
            "未写入任何内容。前几处：\n{examples}",
        ).filled(
            n=counted.lost,
            all=counted.rows_in,
            share=format((max_rejected * 100).normalize(), "f"),
            examples=examples,
        ),
        where=file.shown,
        mend=Text(
            "Mend the rows, or map the column. To do without {n:this row|these rows}: "
            "--max-rejected {share}% (in Python: max_rejected={part}); the results keep the full "
            "list of rejected rows.",
            "请修正这些行或提供列映射。若可以不要这 {n} 行，请使用 --max-rejected {share}%"
            "（Python 中为 max_rejected={part}），结果中会保留完整的拒绝清单。",
        ).filled(n=counted.lost, share=share, part=share / Decimal(100)),
        rejected=rejected,
    )


def _example(row: tuple[object, ...], language: str) -> str:
    number, column, value, code = row
    reason = rejection_reason(str(code)).in_language("zh" if language == "zh" else "en")
    if language == "zh":
        return f"  第 {number} 行{f'，{column}' if column else ''}：{_cut(value)}：{reason}"
    return f"  row {number}{f', {column}' if column else ''}: {_cut(value)}: {reason}"


def _cut(value: object) -> str:
    text = "" if value is None else str(value)
    return f"“{text[:60]}…”" if len(text) > 60 else f"“{text}”"
